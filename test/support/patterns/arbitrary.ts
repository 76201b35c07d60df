/** Arbitrary policies and audit events, of every shape that the API server can write. */
import fc from 'fast-check';
import type { Json, JsonObject } from '../../../lib/core/model/audit-event.ts';
import { EMPTY_POLICY, type Policy, type PrincipalEntry } from '../../../lib/core/policy/policy.ts';
import { iamUserInfo, kubernetesEvent, serviceAccountInfo } from '../records.ts';

/** One of some values. */
export const some = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
/** A value, or none. */
export const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
/** The members that are there. */
export const definedOnly = (value: object): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as JsonObject;

/** How often a property is tried; more with PROPERTY_FACTOR. */
export const runs = (numRuns: number): { readonly numRuns: number } => ({
  numRuns: numRuns * Number(process.env['PROPERTY_FACTOR'] ?? '1'),
});

/** Names of roles, some of which a policy may declare. */
export const ROLES = ['ci-deploy', 'ci-a', 'BreakGlassAdmin', 'AWSServiceRoleForConfig', 'terraform', 'x-bot'];
const ACCOUNT_NAMES = ['argocd/controller', 'kube-system/endpointslice-controller', 'flux/kustomize', 'a/b'];
/** Names of IAM users. */
export const USERS = ['terraform-ci', 'carol', 'break'];

const principal: fc.Arbitrary<Partial<PrincipalEntry>> = fc.oneof(
  fc.record({ role: some(...ROLES, 'ci-*', '*-bot', '*deploy*', 'BreakGlass*', '*', 'ci-?', 'a*b*c*d*e*f*g') }),
  fc.record({ user: some(...USERS, 'terraform-*', '*', 'c?rol') }),
  fc.record({ service_account: some(...ACCOUNT_NAMES, 'argocd/*', '*/controller', '*', 'a?/b') }),
  fc.record({ kubernetes_user: some('helm', 'kubernetes-admin', 'system:*', 'k*', 'he"lm', 'h?lm') }),
);
const entry: fc.Arbitrary<PrincipalEntry> = fc
  .tuple(principal, maybe(some<Partial<PrincipalEntry>>({ accounts: ['111122223333'] }, { session: 'x*' }, { namespaces: ['shop'] })))
  .map(([named, narrowed]) => ({ name: `entry ${JSON.stringify(named)}`, ...named, ...narrowed }));
/** What somebody may have declared. */
export const policy: fc.Arbitrary<Policy> = fc
  .record({
    pipelines: fc.array(entry, { maxLength: 4 }),
    workloads: fc.array(entry, { maxLength: 2 }),
    break_glass: fc.array(entry, { maxLength: 2 }),
    report_workloads: fc.boolean(),
    accounts: some({}, { '111122223333': {} }),
  })
  .map((over) => ({ ...EMPTY_POLICY, ...over }));

const user: fc.Arbitrary<JsonObject | undefined> = fc.oneof(
  fc
    .record({
      username: some(
        ...[
          'alice',
          'kubernetes-admin',
          'system:node:ip-1',
          'system:serviceaccount:argocd:controller',
          'eks:node-manager',
          'kube-proxy',
          'helm',
        ],
        ...['system:kube-scheduler', 'eks:support-engineer', 'arn:aws:sts::111122223333:assumed-role/ci-deploy/x', 'cluster-autoscaler'],
      ),
      role: some(...ROLES, 'AWSWesleyClusterManagerLambda-1'),
      session: some('i-0abc', 'i-am-bob', 'alice@example.com', ''),
      groups: some<readonly string[]>([], ['system:nodes'], ['system:bootstrappers', 'system:nodes'], ['x'], ['system:serviceaccounts']),
      account: some('111122223333', '999988887777'),
    })
    .map(({ username, role, session, ...over }) => iamUserInfo(username, role, session, over)),
  fc
    .record({
      account: some(...ACCOUNT_NAMES, 'kube-system/aws-load-balancer-controller'),
      pod: maybe(fc.constant('pod-1')),
      groups: maybe(some<Json>([], ['x'])),
    })
    .map(({ account, pod, groups }) => definedOnly({ ...serviceAccountInfo(account, pod), ...(groups === undefined ? {} : { groups }) })),
  fc
    .record({
      username: some(
        'helm',
        'kubernetes-admin',
        'system:anonymous',
        'system:apiserver',
        'system:kube-scheduler',
        'eks:k8s-metrics',
        'system:node:ip-1',
        'kubelet',
      ),
      groups: maybe(some<Json>(['system:nodes', 'system:authenticated'], ['system:authenticated'], [])),
    })
    .map(definedOnly),
  some<JsonObject | undefined>(
    undefined,
    {},
    { groups: ['system:nodes'] },
    { extra: { sessionName: ['i-0abc'] }, groups: ['a', 'system:nodes'] },
  ),
);
/** One part of a record may be missing. */
export const mutilated = (records: fc.Arbitrary<JsonObject>, paths: readonly (readonly string[])[]): fc.Arbitrary<JsonObject> =>
  fc.tuple(records, maybe(some(...paths))).map(([value, path]) => (path === undefined ? value : without(value, path)));

function without(value: JsonObject, [key, ...rest]: readonly string[]): JsonObject {
  const { [key as string]: inner, ...others } = value;
  if (rest.length === 0 || typeof inner !== 'object' || inner === null || Array.isArray(inner)) return rest.length === 0 ? others : value;
  return { ...others, [key as string]: without(inner as JsonObject, rest) };
}

/** An audit event. */
export const request: fc.Arbitrary<JsonObject> = mutilated(
  fc
    .record({
      user,
      verb: some('get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', 'head', 'post', 'strange'),
      stage: some('RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'),
      code: maybe(some(101, 200, 201, 400, 401, 403, 409, 422, 500)),
      objectRef: maybe(
        fc
          .record({
            resource: some('pods', 'secrets', 'nodes', 'services', 'leases', 'events', 'serviceaccounts', 'deployments', 'tokenreviews'),
            subresource: maybe(some('exec', 'attach', 'portforward', 'proxy', 'log', 'status', 'token', 'scale', 'binding', 'eviction')),
            namespace: maybe(some('prod', 'shop', 'kube-system')),
            apiGroup: maybe(some('', 'coordination.k8s.io')),
          })
          .map(definedOnly),
      ),
      message: some('', 'admission webhook "x" denied the request'),
      requestURI: some('/api/v1/x', '/api/v1/pods?dryRun=All', '/y'),
    })
    .map(({ code, message, ...changes }) =>
      kubernetesEvent({
        ...changes,
        ...(code === undefined ? { responseStatus: undefined } : { responseStatus: { code, ...(message === '' ? {} : { message }) } }),
      }),
    ),
  [
    ['auditID'],
    ['verb'],
    ['stage'],
    ['user', 'username'],
    ['user', 'groups'],
    ['user', 'uid'],
    ['user', 'extra', 'arn'],
    ['user', 'extra', 'canonicalArn'],
    ['user', 'extra', 'sessionName'],
    ['objectRef'],
  ],
);
