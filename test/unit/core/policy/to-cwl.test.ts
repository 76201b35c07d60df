import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../lib/core/model/audit-event.ts';
import { compilePolicy } from '../../../../lib/core/policy/declared.ts';
import { EMPTY_POLICY, type Policy } from '../../../../lib/core/policy/policy.ts';
import { type CloudWatchLogsPattern, CWL_TRUNCATED_PATTERN, cloudWatchLogsPattern } from '../../../../lib/core/policy/to-cwl.ts';
import { builtinEngine, engineOf } from '../../../support/detector.ts';
import { compileCwlPattern } from '../../../support/patterns/cwl-pattern.ts';
import { iamUserInfo, kubernetesEvent, serviceAccountInfo } from '../../../support/records.ts';

const engine = builtinEngine();
const rule = (condition: string): string =>
  `- rule: one more\n  desc: test\n  condition: ${condition}\n  output: x\n  priority: NOTICE\n  source: k8s_audit\n`;

function compiled(policy: Partial<Policy> = {}, ...rules: readonly string[]): CloudWatchLogsPattern {
  return cloudWatchLogsPattern(compilePolicy({ ...EMPTY_POLICY, ...policy }), rules.length === 0 ? engine : builtinEngine(...rules));
}

const lets = ({ text }: CloudWatchLogsPattern, event: JsonObject): boolean => compileCwlPattern(text).matches(JSON.stringify(event));

const NODE = iamUserInfo('system:node:ip-10-0-1-7.eu-west-1.compute.internal', 'eks-node-role', 'i-0a1b2c3d4e5f60718', {
  groups: ['system:bootstrappers', 'system:nodes'],
});
const lease = { resource: 'leases', namespace: 'kube-node-lease', name: 'ip-10-0-1-7', apiGroup: 'coordination.k8s.io' };
const as = (user: JsonObject, changes: JsonObject = {}): JsonObject => kubernetesEvent({ user, ...changes });
const named = (username: string, ...groups: readonly string[]): JsonObject => ({ username, groups: [...groups, 'system:authenticated'] });

describe('with the built-in rules and nothing declared, the pattern', () => {
  const pattern = compiled();

  test.each([
    ['what was only received', kubernetesEvent({ stage: 'RequestReceived' })],
    ['a read by a person', kubernetesEvent({ verb: 'get', user: iamUserInfo('arn:aws:sts::1:assumed-role/x/y', 'x', 'y') })],
    ['a read by a pod', as(serviceAccountInfo('argocd/controller', 'pod-1'), { verb: 'watch' })],
    ["a kubelet's lease", as(NODE, { verb: 'update', objectRef: lease })],
    ["a kubelet's status", as(NODE, { objectRef: { resource: 'nodes', name: 'ip-10-0-1-7', subresource: 'status' } })],
    ["a kubelet's reads", as(NODE, { verb: 'get' })],
    ['a change by a pod', as(serviceAccountInfo('argocd/controller', 'pod-1'))],
    ['a lease of the scheduler', as(named('system:kube-scheduler'), { verb: 'update', objectRef: lease })],
    ['a lease of the controller manager', as(named('system:kube-controller-manager'), { verb: 'update', objectRef: lease })],
  ])('leaves out %s', (_, event) => {
    expect(lets(pattern, event)).toBe(false);
  });

  test.each([
    ['a change by a person', kubernetesEvent()],
    ['a change without a verb', kubernetesEvent({ verb: undefined })],
    ['a change by nobody', kubernetesEvent({ user: undefined })],
    ['a shell over WebSocket', kubernetesEvent({ verb: 'get', objectRef: { resource: 'pods', subresource: 'exec' } })],
    ['a port-forward', kubernetesEvent({ verb: 'get', objectRef: { resource: 'pods', subresource: 'portforward' } })],
    ['an attach', kubernetesEvent({ verb: 'create', objectRef: { resource: 'pods', subresource: 'attach' } })],
    ['a change with a token of no pod', as(serviceAccountInfo('argocd/controller'))],
    ['a request of a pod that a policy refused', as(serviceAccountInfo('argocd/controller', 'pod-1'), { responseStatus: { code: 403 } })],
    ["a person under a node's name", as(iamUserInfo('system:node:x', 'admin', 'i-am-bob', { groups: ['system:nodes'] }))],
    [
      "a person under a node's name who reads",
      as(iamUserInfo('system:node:x', 'admin', 'bob', { groups: ['system:nodes'] }), { verb: 'get' }),
    ],
    ["an instance under a node's name that is in no group of nodes", as(iamUserInfo('system:node:x', 'admin', 'i-0abc'))],
    ["a person under the scheduler's name", as(iamUserInfo('system:kube-scheduler', 'admin', 'bob'))],
    ["a service account's name without its groups", as(named('system:serviceaccount:a:b', 'x'), { verb: 'get' })],
  ])('lets through %s', (_, event) => {
    expect(lets(pattern, event)).toBe(true);
  });

  test('leaves out what is no audit event: the group carries the log lines of other components too', () => {
    const { matches } = compileCwlPattern(pattern.text);
    expect(matches('I1120 09:15:02.123456       1 controller.go:615] quota admission added evaluator')).toBe(false);
    expect(compileCwlPattern(CWL_TRUNCATED_PATTERN).matches('{"kind":"Event","auditID":"1","verb":"crea[Truncated...]')).toBe(true);
  });

  test('fits, and says so', () => {
    expect(pattern.text.length).toBeLessThanOrEqual(1024);
    expect(pattern).toMatchObject({ leftOut: [], dropsReads: true });
  });
});

describe('declared principals', () => {
  test('are left out by the name of service account or user', () => {
    const pattern = compiled({
      pipelines: [
        { name: 'argocd', service_account: 'argocd/**' },
        { name: 'helm', kubernetes_user: 'helm' },
        { name: 'helm too', kubernetes_user: 'hel*' },
      ],
    });
    expect(pattern.leftOut).toEqual([]);
    expect(lets(pattern, as(serviceAccountInfo('argocd/controller')))).toBe(false);
    expect(lets(pattern, as(named('helm')))).toBe(false);
    expect(lets(pattern, as(iamUserInfo('helm', 'admin', 'bob')))).toBe(true);
    expect(lets(pattern, as(named('helm'), { responseStatus: { code: 422 } }))).toBe(true);
  });

  test('that are narrowed, behind IAM or cannot be written stay with the runtime', () => {
    const pattern = compiled({
      pipelines: [
        { name: 'narrowed', service_account: 'flux/kustomize', namespaces: ['shop'] },
        { name: 'role', role: 'ci-*' },
        { name: 'narrowed role', role: 'ci-*', accounts: ['111122223333'] },
        { name: 'one character', kubernetes_user: 'h?lm' },
        { name: 'quote', kubernetes_user: 'he"lm' },
        { name: 'no namespace', service_account: '*' },
        { name: 'covers', kubernetes_user: 'system:*' },
      ],
    });
    expect(pattern.leftOut).toEqual([
      { entry: 'narrowed', reason: 'narrowed by namespaces' },
      { entry: 'narrowed role', reason: 'narrowed by accounts' },
      { entry: 'role', reason: 'an IAM identity; no pattern tells it from another' },
      { entry: 'one character', reason: 'has ?, which patterns have not' },
      { entry: 'quote', reason: 'has characters that no pattern can carry' },
      { entry: 'no namespace', reason: 'names no namespace' },
      { entry: 'covers', reason: 'covers service accounts; declare these with service_account' },
    ]);
  });

  test('are asked for what a rule wants of pipelines, even under the name of a machine', () => {
    const pattern = compiled({ pipelines: [{ name: 'all', kubernetes_user: 'system:*' }] });
    expect(lets(pattern, as(named('system:kube-scheduler'), { responseStatus: { code: 403 } }))).toBe(true);
    expect(lets(pattern, as(named('system:kube-scheduler')))).toBe(false);
  });

  test('beyond what fits are left out, longest names first', () => {
    const pipelines = Array.from({ length: 30 }, (_, index) => ({ name: `p${index}`, kubernetes_user: `deployer-${index}` }));
    const pattern = compiled({ pipelines });
    expect(pattern.text.length).toBeLessThanOrEqual(1024);
    expect(pattern.leftOut.length).toBeGreaterThan(15);
    expect(pattern.leftOut[0]?.reason).toBe('the pattern is full');
    expect(lets(pattern, as(named('deployer-0')))).toBe(false);
    expect(lets(pattern, as(named('deployer-29')))).toBe(true);
  });

  test('of break-glass are let through', () => {
    const pattern = compiled({
      break_glass: [
        { name: 'role', role: 'Break?lass' },
        { name: 'account', service_account: 'ops/emergency' },
      ],
      pipelines: [{ name: 'ops', service_account: 'ops/*' }],
    });
    const node = iamUserInfo('system:node:x', 'BreakGlass', 'i-0abc', { groups: ['system:nodes'] });
    expect(lets(pattern, as(node))).toBe(true);
    expect(lets(pattern, as(NODE))).toBe(false);
    expect(lets(pattern, as(serviceAccountInfo('ops/emergency', 'pod-1')))).toBe(true);
  });

  test('of break-glass that do not fit leave the machines in', () => {
    const pattern = compiled({
      break_glass: Array.from({ length: 20 }, (_, index) => ({ name: `b${index}`, role: `BreakGlass${index}` })),
      pipelines: [{ name: 'helm', kubernetes_user: 'helm' }],
    });
    expect(pattern.leftOut).toEqual([{ entry: 'helm', reason: 'a rule may match what it does' }]);
    expect(lets(pattern, as(NODE))).toBe(true);
    expect(lets(pattern, kubernetesEvent({ stage: 'RequestReceived' }))).toBe(false);
  });

  test('that are workloads are let through while workloads are reported', () => {
    const pattern = compiled({ report_workloads: true, workloads: [{ name: 'w', service_account: 'a/b' }] });
    expect(lets(pattern, as(serviceAccountInfo('a/b', 'pod-1')))).toBe(true);
    // what room there is goes to the controllers
    expect(lets(pattern, as(serviceAccountInfo('kube-system/endpointslice-controller')))).toBe(false);
    expect(lets(pattern, as(serviceAccountInfo('kube-system/my-own-controller')))).toBe(true);
  });
});

describe('what one more rule wants', () => {
  const READ = kubernetesEvent({
    verb: 'list',
    objectRef: { resource: 'configmaps' },
    user: iamUserInfo('arn:aws:sts::1:assumed-role/x/y', 'x', 'y'),
  });

  test('of reads is let through by resource', () => {
    const pattern = compiled({}, rule('ka.verb in (get, list) and ka.target.resource = secrets'));
    expect(pattern.dropsReads).toBe(true);
    expect(lets(pattern, { ...READ, objectRef: { resource: 'secrets' } })).toBe(true);
    expect(lets(pattern, READ)).toBe(false);
  });

  test.each(['ka.uri contains x', 'ka.verb = list and ka.uri = "/x"', 'ka.target.name = "a\\"b"'])(
    'of reads by what no pattern can tell lets all reads through: %s',
    (condition) => {
      const pattern = compiled({}, rule(condition));
      expect(lets(pattern, READ)).toBe(true);
    },
  );

  test('of a stage is let through at that stage', () => {
    const pattern = compiled({}, rule('ka.stage = RequestReceived and ka.target.namespace = prod and ka.verb = delete'));
    const event = kubernetesEvent({ stage: 'RequestReceived', verb: 'delete', objectRef: { resource: 'pods', namespace: 'prod' } });
    expect(lets(pattern, event)).toBe(true);
    expect(lets(pattern, { ...event, verb: 'create', objectRef: { resource: 'pods', namespace: 'shop' } })).toBe(false);
  });

  test('of the control plane is let through', () => {
    const pattern = compiled({}, rule('drift.hand = service and ka.verb = delete'));
    expect(lets(pattern, as(named('system:kube-scheduler'), { verb: 'delete' }))).toBe(true);
    expect(lets(pattern, as(NODE, { verb: 'delete' }))).toBe(true);
    expect(lets(pattern, as(NODE, { verb: 'update' }))).toBe(false);
  });

  test('of machines by what no pattern can tell lets them through', () => {
    const pattern = compiled(
      { pipelines: [{ name: 'helm', kubernetes_user: 'helm' }] },
      rule('drift.class = change and ka.uri contains x'),
    );
    expect(pattern.leftOut).toEqual([{ entry: 'helm', reason: 'a rule may match what it does' }]);
    expect(lets(pattern, as(NODE))).toBe(true);
    expect(lets(pattern, as(serviceAccountInfo('a/b', 'pod-1')))).toBe(true);
    expect(lets(pattern, READ)).toBe(false);
  });

  test('of pods and of reads by what no pattern can tell leaves the nodes out', () => {
    const reads = rule('drift.class = read and not drift.hand = service and ka.uri contains x').replace('one more', 'two more');
    const pattern = compiled({ report_workloads: false }, rule('drift.hand in (workload, pipeline) and ka.uri contains x'), reads);
    expect(pattern.dropsReads).toBe(false);
    expect(lets(pattern, as(NODE))).toBe(false);
    expect(lets(pattern, as(serviceAccountInfo('a/b', 'pod-1')))).toBe(true);
    expect(lets(pattern, READ)).toBe(true);
  });

  test('that contradicts itself is nothing', () => {
    const pattern = compiled({}, rule('ka.verb = get and ka.verb = list'));
    expect(pattern.text).toBe(compiled().text);
  });

  test.each([
    ['one code', 'drift.hand = workload and ka.response.code = 409', 409, 404],
    ['a word for a code', 'drift.hand = workload and ka.response.code in (409, Conflict)', 409, 404],
  ])('of %s is asked for as it is', (_, condition, wanted, other) => {
    const pod = serviceAccountInfo('a/b', 'pod-1');
    const engineOnly = engineOf(rule(condition));
    const pattern = cloudWatchLogsPattern(compilePolicy(EMPTY_POLICY), engineOnly);
    expect(lets(pattern, as(pod, { responseStatus: { code: wanted } }))).toBe(true);
    expect(lets(pattern, as(pod, { responseStatus: { code: other } }))).toBe(false);
  });

  test('of everything leaves a pattern that matches all', () => {
    expect(compiled({}, rule('ka.uri exists')).text).toBe('');
  });
});
