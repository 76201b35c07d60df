import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../lib/core/model/audit-event.ts';
import { compilePolicy } from '../../../../lib/core/policy/declared.ts';
import { EMPTY_POLICY, type Policy } from '../../../../lib/core/policy/policy.ts';
import { type EventBridgePattern, eventBridgePattern } from '../../../../lib/core/policy/to-eventbridge.ts';
import { builtinEngine } from '../../../support/detector.ts';
import { compileEventPattern } from '../../../support/patterns/eventbridge-pattern.ts';
import { cloudtrailRecord, IAM_USER, roleSession } from '../../../support/records.ts';

const engine = builtinEngine();
const rule = (condition: string): string =>
  `- rule: one more\n  desc: test\n  condition: ${condition}\n  output: x\n  priority: NOTICE\n  source: aws_cloudtrail\n`;

function compiled(policy: Partial<Policy> = {}, ...rules: readonly string[]): EventBridgePattern {
  return eventBridgePattern(compilePolicy({ ...EMPTY_POLICY, ...policy }), rules.length === 0 ? engine : builtinEngine(...rules));
}

/** Whether a pattern lets a record through, as an event of AWS's. */
function lets({ pattern }: EventBridgePattern, detail: JsonObject, over: JsonObject = {}): boolean {
  return compileEventPattern(pattern).matches({ source: 'aws.ec2', 'detail-type': 'AWS API Call via CloudTrail', detail, ...over });
}

/** A change that weakens no trail, in a service that has none. */
const change = (userIdentity: JsonObject, over: JsonObject = {}): JsonObject =>
  cloudtrailRecord({ eventSource: 's3.amazonaws.com', eventName: 'PutBucketPolicy', userIdentity, ...over });
const read = (eventName: string, over: JsonObject = {}): JsonObject => cloudtrailRecord({ eventName, readOnly: true, ...over });
const serviceRole = (account: string): JsonObject =>
  change(roleSession('AWSServiceRoleForConfig', 'x', { path: '/aws-service-role/config.amazonaws.com/', account }));

describe('with the built-in rules and nothing declared, the pattern', () => {
  const pattern = compiled();

  test.each([
    ['a read', read('DescribeInstances')],
    ['a read of a secret', read('GetSecretValue', { eventSource: 'secretsmanager.amazonaws.com' })],
    ['a session of the past', read('DescribeSessions', { eventSource: 'ssm.amazonaws.com' })],
    ['what AWS does itself', change({ type: 'AWSService', invokedBy: 'autoscaling.amazonaws.com' })],
    ['what CloudFormation does for somebody', change({ ...IAM_USER, invokedBy: 'cloudformation.amazonaws.com' })],
    ['an event of a service', change(IAM_USER, { eventType: 'AwsServiceEvent' })],
    [
      'what a function does with its own role',
      change(roleSession('fn', 'fn', { identity: { inScopeOf: { issuerType: 'AWS::Lambda::Function' } } })),
    ],
  ])('leaves out %s', (_, record) => {
    expect(lets(pattern, record)).toBe(false);
  });

  test.each([
    ['a change', cloudtrailRecord()],
    ['a change without readOnly', cloudtrailRecord({ readOnly: undefined })],
    ['a change whose readOnly is a word', cloudtrailRecord({ readOnly: 'false' })],
    ['a read whose readOnly is a word, because the grammar cannot tell its case', cloudtrailRecord({ readOnly: 'True' })],
    ['a change without a caller', cloudtrailRecord({ userIdentity: undefined })],
    ['a sign-in', cloudtrailRecord({ eventSource: 'signin.amazonaws.com', eventName: 'ConsoleLogin', eventType: 'AwsConsoleSignIn' })],
    ['a sign-in that is said to be a read', read('GetSigninToken', { eventSource: 'signin.amazonaws.com' })],
    ['a session that is said to be a read', read('StartSession', { eventSource: 'ssm.amazonaws.com' })],
    ['a console back end', change({ ...IAM_USER, invokedBy: 'AWS Internal' })],
    ['a weakened trail, whoever did it', cloudtrailRecord({ userIdentity: { type: 'AWSService' }, eventName: 'StopLogging' })],
    ['a role whose name only looks like a service’s', serviceRole('111122223333')],
  ])('lets through %s', (_, record) => {
    expect(lets(pattern, record)).toBe(true);
  });

  test('asks for events that only AWS can send, under either spelling of a sign-in', () => {
    expect(lets(pattern, cloudtrailRecord(), { source: 'my.app' })).toBe(false);
    expect(lets(pattern, cloudtrailRecord(), { 'detail-type': 'AWS Console Sign In via CloudTrail' })).toBe(true);
    expect(lets(pattern, cloudtrailRecord(), { 'detail-type': 'EC2 Instance State-change Notification' })).toBe(false);
  });

  test('fits, and says so', () => {
    expect(pattern.text).toBe(JSON.stringify(pattern.pattern));
    expect(pattern.text.length).toBeLessThanOrEqual(2048);
    expect(pattern).toMatchObject({ complexity: 0, leftOut: [], dropsReads: true });
  });
});

describe('declared principals', () => {
  const by = (role: string): JsonObject => change(roleSession(role, 'GitHubActions'));
  const byUser = (userName: string): JsonObject => change({ ...IAM_USER, userName });

  test('are left out by the name of role or user, unless they weaken a trail', () => {
    const pattern = compiled({
      pipelines: [
        { name: 'ci', role: 'ci-*' },
        { name: 'bot', role: '*-bot' },
        { name: 'tf', user: 'terraform' },
      ],
    });
    expect(pattern.leftOut).toEqual([]);
    expect([by('ci-1'), by('x-bot'), byUser('terraform')].map((record) => lets(pattern, record))).toEqual([false, false, false]);
    expect([by('other'), byUser('ci-1'), by('terraform')].map((record) => lets(pattern, record))).toEqual([true, true, true]);
    expect(lets(pattern, { ...by('ci-1'), eventName: 'StopLogging', eventSource: 'cloudtrail.amazonaws.com' })).toBe(true);
  });

  test('are not taken from a federated user whose issuer has the name', () => {
    const pattern = compiled({ pipelines: [{ name: 'ci', role: 'ci-*' }] });
    const identity = { type: 'FederatedUser', sessionContext: { sessionIssuer: { type: 'IAMUser', userName: 'ci-1' } } };
    expect(lets(pattern, change(identity))).toBe(true);
  });

  test.each([
    ['exact names', ['a', 'b'], '{"anything-but":["a","b"]}'],
    ['beginnings', ['a*', 'b*'], '{"anything-but":{"prefix":["a","b"]}}'],
    ['a mixture', ['a', 'b**c'], '{"anything-but":{"wildcard":["a","b*c"]}}'],
    ['any', ['*'], '{"anything-but":{"wildcard":["*"]}}'],
  ])('%s are written in the form that the service counts least', (_, roles, text) => {
    expect(compiled({ pipelines: roles.map((role) => ({ name: role, role })) }).text).toContain(text);
  });

  test('that are narrowed, deny-listed or cannot be written stay with the runtime', () => {
    const pattern = compiled({
      pipelines: [
        { name: 'narrowed', role: 'ci', session: 'x', accounts: ['111122223333'] },
        { name: 'covers', role: 'Break*' },
        { name: 'one character', role: 'c?' },
        { name: 'no name', user: 'a"b' },
        { name: 'of a cluster', service_account: 'argocd/controller' },
      ],
      break_glass: [{ name: 'emergency', role: '*GlassAdmin' }],
    });
    expect(pattern.leftOut).toEqual([
      { entry: 'narrowed', reason: 'narrowed by accounts and session' },
      { entry: 'covers', reason: 'covers the break-glass role *GlassAdmin' },
      { entry: 'one character', reason: 'has ?, which patterns have not' },
      { entry: 'no name', reason: 'is no name of an IAM user' },
    ]);
  });

  test('that are users alone, or of clusters alone, are told from sessions', () => {
    const users = compiled({
      pipelines: [
        { name: 'tf', user: 'terraform' },
        { name: 'k', kubernetes_user: 'k' },
      ],
      break_glass: [{ name: 'u', user: 'b' }],
    });
    expect(lets(users, byUser('terraform'))).toBe(false);
    expect(lets(users, by('terraform'))).toBe(true);
    expect(lets(compiled({ pipelines: [{ name: 'k', kubernetes_user: 'k' }] }), by('k'))).toBe(true);
  });

  test('are left out alone where a rule wants all that services and functions do', () => {
    const pattern = compiled(
      { pipelines: [{ name: 'ci', role: 'ci' }] },
      rule('drift.hand in (service, workload) and ct.useragent contains x').replace('one more', 'more'),
    );
    expect(pattern.leftOut).toEqual([{ entry: 'ci', reason: 'a rule may match what it does' }]);
    const services = compiled({ pipelines: [{ name: 'ci', role: 'ci' }] }, rule('drift.hand = service and ct.useragent contains x'));
    expect(lets(services, by('ci'))).toBe(false);
    expect(lets(services, change({ type: 'AWSService' }))).toBe(true);
    const functions = compiled({}, rule('drift.hand = workload and ct.useragent contains x'));
    expect(lets(functions, change({ type: 'AWSService' }))).toBe(false);
  });

  test('that are workloads are left out only while workloads are silent', () => {
    const workloads = [{ name: 'agent', role: 'agent' }];
    expect(lets(compiled({ workloads }), by('agent'))).toBe(false);
    const reported = compiled({ workloads, report_workloads: true });
    expect(lets(reported, by('agent'))).toBe(true);
    const lambda = roleSession('fn', 'fn', { identity: { inScopeOf: { issuerType: 'AWS::Lambda::Function' } } });
    expect(lets(reported, change(lambda))).toBe(true);
  });

  test('of break-glass are let through even when AWS acts for them', () => {
    const invokedBy = 'cloudformation.amazonaws.com';
    const pattern = compiled({
      break_glass: [
        { name: 'e', role: 'Break?lass*' },
        { name: 'u', user: 'root-alias' },
        { name: 'k', kubernetes_user: 'x' },
      ],
    });
    expect(lets(pattern, change(roleSession('BreakGlass', 'x', { identity: { invokedBy } })))).toBe(true);
    expect(lets(pattern, change({ ...IAM_USER, userName: 'root-alias', invokedBy }))).toBe(true);
    expect(lets(pattern, change(roleSession('other', 'x', { identity: { invokedBy } })))).toBe(false);
  });

  test('beyond what fits are left out, longest names first', () => {
    const pipelines = Array.from({ length: 120 }, (_, index) => ({
      name: `p${index}`,
      role: `pipeline-number-${index}-of-a-large-organisation`,
    }));
    const pattern = compiled({ pipelines });
    expect(pattern.text.length).toBeLessThanOrEqual(2048);
    expect(pattern.leftOut.length).toBeGreaterThan(50);
    expect(new Set(pattern.leftOut.map(({ reason }) => reason))).toEqual(new Set(['the pattern is full']));
    expect(lets(pattern, by('pipeline-number-0-of-a-large-organisation'))).toBe(false);
    expect(lets(pattern, by('pipeline-number-119-of-a-large-organisation'))).toBe(true);
    // dropping declared pipelines comes before dropping services
    expect(lets(pattern, change({ type: 'AWSService' }))).toBe(true);
  });

  test('whose wildcards the service would refuse are left out', () => {
    const pattern = compiled({ pipelines: Array.from({ length: 20 }, (_, index) => ({ name: `p${index}`, role: `*-svc${index}` })) });
    expect(pattern.complexity).toBe(10);
    expect(pattern.leftOut.at(0)?.reason).toBe('too many wildcards for one pattern');
  });
});

describe('service-linked roles', () => {
  test('are left out in accounts that are named, because their path is reserved there and nothing else tells', () => {
    const pattern = compiled({ accounts: { '111122223333': {} } });
    expect(lets(pattern, serviceRole('111122223333'))).toBe(false);
    expect(lets(pattern, serviceRole('999988887777'))).toBe(true);
    const evil = roleSession('x', 'x', { path: '/evil:role/aws-service-role/' });
    expect(lets(pattern, change(evil))).toBe(true);
  });
});

describe('what one more rule wants', () => {
  test('of reads is let through by name', () => {
    const pattern = compiled({}, rule('ct.name in (GetSecretValue, DescribeSecret)'));
    expect(pattern.dropsReads).toBe(true);
    expect(lets(pattern, read('GetSecretValue'))).toBe(true);
    expect(lets(pattern, read('DescribeInstances'))).toBe(false);
  });

  test.each(['ct.useragent contains evil', 'ct.name startswith Get'])(
    'of reads by what no pattern can tell lets all reads through: %s',
    (condition) => {
      const pattern = compiled({}, rule(condition));
      expect(pattern.dropsReads).toBe(false);
      expect(lets(pattern, read('DescribeInstances'))).toBe(true);
    },
  );

  test('of every hand lets every hand through', () => {
    const pattern = compiled({ pipelines: [{ name: 'ci', role: 'ci' }] }, rule('drift.class = change and ct.useragent contains evil'));
    expect(pattern.leftOut).toEqual([{ entry: 'ci', reason: 'a rule may match what it does' }]);
    expect(lets(pattern, change(roleSession('ci', 'x')))).toBe(true);
    expect(lets(pattern, change({ type: 'AWSService' }))).toBe(true);
    expect(lets(pattern, read('DescribeInstances'))).toBe(false);
  });

  test('of every hand in a region is let through there', () => {
    const pattern = compiled({}, rule('drift.class = change and ct.user.identitytype = AWSService and ct.region = eu-s'));
    expect(lets(pattern, change({ type: 'AWSService' }, { awsRegion: 'eu-s' }))).toBe(true);
  });

  test('that wants what is empty is none that a pattern can tell', () => {
    expect(compiled({}, rule('ct.name = ""')).dropsReads).toBe(false);
  });

  test('of everything leaves no more than the envelope', () => {
    expect(compiled({}, rule('ct.name exists')).pattern).toEqual({
      source: [{ prefix: 'aws.' }],
      'detail-type': [{ suffix: ' via CloudTrail' }],
    });
  });
});

test('a pattern takes the shorter way of letting through where that makes room for what is declared', () => {
  const pipelines = Array.from({ length: 14 }, (_, index) => ({ name: `p${index}`, role: `pipeline-${index}` }));
  const pattern = compiled({ pipelines, break_glass: [{ name: 'e', role: 'BreakGlass-of-the-whole-organisation' }] });
  expect(pattern.leftOut).toEqual([]);
  expect(pattern.text).toContain('"eventSource":["cloudtrail.amazonaws.com"');
  expect(lets(pattern, change({ type: 'AWSService' }))).toBe(false);
});
