import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/core/model/audit-event.ts';
import type { CloudTrailFacts, KubernetesFacts } from '../../../lib/core/model/facts.ts';
import type { Envelope } from '../../../lib/core/model/raw-record.ts';
import type { Detector } from '../../../lib/core/pipeline.ts';
import type { Policy } from '../../../lib/core/policy/policy.ts';
import { detectorOf, engineOf, item } from '../../support/detector.ts';
import { cloudtrailRecord, IAM_USER, iamUserInfo, kubernetesEvent, roleSession, serviceAccountInfo } from '../../support/records.ts';
import { settled, settledFor } from '../../support/scanned.ts';

/** The facts of a record as a scanner would hand them over. */
function cloudtrailFacts(record: JsonObject): CloudTrailFacts {
  const text = (key: string): string | undefined => (typeof record[key] === 'string' ? record[key] : undefined);
  return {
    eventTime: text('eventTime') ?? '',
    eventType: text('eventType') ?? '',
    eventSource: text('eventSource') ?? '',
    eventName: text('eventName') ?? '',
    readOnly: typeof record['readOnly'] === 'boolean' ? record['readOnly'] : undefined,
    errorCode: text('errorCode'),
  };
}

function kubernetesFacts(record: JsonObject): KubernetesFacts {
  const text = (value: unknown, key: string): string | undefined => {
    const found = value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[key] : undefined;
    return typeof found === 'string' ? found : undefined;
  };
  const code = (record['responseStatus'] as { code?: unknown } | undefined)?.code;
  return {
    stage: text(record, 'stage') ?? '',
    stageTimestamp: text(record, 'stageTimestamp') ?? '',
    verb: text(record, 'verb') ?? '',
    resource: text(record['objectRef'], 'resource'),
    subresource: text(record['objectRef'], 'subresource'),
    namespace: text(record['objectRef'], 'namespace'),
    code: typeof code === 'number' ? code : undefined,
  };
}

const POLICIES: Readonly<Record<string, Partial<Policy>>> = {
  none: {},
  pipelines: {
    pipelines: [
      { name: 'gha', role: 'gha-*', session: 'GitHubActions*' },
      { name: 'argocd', service_account: 'argocd/*' },
    ],
    workloads: [{ name: 'w', role: 'cleaner' }],
  },
  narrowed: {
    pipelines: [
      { name: 'a', role: 'gha-*', accounts: ['111122223333'] },
      { name: 'b', service_account: 'argocd/*', namespaces: ['shop'], clusters: ['demo'] },
    ],
    clusters: { demo: { account: '111122223333' } },
  },
  agent: { pipelines: [{ name: 'tf', role: 'gha-*', user_agent: '*Terraform*' }] },
  breakGlass: {
    break_glass: [
      { name: 'e', role: 'gha-*' },
      { name: 'f', user: 'carol' },
    ],
  },
  workloads: { report_workloads: true },
};

const IDENTITIES: readonly (JsonObject | undefined)[] = [
  IAM_USER,
  { ...IAM_USER, invokedBy: 'cloudformation.amazonaws.com' },
  { type: 'AWSService', invokedBy: 'config.amazonaws.com' },
  { type: 'Root', invokedBy: 'backup.amazonaws.com', accountId: '111122223333' },
  { type: 'Root', accountId: '111122223333' },
  roleSession('gha-shop', 'GitHubActions'),
  { ...roleSession('gha-shop', 'GitHubActions'), accountId: null, arn: null },
  roleSession('cleaner', 'x'),
  roleSession('fn', 'f', { identity: { inScopeOf: { issuerType: 'AWS::Lambda::Function' } } }),
  { type: 'Unknown' },
  undefined,
];

const CALLS: readonly JsonObject[] = [
  { eventName: 'DescribeInstances', readOnly: true },
  { eventName: 'RunInstances', readOnly: false },
  { eventName: 'RunInstances', readOnly: false, errorCode: 'Client.UnauthorizedOperation' },
  { eventSource: 'cloudtrail.amazonaws.com', eventName: 'StopLogging', readOnly: false },
  { eventSource: 'logs.amazonaws.com', eventName: 'CreateLogStream', readOnly: false },
  { eventSource: 'ssm.amazonaws.com', eventName: 'StartSession', readOnly: false },
  { eventSource: 'sts.amazonaws.com', eventName: 'AssumeRole', readOnly: true },
  { eventSource: 'cognito-idp.amazonaws.com', eventName: 'ConfirmDevice', readOnly: false },
  { eventSource: 'grafana.amazonaws.com', eventName: 'login_auth_sso', readOnly: true },
  { eventSource: 'signin.amazonaws.com', eventName: 'ConsoleLogin', eventType: 'AwsConsoleSignIn' },
  { eventName: 'RotateKey', eventType: 'AwsServiceEvent', readOnly: false },
  { eventName: 'RunInstances', readOnly: false, eventTime: '2026' },
];

const USERS: readonly (JsonObject | undefined)[] = [
  iamUserInfo('alice', 'AWSReservedSSO_A_0123456789abcdef', 'alice@example.com'),
  iamUserInfo('x', 'gha-shop', 'GitHubActions'),
  iamUserInfo('system:serviceaccount:argocd:a', 'X', 'mallory'),
  iamUserInfo('eks:node-manager', 'AWSWesleyClusterManagerLambda-x', 'y', { account: '999988887777' }),
  serviceAccountInfo('argocd/controller', 'p'),
  serviceAccountInfo('kube-system/replicaset-controller'),
  serviceAccountInfo('ops/x'),
  { username: 'system:kube-scheduler' },
  {},
  undefined,
];

const REQUESTS: readonly JsonObject[] = [
  {},
  { verb: 'list' },
  { verb: 'watch', stage: 'ResponseStarted' },
  { stage: 'RequestReceived' },
  { stage: 'RequestReceived', responseStatus: {} },
  {
    verb: 'get',
    stage: 'ResponseStarted',
    objectRef: { resource: 'pods', subresource: 'exec', namespace: 'shop' },
    responseStatus: { code: 101 },
  },
  {
    verb: 'get',
    stage: 'ResponseComplete',
    objectRef: { resource: 'pods', subresource: 'exec', namespace: 'shop' },
    responseStatus: { code: 101 },
  },
  { verb: 'create', objectRef: { resource: 'tokenreviews' } },
  { responseStatus: { code: 409 } },
  { responseStatus: { code: 403 } },
  { verb: 'update', objectRef: { resource: 'leases', apiGroup: 'coordination.k8s.io', namespace: 'kube-node-lease' } },
  { requestURI: '/x?dryRun=All' },
  { stageTimestamp: 'now' },
];

/** Compares what the prefilter says of a record with what the full path makes of it. */
function compare(
  detector: Detector,
  record: JsonObject,
  envelope: Envelope = {},
): { readonly skipped: string | undefined; readonly full: string } {
  const prefilter = detector.prefilter;
  const isAws = 'eventSource' in record;
  const ask = (): string | undefined =>
    isAws
      ? settled(prefilter?.cloudtrail(cloudtrailFacts(record)), record['userIdentity'])
      : settled(prefilter?.kubernetes(kubernetesFacts(record), envelope.cluster, envelope.account), record['user']);
  const outcome = detector.take(item(isAws ? 'aws_cloudtrail' : 'k8s_audit', record, { envelope }));
  const first = ask();
  // the remembered answer is the same answer
  expect(ask()).toBe(first);
  return { skipped: first, full: outcome.kind === 'dropped' ? outcome.reason : outcome.kind };
}

describe.each(Object.entries(POLICIES))('with the policy %s', (_, policy) => {
  const envelopes: readonly Envelope[] = [{}, { cluster: 'demo' }, { cluster: 'other', account: '999988887777' }];

  test('a skipped CloudTrail record would have been dropped for the same reason', () => {
    const shared = detectorOf(policy);
    let skips = 0;
    for (const userIdentity of IDENTITIES) {
      for (const call of CALLS) {
        const { userIdentity: _identity, ...base } = cloudtrailRecord({ readOnly: undefined, ...call });
        const record = userIdentity === undefined ? base : { ...base, userIdentity };
        const { skipped, full } = compare(shared, record);
        if (skipped === undefined) continue;
        skips++;
        expect(skipped, JSON.stringify({ userIdentity, call })).toBe(full);
      }
    }
    expect(skips).toBeGreaterThan(15);
  });

  test('a skipped Kubernetes event would have been dropped for the same reason', () => {
    const shared = detectorOf(policy);
    let skips = 0;
    for (const user of USERS) {
      for (const request of REQUESTS) {
        for (const envelope of envelopes) {
          const { user: _user, ...base } = kubernetesEvent(request);
          const record = user === undefined ? base : { ...base, user };
          const { skipped, full } = compare(shared, record, envelope);
          if (skipped === undefined) continue;
          skips++;
          expect(skipped, JSON.stringify({ user, request, envelope })).toBe(full);
        }
      }
    }
    expect(skips).toBeGreaterThan(80);
  });
});

describe('what is skipped follows from the rules', () => {
  const rule = (source: string, condition: string): string =>
    `- {rule: r, desc: d, condition: ${condition}, output: x, priority: INFO, source: ${source}}\n`;
  const read = cloudtrailFacts(cloudtrailRecord({ eventName: 'DescribeInstances', readOnly: true }));
  const list = kubernetesFacts(kubernetesEvent({ verb: 'list' }));
  const scheduler = { username: 'system:kube-scheduler' };
  const write = kubernetesFacts(kubernetesEvent({ user: scheduler }));

  test('a rule about reads makes reads be parsed', () => {
    const asks = (condition: string): string | undefined =>
      settled(detectorOf({}, { engine: engineOf(rule('aws_cloudtrail', condition)) }).prefilter?.cloudtrail(read), IAM_USER);
    expect(asks('ct.readonly = true')).toBeUndefined();
    expect(asks('ct.readonly = true and ct.name = DeleteBucket')).toBe('read');
    expect(asks('ct.useragent contains curl')).toBeUndefined();
    expect(asks('ct.name startswith Describe')).toBeUndefined();
    expect(asks('drift.class = change')).toBe('read');
    expect(asks('drift.hand = service')).toBeUndefined();
  });

  test('a rule about a service account makes its events be parsed, whatever the verb', () => {
    const asks = (condition: string, facts: KubernetesFacts): string | undefined =>
      settled(
        detectorOf({}, { engine: engineOf(rule('k8s_audit', condition)) }).prefilter?.kubernetes(facts, undefined, undefined),
        scheduler,
      );
    expect(asks('ka.verb = list', list)).toBeUndefined();
    expect(asks('ka.verb = create', list)).toBe('read');
    expect(asks('drift.hand = service', write)).toBeUndefined();
    expect(asks('drift.hand = service and ka.verb = list', write)).toBe('service');
    expect(asks('ka.target.name = web', write)).toBeUndefined();
    expect(asks('ka.stage = RequestReceived', kubernetesFacts(kubernetesEvent({ stage: 'RequestReceived' })))).toBeUndefined();
    expect(asks('ka.stage = RequestReceived and drift.hand = human', { ...write, stage: 'RequestReceived' })).toBe('stage');
    expect(asks('ka.verb = list and drift.hand = human', { ...write, verb: 'list' })).toBe('read');
  });

  test('an identity that is no JSON goes to the full parser', () => {
    const question = detectorOf().prefilter?.cloudtrail({ ...read, readOnly: false, eventName: 'RunInstances' });
    if (typeof question !== 'object') throw new Error('a change depends on its caller');
    expect(settledFor(question, '{"type":')).toBeUndefined();
    expect(settledFor(question, '{"type":"AWSService"}')).toBe('service');
  });

  test('callers are told apart by place only where a declared entry asks for the place', () => {
    const callersOf = (policy: Partial<Policy>, namespace: string, cluster: string): unknown => {
      const question = detectors.get(policy)?.prefilter?.kubernetes({ ...write, namespace }, cluster, undefined);
      return typeof question === 'object' ? question.callers : undefined;
    };
    const plain = {};
    const narrowed = { pipelines: [{ name: 'b', service_account: 'argocd/*', namespaces: ['shop'], clusters: ['demo'] }] };
    const detectors = new Map<Partial<Policy>, Detector>([plain, narrowed].map((policy) => [policy, detectorOf(policy)]));
    expect(callersOf(plain, 'a', 'x')).toBe(callersOf(plain, 'b', 'y'));
    expect(callersOf(narrowed, 'a', 'x')).toBe(callersOf(narrowed, 'a', 'x'));
    expect(callersOf(narrowed, 'a', 'x')).not.toBe(callersOf(narrowed, 'b', 'x'));
    expect(callersOf(narrowed, 'a', 'x')).not.toBe(callersOf(narrowed, 'a', 'y'));
  });

  test('the memory is bounded and begun anew when it is full', () => {
    const { prefilter } = detectorOf();
    for (let i = 0; i < 45_000; i++) expect(prefilter?.cloudtrail({ ...read, eventName: `Describe${i}` })).toBe('read');
    expect(prefilter?.cloudtrail(read)).toBe('read');
  });
});
