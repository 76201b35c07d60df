/** Credentials of AWS as every AWS tool finds them: environment, shared files, the container's or the instance's role. */
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { AwsCredentialSource } from './sigv4.ts';

/** Asked before each signature; what it found is kept and renewed. Loaded only where something is signed: the SDK takes long to load. */
export function awsCredentials(): AwsCredentialSource {
  return defaultProvider();
}
