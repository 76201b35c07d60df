/** The clients of the places where secrets live on AWS; see `aws.ts` for when they are loaded. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type AwsOptions, settingsOf } from './aws-options.ts';

/** Reads secrets; each call rejects with the SDK's own errors and gives undefined for one that holds no text. */
export interface AwsSecrets {
  /** @param name - Name, path or ARN of an SSM parameter; a SecureString is decrypted. */
  parameter(name: string): Promise<string | undefined>;
  /** @param id - Name or ARN of a Secrets Manager secret; its current version. */
  secret(id: string): Promise<string | undefined>;
  /** Lets go of connections. */
  close(): void;
}

/** Readers of SSM and Secrets Manager. */
export function awsSecrets(options: AwsOptions = {}): AwsSecrets {
  const settings = settingsOf(options);
  const ssm = new SSMClient(settings);
  const manager = new SecretsManagerClient(settings);
  return {
    parameter: async (name) => (await ssm.send(new GetParameterCommand({ Name: name, WithDecryption: true }))).Parameter?.Value,
    secret: async (id) => (await manager.send(new GetSecretValueCommand({ SecretId: id }))).SecretString,
    close: () => {
      ssm.destroy();
      manager.destroy();
    },
  };
}
