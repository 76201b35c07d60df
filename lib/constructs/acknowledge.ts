import { Stack, Token, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Says why a rule of cdk-nag (packs AwsSolutions and Serverless) does not hold for a construct and what is below it. A test runs both
 * packs; what is not said here fails it.
 */
export function acknowledge(scope: Construct, id: string, reason: string): void {
  Validations.of(scope).acknowledge({ id, reason });
}

/** The same for actions that take no resource, so that only `*` can stand there. */
export function acknowledgeStar(scope: Construct, reason: string): void {
  acknowledge(scope, 'AwsSolutions-IAM5[Resource::*]', reason);
  acknowledge(scope, 'Serverless-LambdaStarPermissions', reason);
}

/** The same for a wildcard in the resource of a policy, named as cdk-nag writes it. */
export function acknowledgeWildcard(scope: Construct, resource: string, reason: string): void {
  const { region } = Stack.of(scope);
  const named = resource
    .replace('PARTITION', '<AWS::Partition>')
    .replace('REGION', Token.isUnresolved(region) ? '<AWS::Region>' : region)
    .replace('ACCOUNT', '<AWS::AccountId>');
  acknowledge(scope, `AwsSolutions-IAM5[Resource::${named}]`, reason);
}
