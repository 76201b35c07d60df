import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../lib/core/model/audit-event.ts';
import type { AuditRule } from '../../../../lib/core/policy/audit-policy.ts';
import { compilePolicy } from '../../../../lib/core/policy/declared.ts';
import { EMPTY_POLICY, type Policy } from '../../../../lib/core/policy/policy.ts';
import { auditPolicy, type CompiledAuditPolicy } from '../../../../lib/core/policy/to-audit-policy.ts';
import { FIELDS } from '../../../../lib/core/rules/field-table.ts';
import { builtin, loadedRules } from '../../../support/detector.ts';
import { logged, policyMistakes } from '../../../support/patterns/audit-policy.ts';
import { iamUserInfo, kubernetesEvent, serviceAccountInfo } from '../../../support/records.ts';
import { ruleText } from '../../../support/rule-texts.ts';

const REFUSALS = 'Policy engine denied a request';

interface Given {
  readonly policy?: Partial<Policy>;
  readonly rules?: readonly string[];
  readonly disable?: readonly string[];
  readonly withoutBuiltin?: true;
  readonly iamIdentities?: boolean;
}

function compiled({ policy = {}, rules = [], disable = [], withoutBuiltin, iamIdentities = false }: Given = {}): CompiledAuditPolicy {
  const { engine, model } = loadedRules([...(withoutBuiltin ? [] : builtin), ...rules], disable);
  return auditPolicy(compilePolicy({ ...EMPTY_POLICY, ...policy }), engine, model, { iamIdentities });
}

/** The level of an event; `unlogged` when there is none. */
function levelOf({ policy }: CompiledAuditPolicy, event: JsonObject): unknown {
  return logged(policy, event)?.['level'] ?? 'unlogged';
}

const named = (username: string, ...groups: readonly string[]): JsonObject => ({ username, groups: [...groups, 'system:authenticated'] });
const PERSON = named('alice', 'platform');
const NODE = named('system:node:ip-10-0-1-7', 'system:nodes');
const POD = serviceAccountInfo('argocd/controller', 'pod-1');
const CONTROLLER = serviceAccountInfo('kube-system/replicaset-controller');
const ref = (resource: string, apiGroup = '', subresource?: string): JsonObject => ({
  resource,
  apiGroup,
  namespace: 'shop',
  ...(subresource === undefined ? {} : { subresource }),
});
const request = (user: JsonObject, verb: string, objectRef?: JsonObject, more: JsonObject = {}): JsonObject =>
  kubernetesEvent({ user, verb, objectRef, ...more });

describe('with the built-in rules and nothing declared, the policy', () => {
  const policy = compiled();

  test.each([
    ['what was only received', request(PERSON, 'create', ref('pods'), { stage: 'RequestReceived' })],
    ["a scheduler's lease", request(named('system:kube-scheduler'), 'update', ref('leases', 'coordination.k8s.io'))],
    ["a controller's change", request(CONTROLLER, 'create', ref('pods'))],
    ["a kubelet's lease", request(NODE, 'update', ref('leases', 'coordination.k8s.io'))],
    ["a kubelet's status of a pod", request(NODE, 'patch', ref('pods', '', 'status'))],
    ["a kubelet's reads", request(NODE, 'list', ref('pods'))],
    ["a pod's reads of custom resources", request(POD, 'watch', ref('rollouts', 'argoproj.io'))],
    ["a pod's reads of the API", request(POD, 'get', undefined, { requestURI: '/apis' })],
    ['a review asked by a pod', request(POD, 'create', ref('subjectaccessreviews', 'authorization.k8s.io'))],
    ['a probe', request(named('system:anonymous', 'system:unauthenticated'), 'get', undefined, { requestURI: '/readyz?verbose' })],
  ])('logs nothing of %s', (_, event) => {
    expect(levelOf(policy, event)).toBe('unlogged');
  });

  test.each([
    ['Metadata', 'a shell in a pod over WebSocket', request(PERSON, 'get', ref('pods', '', 'exec'))],
    ['Metadata', "a pod's shell in a pod", request(POD, 'get', ref('pods', '', 'exec'))],
    ['Metadata', 'a read by a person', request(PERSON, 'get', ref('pods'))],
    ['Request', 'a pod made by a person', request(PERSON, 'create', ref('pods'))],
    ['Request', 'a container put into a pod', request(PERSON, 'patch', ref('pods', '', 'ephemeralcontainers'))],
    ['Request', 'a deployment changed by a pod', request(POD, 'patch', ref('deployments', 'apps'))],
    ['Request', 'a CronJob', request(PERSON, 'update', ref('cronjobs', 'batch'))],
    ['Request', 'a delete, whose options tell a dry run', request(PERSON, 'delete', ref('services'))],
    ['Request', 'an eviction, for the same reason', request(PERSON, 'create', ref('pods', '', 'eviction'))],
    ['Metadata', 'a service', request(PERSON, 'create', ref('services'))],
    ['Metadata', 'a custom resource', request(PERSON, 'create', ref('rollouts', 'argoproj.io'))],
    ['Metadata', 'a secret', request(PERSON, 'create', ref('secrets'))],
    ['Metadata', 'the delete of a secret', request(PERSON, 'delete', ref('secrets'))],
    ['Metadata', 'a ConfigMap', request(PERSON, 'update', ref('configmaps'))],
    ['Metadata', 'a token made by a person', request(PERSON, 'create', ref('serviceaccounts', '', 'token'))],
    ['Metadata', 'a token reviewed', request(PERSON, 'create', ref('tokenreviews', 'authentication.k8s.io'))],
    [
      'Metadata',
      'a lease of a pod: the policy does not see that the token is a pod’s',
      request(POD, 'update', ref('leases', 'coordination.k8s.io')),
    ],
    [
      'Metadata',
      'who only wears the name of a controller',
      request(named('system:serviceaccount:kube-system:replicaset-controller', 'x'), 'create', ref('services')),
    ],
    ['Metadata', 'refused credentials', request({}, 'get', undefined, { requestURI: '/healthz', user: undefined as never })],
    ['Metadata', 'a person who asks for the health', request(PERSON, 'get', undefined, { requestURI: '/healthz' })],
  ])('logs at level %s %s', (level, _, event) => {
    expect(levelOf(policy, event)).toBe(level);
  });

  test('is one that the API server takes, and says why each rule is there', () => {
    expect(policyMistakes(JSON.parse(JSON.stringify(policy.policy)))).toEqual([]);
    expect(policy.reasons).toHaveLength(policy.policy.rules.length);
    expect(policy).toMatchObject({ leftOut: [], blind: [], policy: { omitStages: ['RequestReceived'], omitManagedFields: true } });
    expect(policy.reasons).toContain('read by: Mutable container admitted, Privileged container admitted');
  });

  test('ends with everything else at level Metadata', () => {
    expect(policy.policy.rules.at(-1)).toEqual({ level: 'Metadata' });
  });
});

describe('where IAM identities have names in the cluster', () => {
  const spoofer = iamUserInfo('system:kube-scheduler', 'admin', 'bob');

  test('machines are logged too, because anybody may wear their names', () => {
    const policy = compiled({ iamIdentities: true });
    expect(policy.policy.rules.some(({ level }) => level === 'None')).toBe(false);
    expect(levelOf(policy, request(spoofer, 'get', ref('secrets')))).toBe('Metadata');
    expect(levelOf(policy, request(spoofer, 'get', ref('secrets'), { stage: 'RequestReceived' }))).toBe('unlogged');
  });

  test('their reads are not, once no rule asks who wears a name', () => {
    const policy = compiled({ iamIdentities: true, disable: ['Machine name used by a person'] });
    expect(levelOf(policy, request(NODE, 'list', ref('pods')))).toBe('unlogged');
    expect(levelOf(policy, request(named('system:kube-scheduler'), 'delete', ref('pods')))).toBe('Request');
  });
});

describe('declared principals', () => {
  const ENTRIES: Partial<Policy> = {
    pipelines: [
      { name: 'argocd', service_account: 'argocd/controller' },
      { name: 'helm', kubernetes_user: 'helm' },
      { name: 'flux', service_account: 'flux/*' },
      { name: 'odd', kubernetes_user: 'system:serviceaccount:a:b' },
      { name: 'ci', role: 'ci-*' },
      { name: 'ci here', role: 'ci-*', clusters: ['demo'] },
      { name: 'shop', service_account: 'shop/x', namespaces: ['shop'] },
      { name: 'ops', service_account: 'ops/x' },
    ],
    workloads: [{ name: 'metrics', kubernetes_user: 'metrics' }],
    break_glass: [{ name: 'emergency', service_account: 'ops/*' }],
  };

  test('are logged while a rule may match what they do, and their reads are not', () => {
    const policy = compiled({ policy: ENTRIES });
    expect(levelOf(policy, request(POD, 'create', ref('services')))).toBe('Metadata');
    expect(levelOf(policy, request(named('helm'), 'create', ref('services')))).toBe('Metadata');
    expect(levelOf(policy, request(named('helm'), 'list', ref('services')))).toBe('unlogged');
    expect(levelOf(policy, request(named('metrics'), 'list', ref('services')))).toBe('unlogged');
    expect(policy.leftOut.filter(({ reason }) => reason === 'a rule may match what it does').map(({ entry }) => entry)).toEqual([
      'argocd',
      'helm',
      'metrics',
    ]);
  });

  test('are not logged when none does, as far as a policy can name them', () => {
    const policy = compiled({ policy: ENTRIES, disable: [REFUSALS] });
    expect(levelOf(policy, request(POD, 'create', ref('services')))).toBe('unlogged');
    expect(levelOf(policy, request(named('helm'), 'create', ref('services')))).toBe('unlogged');
    expect(levelOf(policy, request(POD, 'create', ref('pods', '', 'exec')))).toBe('Metadata');
    expect(levelOf(policy, request(serviceAccountInfo('ops/x'), 'create', ref('services')))).toBe('Metadata');
    expect(policy.leftOut).toEqual([
      { entry: 'shop', reason: 'narrowed by namespaces' },
      { entry: 'ci here', reason: 'narrowed by clusters' },
      { entry: 'ci', reason: 'an IAM identity; an audit policy sees only the name that the cluster gives it' },
      { entry: 'flux', reason: 'has * or ?, which names in an audit policy have not' },
      { entry: 'odd', reason: 'names a service account; declare it with service_account' },
      { entry: 'ops', reason: 'a break-glass entry covers it' },
    ]);
  });

  test.each([
    [{ service_account: 'argocd/controller' }, POD],
    [{ kubernetes_user: 'helm' }, named('helm')],
  ])('of one kind alone need no rule for the other: %j', (entry, user) => {
    const policy = compiled({ policy: { pipelines: [{ name: 'only', ...entry }] }, disable: [REFUSALS] });
    expect(levelOf(policy, request(user, 'create', ref('services')))).toBe('unlogged');
    expect(policyMistakes(JSON.parse(JSON.stringify(policy.policy)))).toEqual([]);
  });

  test('of break-glass are logged under the names of machines too, but for reads', () => {
    const policy = compiled({
      policy: {
        break_glass: [
          { name: 'nodes', kubernetes_user: 'system:node:*' },
          { name: 'scheduler', kubernetes_user: 'system:kube-sched*' },
          { name: 'role', role: '*' },
          { name: 'user', user: '*' },
        ],
      },
    });
    expect(levelOf(policy, request(NODE, 'update', ref('leases', 'coordination.k8s.io')))).toBe('Metadata');
    expect(levelOf(policy, request(NODE, 'list', ref('pods')))).toBe('unlogged');
    expect(levelOf(policy, request(named('system:kube-scheduler'), 'create', ref('services')))).toBe('Metadata');
    expect(levelOf(policy, request(named('system:apiserver'), 'create', ref('services')))).toBe('unlogged');
  });

  test('are asked for what a rule wants of pipelines, even under the name of a machine', () => {
    const rules = [ruleText('pipelines', 'drift.hand = pipeline and ka.verb = delete')];
    const policy = compiled({ policy: { pipelines: [{ name: 'all', kubernetes_user: 'system:*' }] }, rules, disable: [REFUSALS] });
    expect(levelOf(policy, request(named('system:kube-scheduler'), 'delete', ref('pods')))).toBe('Request');
    expect(levelOf(policy, request(named('system:kube-scheduler'), 'create', ref('pods')))).toBe('unlogged');
  });
});

describe('what one more rule wants', () => {
  test('of reads is logged by resource, of the built-in groups', () => {
    const policy = compiled({ rules: [ruleText('secrets', 'ka.verb in (get, list) and ka.target.resource = secrets')] });
    expect(levelOf(policy, request(POD, 'get', ref('secrets')))).toBe('Metadata');
    expect(levelOf(policy, request(POD, 'get', ref('secrets', 'example.org')))).toBe('Metadata');
    expect(levelOf(policy, request(POD, 'get', ref('configmaps')))).toBe('unlogged');
    expect(levelOf(policy, request(POD, 'get', undefined, { requestURI: '/apis' }))).toBe('unlogged');
    expect(policyMistakes(JSON.parse(JSON.stringify(policy.policy)))).toEqual([]);
  });

  test('of reads by subresource, with or without the resource, is logged', () => {
    const rules = [
      ruleText('scales', 'drift.class = read and ka.target.subresource = scale'),
      ruleText('logs', 'drift.class = read and ka.target.resource = pods and ka.target.subresource = log'),
    ];
    const policy = compiled({ rules });
    expect(levelOf(policy, request(POD, 'get', ref('deployments', 'apps', 'scale')))).toBe('Metadata');
    expect(levelOf(policy, request(POD, 'get', ref('pods', '', 'log')))).toBe('Metadata');
    expect(levelOf(policy, request(POD, 'get', ref('pods')))).toBe('unlogged');
  });

  test('of reads with their answers is logged with all reads', () => {
    const rules = [ruleText('names', 'ka.verb = get and ka.target.resource = pods and ka.resp.name exists')];
    const policy = compiled({ rules });
    expect(levelOf(policy, request(POD, 'get', ref('pods')))).toBe('RequestResponse');
    expect(levelOf(policy, request(POD, 'get', ref('services')))).toBe('Metadata');
    expect(levelOf(policy, request(named('system:kube-scheduler'), 'create', ref('services')))).toBe('unlogged');
  });

  test('of a verb is logged with that verb, and of a user under that name', () => {
    const policy = compiled({
      rules: [
        ruleText('deletes', 'drift.hand = service and ka.verb in (delete, patch)'),
        ruleText('scheduler', 'drift.hand = service and ka.user.name = system:kube-scheduler'),
      ],
    });
    expect(levelOf(policy, request(named('system:apiserver'), 'delete', ref('services')))).toBe('Request');
    expect(levelOf(policy, request(named('system:apiserver'), 'create', ref('services')))).toBe('unlogged');
    expect(levelOf(policy, request(named('system:kube-scheduler'), 'create', ref('services')))).toBe('Metadata');
    expect(levelOf(policy, request(NODE, 'patch', ref('pods', '', 'status')))).toBe('Request');
  });

  test('of every verb, or of every user, of a class leaves nothing of it to drop', () => {
    const verbs = 'get, list, watch, create, update, patch, delete, deletecollection';
    const all = compiled({ rules: [ruleText('all', `drift.hand = service and ka.verb in (${verbs})`)] });
    expect(levelOf(all, request(named('system:apiserver'), 'create', ref('services')))).toBe('Metadata');
    const policy = { pipelines: [{ name: 'helm', kubernetes_user: 'helm' }] };
    const user = compiled({ policy, disable: [REFUSALS], rules: [ruleText('helm', 'ka.user.name = helm and drift.hand = pipeline')] });
    expect(levelOf(user, request(named('helm'), 'create', ref('services')))).toBe('Metadata');
    expect(user.leftOut).toEqual([{ entry: 'helm', reason: 'a rule may match what it does' }]);
  });

  test('of a resource that nodes do not keep up is no reason to log their upkeep', () => {
    const policy = compiled({ rules: [ruleText('quotas', 'drift.hand = service and ka.target.resource = resourcequotas')] });
    expect(levelOf(policy, request(NODE, 'update', ref('leases', 'coordination.k8s.io')))).toBe('unlogged');
    expect(levelOf(policy, request(named('system:apiserver'), 'update', ref('resourcequotas')))).toBe('Metadata');
  });

  test('of what no policy can tell is logged with its class', () => {
    const policy = compiled({ rules: [ruleText('uris', 'ka.uri contains x')] });
    expect(policy.policy.rules.some(({ level }) => level === 'None')).toBe(false);
    expect(levelOf(policy, request(PERSON, 'create', ref('services'), { stage: 'RequestReceived' }))).toBe('Metadata');
    expect(policy.policy.omitStages).toBeUndefined();
  });
});

describe('bodies', () => {
  const bodies = (...rules: readonly string[]): readonly AuditRule[] =>
    compiled({ rules, withoutBuiltin: true }).policy.rules.filter(
      ({ level, verbs }) => level.startsWith('Request') && !verbs?.includes('deletecollection'),
    );

  test('are not logged for rules that read none', () => {
    expect(bodies(ruleText('deletes', 'ka.verb = delete'))).toEqual([
      { level: 'Request', verbs: ['create'], resources: [{ group: '', resources: ['pods/eviction'] }] },
    ]);
  });

  test.each([
    ['ka.verb = create and ka.req.role.rules.verbs intersects (get)', 'Request', 'rbac.authorization.k8s.io', 'roles'],
    ['ka.verb = create and ka.req.binding.role = admin', 'Request', 'rbac.authorization.k8s.io', 'rolebindings'],
    ['ka.verb = create and ka.req.service.type = NodePort', 'Request', '', 'services'],
    ['ka.verb = create and ka.req.pod.host_network = true', 'Request', '', 'pods'],
    ['ka.verb = create and drift.pod.privileged = true', 'Request', 'apps', 'deployments'],
    ['ka.verb = create and ka.target.resource = jobs and drift.pod.privileged = true', 'Request', 'batch', 'jobs'],
    ['ka.verb = create and ka.target.pod.name exists', 'RequestResponse', '', 'pods'],
    ['ka.verb = create and tolower(ka.req.service.type) = nodeport', 'Request', '', 'services'],
    ['ka.verb = create and ka.target.name = val(ka.req.service.type)', 'Request', '', 'services'],
    ['ka.verb = create and not (ka.req.service.type = ClusterIP or ka.uri contains x)', 'Request', '', 'services'],
    [
      'ka.verb = create and ka.target.resource = ingresses and jevt.value[/requestObject/spec] exists',
      'Request',
      'networking.k8s.io',
      'ingresses',
    ],
    [
      'ka.verb = create and ka.target.resource = ingresses and json.value[responseObject] exists',
      'RequestResponse',
      'networking.k8s.io',
      'ingresses',
    ],
  ])('are logged of the resources that have what is read: %s', (condition, level, group, resource) => {
    const found = bodies(ruleText('one', condition)).filter(({ verbs }) => verbs?.join() === 'create');
    const [rule] = found;
    expect(rule?.level).toBe(level);
    expect(rule?.resources?.find((each) => each.group === group)?.resources).toContain(resource);
  });

  test.each([
    [
      'jevt.value[/requestObject/spec/replicas] exists',
      { level: 'Request', verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'] },
    ],
    ['ka.verb = patch and ka.target.resource = rollouts and jevt.value[/requestObject/x] exists', { level: 'Request', verbs: ['patch'] }],
    ['ka.resp.name = x', { level: 'RequestResponse' }],
    ['jevt.obj contains x', { level: 'RequestResponse' }],
    ['ka.verb = patch and jevt.value[""] contains x', { level: 'RequestResponse', verbs: ['patch'] }],
    ['ka.verb = patch and evt.plugininfo contains x', { level: 'RequestResponse', verbs: ['patch'] }],
  ])('are logged of every resource for %s', (condition, expected) => {
    const policy = compiled({ rules: [ruleText('one', condition)], withoutBuiltin: true });
    expect(policy.policy.rules).toContainEqual(expected);
    expect(policy.policy.omitManagedFields).toBeUndefined();
    expect(levelOf(policy, request(PERSON, 'patch', ref('secrets')))).toBe('Metadata');
  });

  test.each([
    ['ka.verb = get and jevt.value[/requestObject/x] exists', 'a read has no body'],
    ['ka.target.resource = nodes and ka.req.service.type = x', 'a node has no ports'],
    ['jevt.value[/objectRef/name] = x', 'an object’s name stands outside'],
  ])('are not logged for %s: %s', (condition) => {
    expect(bodies(ruleText('one', condition))).toHaveLength(1);
  });

  test('are logged for what a message shows, but not for the record as a whole', () => {
    const shown = (output: string): string => ruleText('one', 'ka.verb = create').replace('o %ka.verb', output);
    expect(bodies(shown('ports %ka.req.service.ports[0]'))[0]).toMatchObject({ resources: [{ resources: ['services', 'services/*'] }] });
    expect(bodies(shown('all %jevt.obj'))).toHaveLength(1);
  });

  test('are logged for macros, and for the conditions of ignore entries about clusters', () => {
    const rules = ['- macro: opened\n  condition: (ka.req.service.type = NodePort)\n', ruleText('one', 'opened and ka.verb = create')];
    expect(bodies(...rules)[0]).toMatchObject({ resources: [{ resources: ['services', 'services/*'] }] });
    const ignore = [
      { name: 'ports', reason: 'r', condition: 'ka.req.service.type = NodePort' },
      { name: 'trail', reason: 'r', condition: 'ct.name = x' },
    ];
    const policy = compiled({ policy: { ignore } });
    expect(policy.reasons).toContain('read by: ports');
  });

  test('are not logged for a rule that is switched off or is about something else', () => {
    const off = ruleText('off', 'ka.req.service.type = x', 'enabled: false');
    const foreign = ruleText('foreign', 'evt.type = open').replace('k8s_audit', 'syscall');
    const trail = ruleText('trail', 'jevt.value[/requestObject] exists').replace('k8s_audit', 'aws_cloudtrail').replace('%ka.verb', 'x');
    expect(bodies(off, foreign, trail)).toHaveLength(1);
  });

  test('higher levels stand first, and one rule serves all with the same verbs', () => {
    const policy = compiled({
      withoutBuiltin: true,
      rules: [
        ruleText('a', 'ka.verb = create and ka.req.service.type = x'),
        ruleText('b', 'ka.verb = create and ka.req.role.rules.verbs intersects (x)'),
        ruleText('c', 'ka.verb = create and ka.target.pod.name = x'),
      ],
    });
    expect(policy.reasons.filter((reason) => reason.startsWith('read by'))).toEqual(['read by: c', 'read by: a, b']);
  });

  test('that are never logged are told with the rule that waits for them', () => {
    const policy = compiled({ rules: [ruleText('keys', 'ka.req.configmap.obj contains aws_access_key_id')] });
    expect(policy.reasons).not.toContain('read by: keys');
    expect(policy.blind).toEqual([{ of: 'keys', reason: 'reads the body of configmaps, which is never logged' }]);
    expect(levelOf(policy, request(PERSON, 'update', ref('configmaps')))).toBe('Metadata');
  });

  test('every field that is read from a body is known as such', () => {
    const read = [...FIELDS.k8s_audit.values()].filter(
      ({ from, argument }) => /requestObject|responseObject/.test(from) && argument !== 'key',
    );
    expect(read.length).toBeGreaterThan(40);
    const unknown = read.filter(({ name }) => {
      const policy = compiled({ rules: [ruleText('one', `ka.verb = create and ${name} exists`)], withoutBuiltin: true });
      return policy.blind.length === 0 && !policy.reasons.includes('read by: one');
    });
    // rules of roles have no addresses: the field is always absent, whatever is logged
    expect(unknown.map(({ name }) => name)).toEqual(['ka.sourceips']);
  });
});
