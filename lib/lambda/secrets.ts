import type { AwsSecrets } from '../clients/aws-secrets.ts';
import type { SecretReference } from '../config/schema-values.ts';
import type { ResolvedSecret } from '../config/secrets.ts';

/** Loads the clients when the first secret is read. */
async function openAwsSecrets(): Promise<AwsSecrets> {
  const { awsSecrets } = await import('../clients/aws-secrets.ts');
  return awsSecrets();
}

/** Reads secrets from SSM and Secrets Manager; what cannot be read is told by name and the service's error code, never by value. */
export function awsSecretReader(open: () => Promise<AwsSecrets> = openAwsSecrets): (reference: SecretReference) => Promise<ResolvedSecret> {
  let clients: Promise<AwsSecrets> | undefined;
  return async (reference) => {
    const { ssm, secretsmanager } = reference;
    const where = ssm === undefined ? `Secrets Manager secret ${secretsmanager}` : `SSM parameter ${ssm}`;
    if (ssm === undefined && secretsmanager === undefined) {
      return {
        ok: false,
        message: 'on AWS a secret is {ssm: NAME} or {secretsmanager: NAME}: environment variables and files are not deployed',
      };
    }
    try {
      clients ??= open();
      const reader = await clients;
      const value = ssm === undefined ? await reader.secret(secretsmanager ?? '') : await reader.parameter(ssm);
      if (value === undefined || value === '') return { ok: false, message: `the ${where} holds no text` };
      return { ok: true, value: value.replace(/\r?\n$/, '') };
    } catch (cause) {
      const code = cause instanceof Error ? cause.name : 'unknown error';
      return { ok: false, message: `the ${where} cannot be read (${code}): check its name and the rights of the function` };
    }
  };
}
