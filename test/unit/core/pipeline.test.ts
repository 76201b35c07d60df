import { describe, expect, test } from 'vitest';
import type { Decoded } from '../../../lib/core/model/raw-record.ts';
import { detectorOf, engineOf, findingsOf, ignoreOf, item, rulesOf } from '../../support/detector.ts';
import { cloudtrailRecord, eventOf, IAM_USER, iamUserInfo, kubernetesEvent, roleSession } from '../../support/records.ts';

const origin = { input: 'x', line: 3, path: 'Records[1]' };

describe('every item is counted once', () => {
  test('whatever it is', () => {
    const detector = detectorOf();
    const items: readonly Decoded[] = [
      { kind: 'dropped', reason: 'digest', origin },
      { kind: 'failed', code: 'bad_json', origin, hint: 'cut' },
      item('aws_cloudtrail', cloudtrailRecord()),
      item('aws_cloudtrail', cloudtrailRecord()),
      item('aws_cloudtrail', cloudtrailRecord({ eventID: 'other', readOnly: true, eventName: 'DescribeInstances' })),
      item('aws_cloudtrail', cloudtrailRecord({ eventTime: 'yesterday' })),
      item('k8s_audit', kubernetesEvent()),
      { kind: 'record', record: { source: 'k8s_audit', text: '[1]', origin, envelope: {}, truncated: false } },
      { kind: 'record', record: { source: 'k8s_audit', text: '{', origin, envelope: {}, truncated: false } },
    ];
    const outcomes = items.map((each) => detector.take(each).kind);
    expect(outcomes).toEqual(['dropped', 'failed', 'findings', 'duplicate', 'dropped', 'failed', 'findings', 'failed', 'failed']);
    detector.skipped('k8s_audit', 'read');
    expect(detector.summary()).toEqual({
      records: 10,
      findings: 2,
      eventsWithFindings: 2,
      dropped: { read: 2, digest: 1 },
      failed: { bad_json: 2, bad_time: 1, not_an_event: 1 },
      duplicates: 1,
    });
  });

  test('a failure keeps its place and its words', () => {
    expect(detectorOf().take({ kind: 'failed', code: 'too_deep', origin, hint: 'deep' })).toEqual({
      kind: 'failed',
      code: 'too_deep',
      origin,
      hint: 'deep',
    });
  });
});

describe('a finding', () => {
  test("has Falco's JSON at its top level and Driftwire's own members beside it", () => {
    const [found] = findingsOf(
      detectorOf({ accounts: { '111122223333': { name: 'prod' } }, labels: { env: 'prod' } }).take(
        item('aws_cloudtrail', cloudtrailRecord()),
      ),
    );
    expect(found?.finding).toMatchObject({
      id: '5f0fb67d-8838-4d13-9f15-397a86509e83',
      rule: 'Manual AWS change',
      priority: 'Warning',
      source: 'aws_cloudtrail',
      time: '2026-11-20T09:15:02.000000000Z',
      hostname: 'prod',
      account: '111122223333',
      account_name: 'prod',
      region: 'eu-west-1',
      cluster: null,
      actor: {
        hand: 'human',
        user: 'carol',
        principal: 'arn:aws:iam::111122223333:user/ops/carol',
        session: null,
        channel: 'cli',
        source_ip: '203.0.113.24',
        mfa: null,
        impersonates: null,
      },
      action: {
        class: 'change',
        service: 'ec2',
        name: 'AuthorizeSecurityGroupIngress',
        verb: 'AuthorizeSecurityGroupIngress',
        error: null,
      },
      target: { kind: 'SecurityGroup', name: 'sg-0a1b2c3d4e5f60718', namespace: null, subresource: null, arn: null },
      reason: 'iam_user',
      pipeline: null,
      labels: { env: 'prod' },
      truncated: false,
    });
    expect(found?.finding.tags).toContain('drift');
    expect(found?.finding.output).toBe(`09:15:02.000000000: Warning ${found?.finding.message}`);
    expect(found?.finding.message).toContain('carol changed');
    expect(found?.recordText).toBe(JSON.stringify(cloudtrailRecord()));
  });

  test('of a cluster has the cluster as host, with account and region from the configuration', () => {
    const detector = detectorOf({ clusters: { demo: { account: '111122223333', region: 'eu-west-1' }, bare: {} } });
    const host = (cluster: string): object | undefined =>
      findingsOf(detector.take(item('k8s_audit', kubernetesEvent({ auditID: cluster }), { envelope: { cluster } })))[0]?.finding;
    expect(host('demo')).toMatchObject({ hostname: 'demo', cluster: 'demo', account: '111122223333', region: 'eu-west-1' });
    expect(host('bare')).toMatchObject({ hostname: 'bare', account: null, region: null });
    expect(host('other')).toMatchObject({ hostname: 'other', account: null });
  });

  test('names no host where nothing is known, and the host given where one is', () => {
    const bare = item('k8s_audit', kubernetesEvent({ auditID: 'bare' }));
    expect(findingsOf(detectorOf().take(bare))[0]?.finding.hostname).toBe('unknown');
    expect(findingsOf(detectorOf({}, { hostname: 'sensor-1' }).take(bare))[0]?.finding.hostname).toBe('sensor-1');
    const odd = item('aws_cloudtrail', cloudtrailRecord({ recipientAccountId: 'constructor' }));
    expect(findingsOf(detectorOf().take(odd))[0]?.finding).toMatchObject({ hostname: 'constructor', account_name: null });
  });

  test('of a pipeline that weakened a trail names the pipeline', () => {
    const record = cloudtrailRecord({
      userIdentity: roleSession('deploy', 'x'),
      eventSource: 'cloudtrail.amazonaws.com',
      eventName: 'StopLogging',
    });
    const outcome = detectorOf({ pipelines: [{ name: 'gha', role: 'deploy' }] }).take(item('aws_cloudtrail', record));
    expect(rulesOf(outcome)).toEqual(['Audit trail weakened']);
    expect(findingsOf(outcome)[0]?.finding).toMatchObject({ pipeline: 'gha', actor: { hand: 'pipeline', session: 'x' } });
  });

  test('of a failed call has the error', () => {
    const outcome = detectorOf().take(item('aws_cloudtrail', cloudtrailRecord({ errorCode: 'AccessDenied' })));
    expect(findingsOf(outcome)[0]?.finding).toMatchObject({
      rule: 'Denied change attempt',
      action: { error: 'AccessDenied', class: 'attempt' },
    });
  });
});

describe('a decision without counting', () => {
  test('gives verdict and findings of an event and changes no sum', () => {
    const detector = detectorOf();
    const { context, findings } = detector.decide(eventOf('aws_cloudtrail', cloudtrailRecord()), 7);
    expect(context).toMatchObject({ evtNum: 7, firstTimeNs: context.event.timeNs, verdict: { manual: true } });
    expect(findings.map(({ finding }) => finding.rule)).toEqual(['Manual AWS change']);
    expect(detector.summary().records).toBe(0);
  });

  test('of a record that says little has null where it says nothing', () => {
    const bare = {
      eventType: 'AwsApiCall',
      eventTime: '2026-11-20T09:15:02Z',
      eventName: 'RunInstances',
      eventSource: 'ec2.amazonaws.com',
    };
    expect(detectorOf().decide(eventOf('aws_cloudtrail', bare), 1).findings[0]?.finding).toMatchObject({
      account: null,
      region: null,
      actor: { user: 'unknown', principal: null, session: null, source_ip: null, user_agent: null },
      target: { kind: 'Instance', name: null },
    });
    const nobody = kubernetesEvent({ user: {}, verb: 'patch', objectRef: undefined });
    expect(detectorOf().decide(eventOf('k8s_audit', nobody), 1).findings[0]?.finding).toMatchObject({
      target: { kind: null },
      actor: { principal: null },
    });
  });

  test('reasons with equal counts stand in the order of their names', () => {
    const detector = detectorOf();
    for (const reason of ['read', 'digest', 'read', 'config', 'service'] as const) detector.skipped('k8s_audit', reason);
    expect(Object.keys(detector.summary().dropped)).toEqual(['read', 'config', 'digest', 'service']);
  });
});

describe('one action is one event', () => {
  test('two trails, a shared id and an updated copy do not count twice', () => {
    const detector = detectorOf();
    const take = (changes: Parameters<typeof cloudtrailRecord>[0]): string =>
      detector.take(item('aws_cloudtrail', cloudtrailRecord(changes))).kind;
    expect([take({}), take({}), take({ eventID: 'a', sharedEventID: 's' }), take({ eventID: 'b', sharedEventID: 's' })]).toEqual([
      'findings',
      'duplicate',
      'findings',
      'duplicate',
    ]);
    expect(take({ eventID: 'c', addendum: { reason: 'UPDATED_DATA', originalEventID: '5f0fb67d-8838-4d13-9f15-397a86509e83' } })).toBe(
      'duplicate',
    );
  });

  test('a request is reported at one stage', () => {
    const detector = detectorOf();
    const session = {
      verb: 'get',
      objectRef: { resource: 'pods', subresource: 'exec', name: 'web', namespace: 'shop' },
      requestURI: '/x?command=sh',
      responseStatus: { code: 101 },
    };
    expect(rulesOf(detector.take(item('k8s_audit', kubernetesEvent({ ...session, stage: 'ResponseStarted' }))))).toEqual([
      'Interactive session in a pod',
    ]);
    expect(detector.take(item('k8s_audit', kubernetesEvent({ ...session, stage: 'ResponseComplete' })))).toEqual({
      kind: 'dropped',
      reason: 'stage',
    });
  });
});

describe('a time window', () => {
  const take = (options: object): string => {
    const outcome = detectorOf({}, options).take(item('aws_cloudtrail', cloudtrailRecord()));
    return outcome.kind === 'dropped' ? outcome.reason : outcome.kind;
  };
  const at = Date.parse('2026-11-20T09:15:02Z');

  test('takes its beginning in and leaves its end out', () => {
    expect([take({ sinceMs: at }), take({ sinceMs: at + 1 }), take({ untilMs: at }), take({ untilMs: at + 1 })]).toEqual([
      'findings',
      'outside_window',
      'outside_window',
      'findings',
    ]);
  });

  test('needs the time of every record, so nothing is skipped unparsed', () => {
    expect(detectorOf({}, { sinceMs: 0 }).prefilter).toBeUndefined();
    expect(detectorOf({}, { untilMs: 0 }).prefilter).toBeUndefined();
    expect(detectorOf().prefilter).toBeDefined();
  });
});

describe('ignore entries', () => {
  const sandbox = ignoreOf('sandbox', 'ka.target.namespace startswith "sandbox-"');
  const change = (namespace: string, more: object = {}): Decoded =>
    item('k8s_audit', kubernetesEvent({ objectRef: { resource: 'configmaps', name: 'x', namespace }, ...more }));

  test('make a change expected, whoever made it, until they end', () => {
    expect(detectorOf({}, { ignores: [sandbox] }).take(change('sandbox-1'))).toEqual({ kind: 'dropped', reason: 'ignored' });
    expect(rulesOf(detectorOf({}, { ignores: [sandbox] }).take(change('shop')))).toEqual(['Manual Kubernetes change']);
    const at = Date.parse('2026-11-20T09:15:02.133Z');
    const ended = (endsMs: number): string => detectorOf({}, { ignores: [{ ...sandbox, endsMs }] }).take(change('sandbox-1')).kind;
    expect([ended(at + 1), ended(at)]).toEqual(['dropped', 'findings']);
  });

  test('of one source do not touch the other', () => {
    expect(detectorOf({}, { ignores: [sandbox] }).take(item('aws_cloudtrail', cloudtrailRecord())).kind).toBe('findings');
    expect(ignoreOf('both', 'drift.user = carol').condition.sources).toEqual(['aws_cloudtrail', 'k8s_audit']);
  });

  test('never hide break-glass or a spoofed machine', () => {
    const spoofed = { user: iamUserInfo('system:serviceaccount:a:b', 'X', 'mallory') };
    expect(rulesOf(detectorOf({}, { ignores: [sandbox] }).take(change('sandbox-1', spoofed)))).toContain('Manual Kubernetes change');
    const emergency = { user: iamUserInfo('x', 'BreakGlass', 'erin') };
    expect(
      rulesOf(
        detectorOf({ break_glass: [{ name: 'e', role: 'BreakGlass' }] }, { ignores: [sandbox] }).take(change('sandbox-1', emergency)),
      ),
    ).toContain('Manual Kubernetes change');
  });
});

describe('rules', () => {
  const rule = (name: string, condition: string): string =>
    `- {rule: ${name}, desc: d, condition: ${condition}, output: "n=%ct.name", priority: INFO, source: aws_cloudtrail}\n`;

  test('see every event, reads and services too', () => {
    const engine = engineOf(rule('reads', 'ct.readonly = true'));
    const read = cloudtrailRecord({
      readOnly: true,
      eventName: 'DescribeInstances',
      userIdentity: { type: 'AWSService', invokedBy: 'config.amazonaws.com' },
    });
    expect(rulesOf(detectorOf({}, { engine }).take(item('aws_cloudtrail', read)))).toEqual(['reads']);
  });

  test('that do not match leave a manual change counted as such', () => {
    const engine = engineOf(rule('none', 'ct.name = Nothing'));
    expect(detectorOf({}, { engine }).take(item('aws_cloudtrail', cloudtrailRecord({ userIdentity: IAM_USER })))).toEqual({
      kind: 'dropped',
      reason: 'no_rule',
    });
  });

  test('are named for reports', () => {
    expect(detectorOf().rules.map(({ name }) => name)).toContain('Manual AWS change');
  });

  test('that fail are told, and the others go on', () => {
    const failures: string[] = [];
    const engine = engineOf(rule('first', 'ct.name exists'), rule('second', 'ct.name exists'));
    const [first] = engine.rules;
    const broken = {
      ...engine,
      rules: engine.rules,
      mayMatch: () => true,
      needs: () => [],
      match: (context: Parameters<typeof engine.match>[0], onFailure: Parameters<typeof engine.match>[1]) => {
        if (first !== undefined) onFailure({ rule: first, error: 'overflow' });
        return engine.match(context, onFailure).slice(1);
      },
    };
    const record = item('aws_cloudtrail', cloudtrailRecord());
    expect(
      rulesOf(
        detectorOf({}, { engine: broken, onRuleFailure: ({ rule: { name }, error }) => failures.push(`${name}: ${error}`) }).take(record),
      ),
    ).toEqual(['second']);
    expect(rulesOf(detectorOf({}, { engine: broken }).take(record))).toEqual(['second']);
    expect(failures).toEqual(['first: overflow']);
  });
});
