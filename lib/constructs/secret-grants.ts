import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { SecretReference } from '../config/schema-values.ts';

/** What a function needs to read exactly these secrets when it starts; nothing for none. */
export function mayReadSecrets(
  scope: Construct,
  references: readonly SecretReference[],
  keyArn: string | undefined,
): readonly iam.PolicyStatement[] {
  const stack = Stack.of(scope);
  const parameters = unique(references.flatMap(({ ssm }) => (ssm === undefined ? [] : [parameterArn(stack, ssm)])));
  const secrets = unique(
    references.flatMap(({ secretsmanager }) => (secretsmanager === undefined ? [] : [secretArn(stack, secretsmanager)])),
  );
  const statements: iam.PolicyStatement[] = [];
  if (parameters.length > 0) statements.push(new iam.PolicyStatement({ actions: ['ssm:GetParameter'], resources: parameters }));
  if (secrets.length > 0) statements.push(new iam.PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: secrets }));
  if (keyArn !== undefined && statements.length > 0) {
    statements.push(new iam.PolicyStatement({ actions: ['kms:Decrypt'], resources: [keyArn] }));
  }
  return statements;
}

/** A parameter is named with its path, `/driftwire/token`, with a bare name, or with its ARN. */
function parameterArn(stack: Stack, name: string): string {
  if (name.startsWith('arn:')) return name;
  return stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: name.replace(/^\//, '') });
}

/** Secrets Manager appends a hyphen and six characters to the name; they are not known before, but their number is. */
function secretArn(stack: Stack, name: string): string {
  if (name.startsWith('arn:')) return name;
  return stack.formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: `${name}-??????`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
