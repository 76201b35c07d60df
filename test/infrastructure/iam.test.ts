/** What each function may do, written out: a line that is not here is a permission that nobody has read. */
import { describe, expect, test } from 'vitest';
import { CONFIGS, EVERYTHING, pathOf, resourcesOf, templatesOf } from '../support/infrastructure/synth.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

/** The statements of every role of a stack, by the role's construct id. */
function rolesOf(yaml: string, stack = 'Driftwire'): Readonly<Record<string, readonly Statement[]>> {
  const template = templatesOf(yaml)[stack];
  if (template === undefined) throw new Error(`no stack ${stack}`);
  return Object.fromEntries(
    Object.values(resourcesOf(template, 'AWS::IAM::Role')).map((role) => {
      const policies = (role.Properties['Policies'] ?? []) as readonly { PolicyDocument: { Statement: readonly Statement[] } }[];
      return [pathOf(role).at(-2), policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)];
    }),
  );
}

/** A statement on one line: actions, then resources by the words that are ours. */
function line({ Action, Resource }: Statement): string {
  const actions = [Action].flat().join(' ');
  const resources = [Resource].flat().map(shortOf).toSorted();
  return `${actions} on ${resources.join(' ')}`;
}

/** A resource as people say it: the construct's id for one of the stack, the text for one that is named. */
function shortOf(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const text = JSON.stringify(resource);
  const attribute = /"Fn::GetAtt":\["(\w+)","Arn"\]/.exec(text)?.[1];
  if (attribute !== undefined) return attribute.replace(/[0-9A-F]{8}$/, '');
  const joined = (resource as { 'Fn::Join'?: readonly [string, readonly unknown[]] })['Fn::Join'];
  return (joined?.[1] ?? [text]).map((part) => (typeof part === 'string' ? part : (part as { Ref: string }).Ref)).join('');
}

const lines = (statements: readonly Statement[] | undefined): readonly string[] => (statements ?? []).map(line);

const CONSUME = 'sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes';
const LOG = 'logs:CreateLogStream logs:PutLogEvents';
const ACCOUNT = 'eu-west-1:AWS::AccountId';
const SECRETS_KEY = 'kms:Decrypt on arn:aws:kms:eu-west-1:111122223333:key/5678abcd-12ab-34cd-56ef-1234567890ab';

describe('with everything that can be configured', () => {
  const roles = rolesOf(EVERYTHING);

  test('there is a role for each function, and no other', () => {
    const names = ['alert', 'cloudtrail', 'deliver', 'eks-audit', 'metrics', 'reconcile', 'webhook'];
    expect(Object.keys(roles).toSorted()).toEqual(names.map((name) => `${name}-role`));
  });

  test('cloudtrail reads its two queues and the trail, and writes findings', () => {
    expect(lines(roles['cloudtrail-role'])).toEqual([
      `${LOG} on detectorcloudtraillog`,
      `${CONSUME} on detectorintakeevents`,
      `${CONSUME} on detectorintakeobjects`,
      'sqs:SendMessage on deliveryfindings',
      's3:GetObject on arn:AWS::Partition:s3:::acme-org-trail/audit/AWSLogs/*',
      'kms:Decrypt on arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
      'sqs:SendMessage on asideundelivered',
    ]);
  });

  test('eks-audit writes findings', () => {
    expect(lines(roles['eks-audit-role'])).toEqual([
      `${LOG} on detectoreksauditlog`,
      'sqs:SendMessage on deliveryfindings',
      'sqs:SendMessage on asideundelivered',
    ]);
  });

  test('deliver reads findings and the password of Loki, and writes the ledger and alerts', () => {
    expect(lines(roles['deliver-role'])).toEqual([
      `${LOG} on deliverydeliverlog`,
      `${CONSUME} on deliveryfindings`,
      'sqs:ChangeMessageVisibility on deliveryfindings',
      'dynamodb:BatchGetItem dynamodb:PutItem dynamodb:UpdateItem on ledger',
      'sqs:SendMessage on deliveryalerts',
      `ssm:GetParameter on arn:AWS::Partition:ssm:${ACCOUNT}:parameter/driftwire/loki`,
      SECRETS_KEY,
      'sqs:SendMessage on asideundelivered',
    ]);
  });

  test("alert reads alerts and the receivers' secrets, keeps incidents, and publishes to the topic", () => {
    expect(lines(roles['alert-role'])).toEqual([
      `${LOG} on deliveryalertlog`,
      `${CONSUME} on deliveryalerts`,
      'sqs:ChangeMessageVisibility on deliveryalerts',
      'dynamodb:GetItem dynamodb:BatchGetItem dynamodb:Query dynamodb:PutItem dynamodb:UpdateItem dynamodb:DeleteItem on ledger',
      `ssm:GetParameter on arn:AWS::Partition:ssm:${ACCOUNT}:parameter/driftwire/slack-token`,
      `secretsmanager:GetSecretValue on arn:AWS::Partition:secretsmanager:${ACCOUNT}:secret:driftwire/slack-signing-?????? arn:aws:secretsmanager:eu-west-1:111122223333:secret:pagerduty-AbCdEf`,
      SECRETS_KEY,
      'sns:Publish on arn:aws:sns:eu-west-1:111122223333:drift',
      'sqs:SendMessage on asideundelivered',
    ]);
  });

  test('metrics reads the ledger and writes to the one workspace', () => {
    expect(lines(roles['metrics-role'])).toEqual([
      `${LOG} on totalsmetricslog`,
      'dynamodb:GetItem dynamodb:Query dynamodb:PutItem dynamodb:UpdateItem dynamodb:DeleteItem on ledger',
      `aps:RemoteWrite on arn:AWS::Partition:aps:${ACCOUNT}:workspace/ws-1234abcd-12ab`,
      'sqs:SendMessage on totalsmissedminutes',
    ]);
  });

  test('reconcile looks events up, which knows no resource, and filters two log groups', () => {
    expect(lines(roles['reconcile-role'])).toEqual([
      `${LOG} on reconcilerreconcilelog`,
      'cloudtrail:LookupEvents on *',
      `logs:FilterLogEvents on arn:AWS::Partition:logs:${ACCOUNT}:log-group:/aws/eks/demo/cluster:* arn:AWS::Partition:logs:${ACCOUNT}:log-group:/aws/eks/shop/cluster:*`,
      'sqs:SendMessage on deliveryfindings',
      'dynamodb:GetItem dynamodb:BatchGetItem dynamodb:Query dynamodb:PutItem on ledger',
      'sqs:SendMessage on asideundelivered',
    ]);
  });

  test('webhook reads the two secrets that it asks callers for, and writes findings and alerts', () => {
    expect(lines(roles['webhook-role'])).toEqual([
      `${LOG} on inboundwebhooklog`,
      'sqs:SendMessage on deliveryfindings',
      'sqs:SendMessage on deliveryalerts',
      `ssm:GetParameter on arn:AWS::Partition:ssm:${ACCOUNT}:parameter/driftwire-ingest`,
      `secretsmanager:GetSecretValue on arn:AWS::Partition:secretsmanager:${ACCOUNT}:secret:driftwire/slack-signing-??????`,
      SECRETS_KEY,
    ]);
  });

  test('the stack of another region may put events on the one bus', () => {
    const forwarder = rolesOf(EVERYTHING, 'Driftwire-us-east-1');
    expect(Object.keys(forwarder)).toEqual(['role']);
    expect(lines(forwarder['role'])).toEqual([`events:PutEvents on arn:AWS::Partition:events:${ACCOUNT}:event-bus/driftwire`]);
  });
});

test('over a stream eks-audit also reads the stream, and CloudWatch Logs may write to it', () => {
  const roles = rolesOf('aws: { eks: { log_groups: [/aws/eks/demo/cluster], through: kinesis } }');
  expect(lines(roles['eks-audit-role'])).toEqual([
    `${LOG} on detectoreksauditlog`,
    'sqs:SendMessage on deliveryfindings',
    'kinesis:DescribeStream kinesis:DescribeStreamSummary kinesis:GetRecords kinesis:GetShardIterator kinesis:ListShards on detectorauditstream',
    'sqs:SendMessage on asideundelivered',
  ]);
  expect(lines(roles['writer'])).toEqual(['kinesis:PutRecord on detectorauditstream']);
});

test('a function that needs no secret may read none', () => {
  const roles = rolesOf('');
  expect(Object.keys(roles).toSorted()).toEqual(['cloudtrail-role', 'deliver-role', 'reconcile-role']);
  for (const statements of Object.values(roles)) {
    expect(lines(statements).filter((one) => /ssm:|secretsmanager:|kms:|s3:|sns:/.test(one))).toEqual([]);
  }
});

test('a collector may send to one queue of one account', () => {
  const roles = rolesOf(CONFIGS['collector'] ?? '', 'DriftwireCollector');
  expect(Object.keys(roles)).toEqual(['role']);
  expect(lines(roles['role'])).toEqual(['sqs:SendMessage on arn:AWS::Partition:sqs:AWS::Region:444455556666:driftwire-events']);
});

describe('over all configurations', () => {
  const all = Object.entries(CONFIGS).flatMap(([name, yaml]) =>
    Object.entries(templatesOf(yaml)).flatMap(([stack, template]) =>
      Object.values(resourcesOf(template, 'AWS::IAM::Role')).flatMap((role) => {
        const policies = (role.Properties['Policies'] ?? []) as readonly { PolicyDocument: { Statement: readonly Statement[] } }[];
        const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
        return statements.map((statement) => ({ at: `${name}: ${stack}`, statement }));
      }),
    ),
  );

  test('no action has a wildcard, and `*` is a resource only where AWS knows none', () => {
    expect(all.length).toBeGreaterThan(100);
    const open = all
      .filter(({ statement }) => [statement.Resource].flat().includes('*'))
      .map(({ statement }) => [statement.Action].flat().join(' '));
    expect([...new Set(open)].toSorted()).toEqual(['cloudtrail:LookupEvents', 'xray:PutTraceSegments xray:PutTelemetryRecords']);
    for (const { at, statement } of all) {
      expect([statement.Action].flat().join(' '), at).not.toContain('*');
      expect(statement.Effect, at).toBe('Allow');
    }
  });

  test('a role is assumed by one service', () => {
    for (const yaml of Object.values(CONFIGS)) {
      for (const template of Object.values(templatesOf(yaml))) {
        for (const { Properties } of Object.values(resourcesOf(template, 'AWS::IAM::Role'))) {
          const { Statement } = Properties['AssumeRolePolicyDocument'] as { Statement: readonly Statement[] };
          expect(Statement).toHaveLength(1);
          expect(JSON.stringify(Statement[0]?.Principal)).toMatch(/^\{"Service":"(?:lambda|events|logs)\.amazonaws\.com"\}$/);
        }
      }
    }
  });
});

describe('who may put something into a queue', () => {
  /** Senders of each queue but the refusal of what is not TLS. */
  function senders(yaml: string): readonly string[] {
    const template = templatesOf(yaml)['Driftwire'];
    if (template === undefined) throw new Error('no stack');
    return Object.values(resourcesOf(template, 'AWS::SQS::QueuePolicy')).flatMap((policy) => {
      const { Statement } = policy.Properties['PolicyDocument'] as { Statement: readonly Statement[] };
      const queue = pathOf(policy).slice(1, -2).join('/');
      return Statement.filter(({ Effect }) => Effect === 'Allow').map(
        ({ Action, Principal, Condition }) =>
          `${queue}: ${[Action].flat().join(' ')} by ${JSON.stringify(Principal)} if ${JSON.stringify(Condition)}`,
      );
    });
  }

  test('in a standalone stack: the rule, and into the last queue what EventBridge could not deliver', () => {
    const told = senders('').map((one) => one.replaceAll(/[0-9A-F]{8}"/g, '"'));
    expect(told).toEqual([
      'aside/undelivered: sqs:SendMessage by {"Service":"events.amazonaws.com"} if {"ArnEquals":{"aws:SourceArn":{"Fn::GetAtt":["detectorintakerule","Arn"]}}}',
      'aside/undelivered: sqs:SendMessage by {"Service":"events.amazonaws.com"} if {"ArnEquals":{"aws:SourceArn":{"Fn::GetAtt":["reconcilerhour","Arn"]}}}',
      'detector/intake/events: sqs:SendMessage by {"Service":"events.amazonaws.com"} if {"ArnEquals":{"aws:SourceArn":{"Fn::GetAtt":["detectorintakerule","Arn"]}}}',
    ]);
  });

  test('in a processor: collector roles of the organisation', () => {
    const told = senders(CONFIGS['processor for an organisation'] ?? '').filter((one) => one.includes('PrincipalOrgID'));
    expect(told).toEqual([
      'detector/intake/events: sqs:SendMessage by "*" if {"StringEquals":{"aws:PrincipalOrgID":"o-abc1234567"},"ArnLike":{"aws:PrincipalArn":{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":iam::*:role/driftwire-collector-*"]]}}}',
    ]);
  });

  test('in a processor: collector roles of the two accounts', () => {
    const told = senders(CONFIGS['processor for two accounts'] ?? '').filter((one) => one.includes('PrincipalArn'));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('iam::111122223333:root');
    expect(told[0]).toContain('iam::444455556666:root');
    expect(told[0]).not.toContain('"AWS":"*"');
  });

  test('with a bucket that tells itself: the bucket; with a topic: the topic', () => {
    expect(senders(CONFIGS['standalone with notices from the bucket'] ?? '').filter((one) => one.includes('s3.amazonaws.com'))).toEqual([
      'detector/intake/objects: sqs:SendMessage by {"Service":"s3.amazonaws.com"} if {"ArnEquals":{"aws:SourceArn":{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":s3:::acme-trail"]]}},"StringEquals":{"aws:SourceAccount":{"Ref":"AWS::AccountId"}}}',
    ]);
    const elsewhere = senders('aws: { cloudtrail: { bucket: acme-trail, notices: s3, account: "444455556666" } }').filter((one) =>
      one.includes('s3.amazonaws.com'),
    );
    expect(elsewhere.join()).toContain('"aws:SourceAccount":"444455556666"');
    const topic = 'if {"ArnEquals":{"aws:SourceArn":"arn:aws:sns:eu-west-1:111122223333:trail"}}';
    expect(senders(CONFIGS['standalone with notices from a topic'] ?? '').filter((one) => one.includes('sns.amazonaws.com'))).toEqual([
      `aside/undelivered: sqs:SendMessage by {"Service":"sns.amazonaws.com"} ${topic}`,
      `detector/intake/objects: sqs:SendMessage by {"Service":"sns.amazonaws.com"} ${topic}`,
    ]);
  });
});
