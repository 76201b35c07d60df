import { describe, expect, test } from 'vitest';
import { hasReadPrefix } from '../../../../lib/core/classify/change-cloudtrail.ts';
import { classify } from '../../../../lib/core/classify/classify.ts';
import { CLOUDTRAIL_PROFILE } from '../../../../lib/core/classify/profile.ts';
import type { JsonObject } from '../../../../lib/core/model/audit-event.ts';
import type { Verdict } from '../../../../lib/core/model/verdict.ts';
import { compilePolicy } from '../../../../lib/core/policy/declared.ts';
import { EMPTY_POLICY, type Policy } from '../../../../lib/core/policy/policy.ts';
import { type Changes, cloudtrailRecord, eventOf, IAM_USER, roleSession } from '../../../support/records.ts';

const verdict = (changes: Changes = {}, policy: Partial<Policy> = {}): Verdict =>
  classify(eventOf('aws_cloudtrail', cloudtrailRecord(changes)), compilePolicy({ ...EMPTY_POLICY, ...policy }));
const as = (userIdentity: JsonObject, more: Changes = {}, policy: Partial<Policy> = {}): Verdict =>
  verdict({ userIdentity, ...more }, policy);

describe('was it a change?', () => {
  test.each([
    ['a write', {}, 'change', 'write'],
    ['readOnly as the string "false" (a peer read it as true and lost the write)', { readOnly: 'false' }, 'change', 'write'],
    ['readOnly as the string "true"', { readOnly: 'True', eventName: 'OddName' }, 'read', 'read_only'],
    ['readOnly absent and a name that reads', { readOnly: undefined, eventName: 'DescribeInstances' }, 'read', 'read_name'],
    ['readOnly absent and an unknown name fails open', { readOnly: undefined, eventName: 'Frobnicate' }, 'change', 'write_name'],
    ['readOnly false and a name that reads', { eventName: 'SearchThings' }, 'read', 'read_name'],
    [
      'readOnly true on a call that looks like a change',
      { eventSource: 'kms.amazonaws.com', eventName: 'GenerateDataKey', readOnly: true },
      'read',
      'read_only',
    ],
    [
      'AssumeRole, whatever readOnly says',
      { eventSource: 'sts.amazonaws.com', eventName: 'AssumeRole', readOnly: false },
      'read',
      'read_table',
    ],
    ['a name with a date', { eventSource: 'lambda.amazonaws.com', eventName: 'UpdateFunctionCode20150331v2' }, 'change', 'write'],
    ['a lower-case name', { eventSource: 'route53.amazonaws.com', eventName: 'listDnssec' }, 'read', 'read_name'],
    [
      'a name behind dots',
      { eventSource: 'billingconsole.amazonaws.com', eventName: 'AWSPaymentPortalService.GetPaymentsDue' },
      'read',
      'read_table',
    ],
    ['a name with underscores', { eventSource: 'payments.amazonaws.com', eventName: 'AWSPayments_GetThing' }, 'read', 'read_table'],
    [
      'a verification that creates an identity',
      { eventSource: 'ses.amazonaws.com', eventName: 'VerifyEmailIdentity' },
      'change',
      'write_table',
    ],
    [
      "a root user's new password, on the sign-in page",
      { eventSource: 'signin.amazonaws.com', eventName: 'PasswordUpdated', eventType: 'AwsConsoleSignIn', readOnly: undefined },
      'change',
      'write_table',
    ],
    [
      'a new password that was refused',
      {
        eventSource: 'signin.amazonaws.com',
        eventName: 'PasswordUpdated',
        eventType: 'AwsConsoleSignIn',
        responseElements: { PasswordUpdated: 'Failure' },
      },
      'attempt',
      'failed',
    ],
    [
      'a client certificate that is made, although its name says Generate',
      { eventSource: 'apigateway.amazonaws.com', eventName: 'GenerateClientCertificate' },
      'change',
      'write_table',
    ],
    [
      'a failover, although its name says Test',
      { eventSource: 'elasticache.amazonaws.com', eventName: 'TestFailover' },
      'change',
      'write_table',
    ],
    ['a state that is run to try it', { eventSource: 'states.amazonaws.com', eventName: 'TestState' }, 'change', 'write_table'],
    [
      'the use of a key in a record too old for readOnly',
      { eventSource: 'kms.amazonaws.com', eventName: 'Decrypt', readOnly: undefined },
      'read',
      'read_table',
    ],
    [
      'a question about a domain',
      { eventSource: 'route53domains.amazonaws.com', eventName: 'CheckDomainAvailability' },
      'read',
      'read_table',
    ],
    [
      'an object that is put, in a record too old to say that it is a data event',
      {
        eventVersion: '1.05',
        eventSource: 's3.amazonaws.com',
        eventName: 'PutObject',
        eventCategory: undefined,
        managementEvent: undefined,
        resources: [{ accountId: '111122223333', type: 'AWS::S3::Bucket' }, 'odd', { type: 'AWS::S3::Object' }],
      },
      'data',
      'data_event',
    ],
    [
      'a bucket that is changed, in such a record',
      {
        eventSource: 's3.amazonaws.com',
        eventName: 'PutBucketAcl',
        eventCategory: undefined,
        managementEvent: undefined,
        resources: [{ type: 'AWS::S3::Bucket' }],
      },
      'change',
      'write',
    ],
    [
      'an object event that says it is management',
      { eventName: 'PutObject', eventCategory: undefined, managementEvent: true, resources: [{ type: 'AWS::S3::Object' }] },
      'change',
      'write',
    ],
    ['noise by action', { eventSource: 'logs.amazonaws.com', eventName: 'CreateLogStream' }, 'noise', 'noise_table'],
    ['a report of the SSM agent', { eventSource: 'ssm.amazonaws.com', eventName: 'UpdateInstanceInformation' }, 'noise', 'noise_table'],
    ['a session on a host', { eventSource: 'ssm.amazonaws.com', eventName: 'StartSession' }, 'interactive', 'interactive'],
    ['ECS exec', { eventSource: 'ecs.amazonaws.com', eventName: 'ExecuteCommand' }, 'interactive', 'interactive'],
    ['a refused session', { eventSource: 'ssm.amazonaws.com', eventName: 'StartSession', errorCode: 'AccessDenied' }, 'attempt', 'failed'],
    ['a failed call', { errorCode: 'Client.UnauthorizedOperation' }, 'attempt', 'failed'],
    ['a failed read', { eventName: 'GetBucketPolicy', readOnly: true, errorCode: 'NoSuchBucketPolicy' }, 'read', 'read_only'],
    [
      'a failed StopLogging',
      { eventSource: 'cloudtrail.amazonaws.com', eventName: 'StopLogging', errorCode: 'AccessDenied' },
      'attempt',
      'failed',
    ],
    ['a dry run by its error', { errorCode: 'Client.DryRunOperation' }, 'dry_run', 'dry_run'],
    ['a dry run by its older error', { errorCode: 'DryRunOperation' }, 'dry_run', 'dry_run'],
    ['a dry run by its parameter', { requestParameters: { dryRun: true } }, 'dry_run', 'dry_run'],
    ['a dry run by its parameter in EC2 spelling', { requestParameters: { DryRun: 'true' } }, 'dry_run', 'dry_run'],
    ['dryRun false', { requestParameters: { dryRun: false } }, 'change', 'write'],
    ['a data event', { eventCategory: 'Data', eventSource: 's3.amazonaws.com', eventName: 'PutObject' }, 'data', 'data_event'],
    ['a failed data event', { eventCategory: 'Data', eventName: 'PutObject', errorCode: 'AccessDenied' }, 'data', 'data_event'],
    [
      'a console sign-in',
      { eventType: 'AwsConsoleSignIn', eventSource: 'signin.amazonaws.com', eventName: 'ConsoleLogin', readOnly: undefined },
      'sign_in',
      'sign_in',
    ],
    [
      'a failed console sign-in',
      { eventType: 'AwsConsoleSignIn', eventName: 'ConsoleLogin', responseElements: { ConsoleLogin: 'Failure' } },
      'sign_in',
      'sign_in',
    ],
    [
      'a switched role',
      { eventSource: 'signin.amazonaws.com', eventName: 'SwitchRole', eventType: 'AwsConsoleSignIn' },
      'sign_in',
      'sign_in',
    ],
    ['a portal session', { eventSource: 'sso.amazonaws.com', eventName: 'Federate', eventType: 'AwsServiceEvent' }, 'sign_in', 'sign_in'],
    ['a whole AWS-side dry name: no name at all', { eventName: undefined, readOnly: undefined }, 'change', 'write_name'],
    ['a domain that leaves', { eventSource: 'route53domains.amazonaws.com', eventName: 'TransferDomain' }, 'change', 'write_table'],
    ['a look into a cluster', { eventSource: 'eks.amazonaws.com', eventName: 'AccessKubernetesApi', readOnly: true }, 'read', 'read_only'],
    [
      'a policy check of any service',
      { eventSource: 'odd.amazonaws.com', eventName: 'ValidatePolicy', readOnly: false },
      'read',
      'read_table',
    ],
  ] as [string, Changes, string, string][])('%s', (_, changes, eventClass, reason) => {
    expect(verdict(changes)).toMatchObject({ class: eventClass, classReason: reason });
  });

  test("an application's end user is noise, an operator doing the same is not", () => {
    const confirm = { eventSource: 'cognito-idp.amazonaws.com', eventName: 'SetUserMFAPreference' };
    expect(as({ type: 'Unknown', principalId: 'Anonymous' }, confirm).class).toBe('noise');
    expect(as({ accountId: 'ANONYMOUS_PRINCIPAL' }, confirm).class).toBe('noise');
    expect(as(IAM_USER, confirm).class).toBe('change');
    expect(as(roleSession('ops', 'bob'), confirm).class).toBe('change');
  });

  test('a read word must end where the word ends', () => {
    expect(['GetThing', 'Get', 'Describe_x', 'List2'].map(hasReadPrefix)).toEqual([true, true, true, true]);
    expect(['Getaway', 'Listen', 'CheckoutLicense', 'Create'].map(hasReadPrefix)).toEqual([false, false, false, false]);
  });

  test('every row of the tables has a reason, and no action of a service stands twice with two verdicts', () => {
    const seen = new Map<string, string>();
    for (const { service, actions, verdict: row, reason, endUserOnly } of CLOUDTRAIL_PROFILE) {
      expect(reason).not.toBe('');
      for (const action of actions) {
        const key = `${service}:${action}:${endUserOnly === true}`;
        expect(seen.get(key) ?? row, key).toBe(row);
        seen.set(key, row);
      }
    }
    expect(seen.size).toBeGreaterThan(130);
  });
});

describe('whose hand?', () => {
  const irsa = {
    webIdFederationData: {
      federatedProvider: 'arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE',
    },
  };

  test.each([
    ['a service for itself', { type: 'AWSService', invokedBy: 'config.amazonaws.com' }, 'service', 'aws_service'],
    ['a service event without a type', { accountId: '111122223333', invokedBy: 'rds.amazonaws.com' }, 'service', 'aws_on_behalf'],
    [
      'a service on behalf of a person: the own call is a record of its own',
      { ...IAM_USER, invokedBy: 'cloudformation.amazonaws.com' },
      'service',
      'aws_on_behalf',
    ],
    ['a service in China', { ...IAM_USER, invokedBy: 'autoscaling.amazonaws.com.cn' }, 'service', 'aws_on_behalf'],
    ['the bare AWS Internal proves nothing', { ...IAM_USER, invokedBy: 'AWS Internal' }, 'human', 'iam_user'],
    ['a host that only looks like a service', { ...IAM_USER, invokedBy: 'evil.example.com/amazonaws.com' }, 'human', 'iam_user'],
    ['root by a service', { type: 'Root', invokedBy: 'backup.amazonaws.com' }, 'service', 'aws_on_behalf'],
    ['root', { type: 'Root', arn: 'arn:aws:iam::111122223333:root' }, 'human', 'root'],
    ['an assumed root', roleSession('x', 'y', { context: { assumedRoot: 'true' } }), 'human', 'root'],
    [
      'a service-linked role',
      roleSession('AWSServiceRoleForAutoScaling', 'AutoScaling', { path: '/aws-service-role/autoscaling.amazonaws.com/' }),
      'service',
      'service_linked_role',
    ],
    ['a role that only has the name of one', roleSession('AWSServiceRoleForMe', 'x'), 'unknown', 'role_session'],
    [
      'Identity Center',
      roleSession('AWSReservedSSO_Admin_0123456789abcdef', 'alice', { path: '/aws-reserved/sso.amazonaws.com/eu-west-1/' }),
      'human',
      'identity_center',
    ],
    [
      'Identity Center without a path',
      roleSession('AWSReservedSSO_Admin_0123456789abcdef', 'alice', { context: { sessionIssuer: {} } }),
      'human',
      'identity_center',
    ],
    ['the portal user', { type: 'IdentityCenterUser' }, 'human', 'identity_center'],
    ['an IAM user', IAM_USER, 'human', 'iam_user'],
    ['a federated user', { type: 'FederatedUser', arn: 'arn:aws:sts::111122223333:federated-user/erin' }, 'human', 'federated_user'],
    ['a session named after a person', roleSession('ops', 'bob@example.com'), 'human', 'session_of_person'],
    [
      'an OIDC CI role is evidence, but only the list exempts',
      roleSession('deploy', 'GitHubActions', {
        context: {
          webIdFederationData: { federatedProvider: 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com' },
        },
      }),
      'unknown',
      'role_session',
    ],
    ['a pod of an EKS cluster', roleSession('app', 'botocore-session-1', { context: irsa }), 'workload', 'eks_pod_role'],
    [
      'an OIDC host that only looks like EKS',
      roleSession('app', 'x', {
        context: {
          webIdFederationData: {
            federatedProvider: 'arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com.evil.example/id/A',
          },
        },
      }),
      'unknown',
      'role_session',
    ],
    [
      'a Lambda function',
      roleSession('fn', 'my-function', { identity: { inScopeOf: { issuerType: 'AWS::Lambda::Function' } } }),
      'workload',
      'lambda_or_ecs',
    ],
    ['an ECS task', roleSession('task', 'abc', { identity: { inScopeOf: { issuerType: 'AWS::ECS::Task' } } }), 'workload', 'lambda_or_ecs'],
    [
      'an EC2 instance is no evidence, though it is in scope',
      roleSession('host', 'i-0a1b2c3d4e5f60718', { identity: { inScopeOf: { issuerType: 'AWS::EC2::Instance' } } }),
      'unknown',
      'ec2_instance',
    ],
    [
      'role chaining keeps the last role',
      roleSession('second', 'first-session', { context: { sourceIdentity: 'alice' } }),
      'unknown',
      'role_session',
    ],
    ['another account', { type: 'AWSAccount', principalId: 'AIDA', accountId: '444455556666' }, 'unknown', 'other_account'],
    ['nobody', { type: 'Unknown' }, 'unknown', 'unknown_identity'],
  ] as [string, JsonObject, string, string][])('%s', (_, identity, hand, reason) => {
    expect(as(identity)).toMatchObject({ hand, handReason: reason, reason });
  });

  test('a service event is a service, whoever stands in it', () => {
    expect(as(IAM_USER, { eventType: 'AwsServiceEvent' })).toMatchObject({ hand: 'service', handReason: 'aws_service' });
  });

  test('credentials of a console session show a person; their absence shows nothing', () => {
    expect(as(roleSession('ops', 'x'), { sessionCredentialFromConsole: 'true' })).toMatchObject({
      hand: 'human',
      handReason: 'console_session',
    });
    expect(as(roleSession('ops', 'x'), { sessionCredentialFromConsole: 'false' })).toMatchObject({ hand: 'unknown' });
  });

  test('neither user agent nor session name ever exempts', () => {
    for (const userAgent of ['APN/1.0 HashiCorp/1.0 Terraform/1.9', 'aws-cdk/2.276.0', 'cloudformation.amazonaws.com', 'AWS Internal']) {
      expect(
        as(roleSession('Admin', 'GitHubActions'), { userAgent, sourceIPAddress: 'cloudformation.amazonaws.com' }).manual,
        userAgent,
      ).toBe(true);
    }
  });
});

describe('what the user declared', () => {
  const pipelines = [{ name: 'gha', role: 'gha-deploy-*', session: 'GitHubActions*', accounts: ['111122223333'] }];

  test('a pipeline is exempt by role and every narrowing it names', () => {
    expect(as(roleSession('gha-deploy-shop', 'GitHubActions-7'), {}, { pipelines })).toMatchObject({
      hand: 'pipeline',
      declaredAs: 'gha',
      manual: false,
    });
    expect(as(roleSession('gha-deploy-shop', 'bob@example.com'), {}, { pipelines })).toMatchObject({ manual: true });
    expect(as(roleSession('other', 'GitHubActions-7'), {}, { pipelines })).toMatchObject({ manual: true });
    expect(as(roleSession('gha-deploy-shop', 'GitHubActions', { account: '444455556666' }), {}, { pipelines })).toMatchObject({
      manual: true,
    });
  });

  test('the account that counts is the caller, not the resource', () => {
    const identity = {
      ...roleSession('gha-deploy-shop', 'GitHubActions'),
      accountId: undefined as never,
      arn: undefined as never,
      principalId: 'AROA:GitHubActions',
    };
    expect(as(identity, { recipientAccountId: '111122223333' }, { pipelines }).hand).toBe('pipeline');
    expect(as(identity, { recipientAccountId: undefined }, { pipelines }).hand).not.toBe('pipeline');
  });

  test('user, source identity, provider and user agent narrow as declared', () => {
    const entry = { name: 'tf', user: 'carol', user_agent: '*HashiCorp/1.0 Terraform/*' };
    expect(as(IAM_USER, { userAgent: 'APN/1.0 HashiCorp/1.0 Terraform/1.9' }, { pipelines: [entry] }).hand).toBe('pipeline');
    expect(as(IAM_USER, {}, { pipelines: [entry] }).hand).toBe('human');
    const oidc = { name: 'gl', role: 'ci', source_identity: 'proj-*', identity_provider: 'GitLab.example.com/*' };
    const context = {
      sourceIdentity: 'proj-7',
      webIdFederationData: { federatedProvider: 'arn:aws:iam::111122223333:oidc-provider/gitlab.example.com/main' },
    };
    expect(as(roleSession('ci', 'x', { context }), {}, { pipelines: [oidc] }).hand).toBe('pipeline');
    expect(as(roleSession('ci', 'x', { context: { ...context, sourceIdentity: 'other' } }), {}, { pipelines: [oidc] }).hand).toBe(
      'unknown',
    );
    expect(as(roleSession('ci', 'x'), {}, { pipelines: [oidc] }).hand).toBe('unknown');
  });

  test('an entry without a principal exempts nobody', () => {
    expect(as(IAM_USER, {}, { pipelines: [{ name: 'broken' }] }).manual).toBe(true);
  });

  test('entries for Kubernetes never match a CloudTrail record', () => {
    const entries = [
      { name: 'a', service_account: '*' },
      { name: 'b', kubernetes_user: '*' },
      { name: 'c', user: '*', clusters: ['*'] },
      { name: 'd', user: '*', namespaces: ['*'] },
    ];
    expect(as(IAM_USER, {}, { pipelines: entries }).manual).toBe(true);
  });

  test('break-glass beats everything, a service acting in its name included', () => {
    const policy = { break_glass: [{ name: 'emergency', role: 'BreakGlass*' }], pipelines: [{ name: 'all', role: '*' }] };
    expect(as(roleSession('BreakGlassAdmin', 'erin'), {}, policy)).toMatchObject({
      hand: 'human',
      breakGlass: true,
      manual: true,
      reason: 'break_glass',
    });
    expect(as({ ...roleSession('BreakGlassAdmin', 'erin'), invokedBy: 'cloudformation.amazonaws.com' }, {}, policy)).toMatchObject({
      manual: true,
    });
  });

  test('a declared workload is silent unless workloads are reported', () => {
    const workloads = [{ name: 'cleaner', role: 'cleaner' }];
    expect(as(roleSession('cleaner', 'x'), {}, { workloads })).toMatchObject({ hand: 'workload', manual: false, declaredAs: 'cleaner' });
    expect(as(roleSession('cleaner', 'x'), {}, { workloads, report_workloads: true })).toMatchObject({ hand: 'workload', manual: true });
    expect(as({ type: 'AWSService', invokedBy: 'a.amazonaws.com' }, {}, { workloads: [{ name: 'x', role: '*' }] }).hand).toBe('service');
  });
});

describe('through what? (a label)', () => {
  test.each([
    ['APN/1.0 HashiCorp/1.0 Terraform/1.9.8 (+https://www.terraform.io) aws-sdk-go-v2/1.30', 'terraform'],
    ['[Pulumi/3.0 aws-sdk-go]', 'pulumi'],
    ['aws-cdk/2.1148.1 aws-sdk-js/3', 'cdk'],
    ['cloudformation.amazonaws.com', 'cloudformation'],
    ['aws-cli/2.31.0', 'cli'],
    ['[S3Console/0.4, aws-internal/3]', 'console'],
    ['Mozilla/5.0 (X11; Linux x86_64)', 'console'],
    ['Coral/Netty4', 'console'],
    ['Boto3/1.35 Botocore/1.35', 'sdk'],
    ['curl/8', 'other'],
    [undefined, 'other'],
  ])('%s', (userAgent, channel) => expect(verdict({ userAgent }).channel).toBe(channel));

  test('what CloudFormation does is CloudFormation, and console credentials make an unknown agent the console', () => {
    expect(as({ ...IAM_USER, invokedBy: 'cloudformation.amazonaws.com' }, { userAgent: 'x' }).channel).toBe('cloudformation');
    expect(verdict({ userAgent: 'curl/8', sessionCredentialFromConsole: 'true' }).channel).toBe('console');
    expect(verdict({ userAgent: 'aws-cli/2', sessionCredentialFromConsole: 'true' }).channel).toBe('cli');
  });
});
