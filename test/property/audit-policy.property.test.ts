/**
 * Whatever the runtime finds, it finds too in what an API server logs under the compiled audit policy (architecture §5): over made-up configurations, rules and
 * events. Where the policy counts on something (`to-audit-policy.ts`), the events are made so.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/core/model/audit-event.ts';
import { Detector } from '../../lib/core/pipeline.ts';
import { compilePolicy } from '../../lib/core/policy/declared.ts';
import type { IgnoreEntry, Policy } from '../../lib/core/policy/policy.ts';
import { auditPolicy } from '../../lib/core/policy/to-audit-policy.ts';
import { builtin, ignoreOf, item, type Loaded, loadedRules, rulesOf } from '../support/detector.ts';
import { definedOnly, maybe, policy, request, runs, some } from '../support/patterns/arbitrary.ts';
import { logged, policyMistakes } from '../support/patterns/audit-policy.ts';
import { ruleText } from '../support/rule-texts.ts';

const ENGINES: readonly Loaded[] = [
  ...[
    '',
    ruleText('secrets listed', 'ka.verb in (get, list) and ka.target.resource = secrets'),
    ruleText('tokens', 'drift.hand = workload and ka.target.subresource = token'),
    ruleText('scaled', 'ka.target.subresource in (scale, log)'),
    ruleText('received', 'ka.stage = RequestReceived and ka.target.namespace = prod'),
    ruleText('anything of x', 'ka.uri contains x'),
    ruleText('control plane', 'drift.hand = service and ka.response.code in (403, 409)'),
    ruleText('deletes', 'drift.hand in (service, workload) and ka.verb in (delete, patch)'),
    ruleText('somebody', 'ka.user.name in (system:kube-scheduler, helm, kubelet)'),
    ruleText('not read', 'not ka.verb = get and not drift.hand = human'),
    ruleText('roles', 'ka.verb = create and ka.req.role.rules.verbs intersects (get)'),
    ruleText('services', 'ka.req.service.type = NodePort'),
    ruleText('images', 'ka.req.pod.containers.image exists'),
    ruleText('any body', 'jevt.value[/requestObject/spec/replicas] exists'),
    ruleText('some body', 'ka.target.resource in (deployments, leases) and jevt.value[/requestObject/spec/replicas] exists'),
    ruleText('answers', 'ka.verb in (create, get) and ka.resp.name exists'),
    ruleText('any answer', 'ka.target.resource = pods and jevt.value[/responseObject/metadata/name] exists'),
  ].map((text) => loadedRules([...builtin, text])),
  loadedRules(builtin, ['Policy engine denied a request']),
  loadedRules(builtin, ['Policy engine denied a request', 'Machine name used by a person']),
  loadedRules([...builtin, ruleText('ci deletes', 'drift.hand = pipeline and ka.verb = delete')], ['Policy engine denied a request']),
];

const engineAt = fc.nat(ENGINES.length - 1);

const IGNORES: readonly IgnoreEntry[] = [
  { name: 'node ports', reason: 'r', condition: 'ka.req.service.type = NodePort' },
  { name: 'scaled', reason: 'r', condition: 'jevt.value[/requestObject/spec/replicas] = 3' },
];

/** The group of each resource that the generator makes; custom resources beside. */
const GROUP: Readonly<Record<string, string>> = {
  leases: 'coordination.k8s.io',
  deployments: 'apps',
  roles: 'rbac.authorization.k8s.io',
  tokenreviews: 'authentication.k8s.io',
  subjectaccessreviews: 'authorization.k8s.io',
  rollouts: 'argoproj.io',
  endpointslices: 'discovery.k8s.io',
};
const SENSITIVE = new Set(['secrets', 'configmaps', 'tokenreviews']);

const CONTAINERS = { containers: [{ image: 'x', securityContext: { privileged: true } }] };
const BODIES: Readonly<Record<string, JsonObject>> = {
  pods: { spec: CONTAINERS },
  deployments: { spec: { replicas: 3, template: { spec: CONTAINERS } } },
  services: { spec: { type: 'NodePort' } },
  roles: { rules: [{ verbs: ['get'], resources: ['secrets'] }] },
};

const event = fc
  .record({
    base: request,
    resource: maybe(some('pods', 'services', 'configmaps', 'secrets', ...Object.keys(GROUP))),
    hasBody: fc.boolean(),
    name: maybe(some('web-1')),
  })
  .map(({ base, resource, hasBody, name }) => {
    const { objectRef } = base;
    if (objectRef === undefined) return base;
    const named: JsonObject = { ...(objectRef as JsonObject), ...(resource === undefined ? {} : { resource }) };
    const plural = String(named['resource']);
    const hasOwnBody = !['exec', 'attach', 'portforward', 'proxy'].includes(String(named['subresource']));
    const isWrite = hasOwnBody && ['create', 'update', 'patch', 'delete', 'deletecollection'].includes(String(base['verb']));
    const isDelete = String(base['verb']).startsWith('delete');
    const options = isDelete ? { dryRun: ['All'] } : BODIES[plural];
    return definedOnly({
      ...base,
      objectRef: { ...named, apiGroup: GROUP[plural] ?? '' },
      requestObject: hasBody && isWrite ? (options ?? { spec: { replicas: 3 } }) : undefined,
      responseObject: name === undefined || !hasOwnBody ? undefined : { metadata: { name } },
    });
  });

/** As in a cluster without IAM, where only nodes are in the group of nodes. */
function withoutIam(value: JsonObject): JsonObject {
  const { user } = value;
  if (typeof user !== 'object' || user === null) return value;
  const { uid: _, extra, groups, ...rest } = user as JsonObject;
  const isNode = String(rest['username']).startsWith('system:node:');
  const pod = (extra as JsonObject | undefined)?.['authentication.kubernetes.io/pod-name'];
  return {
    ...value,
    user: definedOnly({
      ...rest,
      groups: Array.isArray(groups) ? groups.filter((group) => isNode || group !== 'system:nodes') : undefined,
      extra: pod === undefined ? undefined : { 'authentication.kubernetes.io/pod-name': pod },
    }),
  };
}

/** Bodies that are never logged are none of the policy's promise. */
function withoutSecrets(value: JsonObject): JsonObject {
  const objectRef = value['objectRef'] as JsonObject | undefined;
  if (!SENSITIVE.has(String(objectRef?.['resource'])) && objectRef?.['subresource'] !== 'token') return value;
  const { requestObject: _, responseObject: __, ...rest } = value;
  return rest;
}

function found(value: JsonObject, given: Policy, { engine }: Loaded, ignore: readonly IgnoreEntry[]): readonly string[] {
  const ignores = ignore.map(({ name, condition }) => ignoreOf(name, condition));
  return rulesOf(new Detector({ policy: given, engine, ignores }).take(item('k8s_audit', value)));
}

const body = (value: JsonObject): string => JSON.stringify([value['requestObject'], value['responseObject']]);

describe('whatever the runtime finds, the audit policy has logged with what the rule reads', () => {
  test.each([
    ['in a cluster without IAM', false],
    ['in a cluster where IAM identities have names', true],
  ])('%s', { timeout: 600_000 }, (_, iamIdentities) => {
    const seen = { kept: 0, dropped: 0, bodies: 0 };
    fc.assert(
      fc.property(
        policy,
        engineAt,
        fc.subarray([...IGNORES]),
        fc.array(event, { minLength: 20, maxLength: 20 }),
        (given, at, ignore, events) => {
          const loaded = ENGINES[at] as Loaded;
          const compiled = auditPolicy(compilePolicy({ ...given, ignore }), loaded.engine, loaded.model, { iamIdentities });
          expect(policyMistakes(JSON.parse(JSON.stringify(compiled.policy)))).toEqual([]);
          expect(compiled.reasons).toHaveLength(compiled.policy.rules.length);
          for (const made of events) {
            const whole = withoutSecrets(iamIdentities ? made : withoutIam(made));
            const kept = logged(compiled.policy, whole);
            const rules = found(whole, given, loaded, ignore);
            const logs = kept === undefined ? [] : found(kept, given, loaded, ignore);
            const missing = rules.filter((rule) => !logs.includes(rule));
            if (rules.length > 0) seen.kept++;
            if (kept === undefined) seen.dropped++;
            else if (body(kept) !== '[null,null]') seen.bodies++;
            if (missing.length > 0)
              throw new Error(`${missing.join()} not found: ${JSON.stringify(whole)}\n${JSON.stringify(compiled.policy)}`);
          }
        },
      ),
      runs(200),
    );
    console.log('audit policy', seen);
    expect(seen.kept).toBeGreaterThan(100);
    expect(seen.dropped).toBeGreaterThan(100);
    expect(seen.bodies).toBeGreaterThan(50);
  });

  test('bodies of secrets, ConfigMaps and tokens never', { timeout: 600_000 }, () => {
    const secret = some<{ readonly resource: string; readonly subresource?: string }>(...[...SENSITIVE].map((resource) => ({ resource })), {
      resource: 'serviceaccounts',
      subresource: 'token',
    });
    let asked = 0;
    fc.assert(
      fc.property(policy, engineAt, event, secret, fc.boolean(), (given, at, made, objectRef, iamIdentities) => {
        const { engine, model } = ENGINES[at] as Loaded;
        const compiled = auditPolicy(compilePolicy({ ...given, ignore: IGNORES }), engine, model, { iamIdentities });
        const group = GROUP[objectRef.resource] ?? '';
        const kept = logged(compiled.policy, {
          ...made,
          objectRef: { ...objectRef, apiGroup: group },
          requestObject: { data: 'hidden' },
          responseObject: { data: 'hidden' },
        });
        if (kept !== undefined) asked++;
        expect(JSON.stringify(kept ?? null)).not.toContain('hidden');
      }),
      runs(500),
    );
    expect(asked).toBeGreaterThan(100);
  });
});
