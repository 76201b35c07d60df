import { describe, expect, test } from 'vitest';
import { classify, expected } from '../../../../lib/core/classify/classify.ts';
import { dropReason } from '../../../../lib/core/classify/drop-reason.ts';
import type { Json, JsonObject } from '../../../../lib/core/model/audit-event.ts';
import type { Verdict } from '../../../../lib/core/model/verdict.ts';
import { compilePolicy } from '../../../../lib/core/policy/declared.ts';
import { EMPTY_POLICY, type Policy } from '../../../../lib/core/policy/policy.ts';
import { type Changes, eventOf, iamUserInfo, kubernetesEvent, serviceAccountInfo } from '../../../support/records.ts';

const verdict = (changes: Changes = {}, policy: Partial<Policy> = {}, account?: string): Verdict =>
  classify(
    eventOf('k8s_audit', kubernetesEvent(changes), { envelope: account === undefined ? {} : { account } }),
    compilePolicy({ ...EMPTY_POLICY, ...policy }),
  );
const as = (user: Json, more: Changes = {}, policy: Partial<Policy> = {}, account?: string): Verdict =>
  verdict({ user, ...more }, policy, account);
const on = (resource: string, over: JsonObject = {}): JsonObject => ({
  resource,
  namespace: 'shop',
  name: 'web',
  apiVersion: 'v1',
  ...over,
});
const exec = (more: Changes = {}): Changes => ({
  verb: 'get',
  stage: 'ResponseStarted',
  objectRef: on('pods', { subresource: 'exec' }),
  requestURI: '/api/v1/namespaces/shop/pods/web/exec?command=sh&stdin=true&tty=true',
  responseStatus: { code: 101 },
  ...more,
});

describe('was it a change?', () => {
  test.each([
    ['a patch', {}, 'change', 'write', true],
    ['a deletecollection', { verb: 'deletecollection' }, 'change', 'write', true],
    ['an unknown verb fails open', { verb: 'frobnicate' }, 'change', 'write', true],
    ['a read', { verb: 'list' }, 'read', 'read_verb', true],
    ['a read outside the resources', { verb: 'get', objectRef: undefined, requestURI: '/readyz' }, 'read', 'non_resource', true],
    [
      'a write outside the resources fails open',
      { verb: 'post', objectRef: undefined, requestURI: '/oauth/token' },
      'change',
      'write',
      true,
    ],
    [
      'an access review stores nothing',
      { verb: 'create', objectRef: on('selfsubjectaccessreviews', { apiGroup: 'authorization.k8s.io' }) },
      'read',
      'access_review',
      true,
    ],
    ['exec as get over WebSocket', exec(), 'interactive', 'interactive', true],
    ['exec as create over SPDY', exec({ verb: 'create' }), 'interactive', 'interactive', true],
    ['the end of an exec', exec({ stage: 'ResponseComplete' }), 'interactive', 'interactive', false],
    ['port-forward', exec({ objectRef: on('pods', { subresource: 'portforward' }) }), 'interactive', 'interactive', true],
    [
      'a node proxy',
      exec({ objectRef: on('nodes', { subresource: 'proxy' }), responseStatus: { code: 200 } }),
      'interactive',
      'interactive',
      true,
    ],
    ['a refused exec says allow and 403', exec({ responseStatus: { code: 403 } }), 'attempt', 'failed', true],
    [
      'a proxied answer of the pod',
      exec({ objectRef: on('pods', { subresource: 'proxy' }), responseStatus: { metadata: {}, code: 404 } }),
      'interactive',
      'interactive',
      true,
    ],
    [
      'a proxy that the API server refused',
      exec({ objectRef: on('pods', { subresource: 'proxy' }), responseStatus: { code: 404, status: 'Failure' } }),
      'attempt',
      'failed',
      true,
    ],
    [
      'a proxy that failed for a reason',
      exec({ objectRef: on('pods', { subresource: 'proxy' }), responseStatus: { code: 503, reason: 'ServiceUnavailable' } }),
      'attempt',
      'failed',
      true,
    ],
    [
      'a proxy that was forbidden',
      exec({
        objectRef: on('pods', { subresource: 'proxy' }),
        responseStatus: { code: 403 },
        annotations: { 'authorization.k8s.io/decision': 'forbid' },
      }),
      'attempt',
      'failed',
      true,
    ],
    [
      'a proxy with a bad token',
      exec({ objectRef: on('pods', { subresource: 'proxy' }), responseStatus: { code: 401 } }),
      'attempt',
      'failed',
      true,
    ],
    ['logs are a read', { verb: 'get', objectRef: on('pods', { subresource: 'log' }) }, 'read', 'read_verb', true],
    ['an ephemeral container is a change', { objectRef: on('pods', { subresource: 'ephemeralcontainers' }) }, 'change', 'write', true],
    ['scale is a change', { objectRef: on('deployments', { subresource: 'scale' }) }, 'change', 'write', true],
    ['a status written by a person is a change', { objectRef: on('deployments', { subresource: 'status' }) }, 'change', 'write', true],
    [
      'a token minted by a person is a change',
      { verb: 'create', objectRef: on('serviceaccounts', { subresource: 'token' }) },
      'change',
      'write',
      true,
    ],
    ['RequestReceived decides nothing', { stage: 'RequestReceived', responseStatus: undefined }, 'change', 'write', false],
    ['a panic is a failure', { stage: 'Panic', responseStatus: undefined }, 'attempt', 'failed', true],
    ['a conflict is a failure', { responseStatus: { code: 409 } }, 'attempt', 'failed', true],
    [
      'refused credentials decide at ResponseStarted',
      { verb: 'create', stage: 'ResponseStarted', user: {}, objectRef: undefined, responseStatus: { code: 401 } },
      'attempt',
      'failed',
      true,
    ],
    ['refused credentials have no other stage', { verb: 'create', user: {}, responseStatus: { code: 401 } }, 'attempt', 'failed', false],
    ['a dry run in the query', { requestURI: '/x?fieldManager=kubectl&dryRun=All' }, 'dry_run', 'dry_run', true],
    ['an encoded dry run in the query', { requestURI: '/x?dry%52un=%41ll' }, 'dry_run', 'dry_run', true],
    [
      'a delete with dryRun in its body',
      { verb: 'delete', requestObject: { kind: 'DeleteOptions', dryRun: ['All'] } },
      'dry_run',
      'dry_run',
      true,
    ],
    [
      'dryRun in the query of a delete without a body',
      { verb: 'delete', requestURI: '/x?dryRun=All', requestObject: undefined },
      'dry_run',
      'dry_run',
      true,
    ],
    [
      'dryRun in the query of a delete that has a body: the server reads the body alone',
      { verb: 'delete', requestURI: '/x?dryRun=All', requestObject: { kind: 'DeleteOptions', propagationPolicy: 'Background' } },
      'change',
      'write',
      true,
    ],
    [
      'the same of all objects of a kind',
      { verb: 'deletecollection', requestURI: '/x?dryRun=All', requestObject: { kind: 'DeleteOptions' } },
      'change',
      'write',
      true,
    ],
    [
      'an eviction with dryRun in its options',
      { verb: 'create', objectRef: on('pods', { subresource: 'eviction' }), requestObject: { deleteOptions: { dryRun: ['All'] } } },
      'dry_run',
      'dry_run',
      true,
    ],
    ['an eviction', { verb: 'create', objectRef: on('pods', { subresource: 'eviction' }), requestObject: {} }, 'change', 'write', true],
    [
      'dryRun in the body of a create is the object, not an option',
      { verb: 'create', requestObject: { kind: 'Thing', dryRun: ['All'] } },
      'change',
      'write',
      true,
    ],
    [
      'dryRun on a session is not an option of the server',
      exec({ requestURI: '/x/exec?command=sh&dryRun=All' }),
      'interactive',
      'interactive',
      true,
    ],
    [
      'dryRun on a minted token',
      { verb: 'create', objectRef: on('serviceaccounts', { subresource: 'token' }), requestURI: '/x?dryRun=All' },
      'change',
      'write',
      true,
    ],
    ['dryRun with another value', { requestURI: '/x?dryRun=None&dryRun' }, 'change', 'write', true],
    ['a broken escape in the query', { requestURI: '/x?%zz=%&&dryRun=%' }, 'change', 'write', true],
    ['a plus in the query', { requestURI: '/x?a+b&dryRun=+All' }, 'change', 'write', true],
    ['no query at all', { requestURI: '/x' }, 'change', 'write', true],
  ] as [string, Changes, string, string, boolean][])('%s', (_, changes, eventClass, reason, decides) => {
    expect(verdict(changes)).toMatchObject({
      class: eventClass,
      classReason: reason,
      decides,
      manual: decides && (eventClass === 'change' || eventClass === 'interactive'),
    });
  });

  test.each([
    ['leases', { apiGroup: 'coordination.k8s.io' }],
    ['events', {}],
    ['events', { apiGroup: 'events.k8s.io' }],
    ['endpointslices', { apiGroup: 'discovery.k8s.io' }],
    ['deployments', { apiGroup: 'apps', subresource: 'status' }],
    ['pods', { subresource: 'binding' }],
  ] as [string, JsonObject][])('upkeep of %s %j is noise in a machine hand', (resource, over) => {
    const pod = as(
      serviceAccountInfo('ops/operator', 'operator-0'),
      { verb: 'update', objectRef: on(resource, over) },
      { report_workloads: true },
    );
    expect(pod).toMatchObject({ class: 'noise', manual: false });
    expect(verdict({ verb: 'update', objectRef: on(resource, over) })).toMatchObject({ class: 'change', manual: true });
  });
});

describe('whose hand?', () => {
  const node = iamUserInfo('system:node:ip-10-0-1-11', 'eks-NodeRole', 'i-0a1b2c3d4e5f60718', {
    groups: ['system:bootstrappers', 'system:nodes'],
  });
  const manager = iamUserInfo('eks:addon-manager', 'AWSWesleyClusterManagerLambda-Add-AddonManagerRole-1X', '1763683200', {
    account: '999988887777',
    groups: [],
  });

  test.each([
    ['the scheduler', { username: 'system:kube-scheduler', groups: ['system:authenticated'] }, 'service', 'control_plane'],
    [
      'a controller of kube-controller-manager, whose token has no pod',
      serviceAccountInfo('kube-system/replicaset-controller'),
      'service',
      'control_plane',
    ],
    ['an account in kube-system that is none of them', serviceAccountInfo('kube-system/coredns'), 'unknown', 'unbound_token'],
    ['the same in its pod', serviceAccountInfo('kube-system/coredns', 'coredns-1'), 'workload', 'pod_token'],
    ['a node', node, 'service', 'control_plane'],
    ['a node by certificate', { username: 'system:node:a', groups: ['system:nodes'] }, 'service', 'control_plane'],
    ['a node in a hand-written record without groups', { username: 'system:node:a' }, 'service', 'control_plane'],
    ['a node name without its group', { username: 'system:node:a', groups: ['system:authenticated'] }, 'human', 'kubernetes_user'],
    ['an EKS component', { username: 'eks:k8s-metrics', groups: ['system:authenticated'] }, 'service', 'control_plane'],
    ['an EKS component with AWS own role', manager, 'service', 'control_plane'],
    ['AWS support staff are shown', iamUserInfo('eks:support-engineer', 'AWSWesleySupport', '1'), 'human', 'support_engineer'],
    ['Identity Center', iamUserInfo('x', 'AWSReservedSSO_Dev_0123456789abcdef', 'bob'), 'human', 'identity_center'],
    ['an IAM user', { username: 'carol', extra: { arn: ['arn:aws:iam::111122223333:user/carol'] } }, 'human', 'iam_user'],
    ['a role session of a person', iamUserInfo('x', 'Ops', 'bob@example.com'), 'human', 'session_of_person'],
    ['the session name that aws eks get-token hard-codes', iamUserInfo('x', 'Ops', 'EKSGetTokenAuth'), 'unknown', 'role_session'],
    [
      'kubernetes-admin is a person or break-glass',
      { username: 'kubernetes-admin', groups: ['system:masters'] },
      'human',
      'kubernetes_user',
    ],
    ['anonymous', { username: 'system:anonymous', groups: ['system:unauthenticated'] }, 'unknown', 'anonymous'],
    ['nobody', {}, 'unknown', 'anonymous'],
    ['a token in a person hand', serviceAccountInfo('batch/cleaner'), 'unknown', 'unbound_token'],
    ['a workload in its pod', serviceAccountInfo('batch/cleaner', 'cleaner-1'), 'workload', 'pod_token'],
  ] as [string, Json, string, string][])('%s', (_, user, hand, reason) => expect(as(user)).toMatchObject({ hand, handReason: reason }));

  test.each([
    [
      'a service account with an IAM identity behind it',
      iamUserInfo('system:serviceaccount:argocd:argocd-application-controller', 'DataScientist', 'mallory'),
    ],
    [
      'a service account that the API server did not put into its groups',
      { username: 'system:serviceaccount:argocd:x', groups: ['system:masters'] },
    ],
    ['a control plane name', iamUserInfo('system:kube-scheduler', 'X', 'y')],
    ['a name that published lists trust', iamUserInfo('cluster-autoscaler', 'X', 'y')],
    ['a node whose session is no instance', iamUserInfo('system:node:a', 'NodeRole', 'bob', { groups: ['system:nodes'] })],
    ['a node outside the group of nodes', iamUserInfo('system:node:a', 'NodeRole', 'i-0a1b2c3d4e5f60718')],
    ['an EKS name with a role of ours', iamUserInfo('eks:node-manager', 'Admin', 'x', { account: '999988887777' })],
    ['an EKS name with a role named like AWS own, in our account', iamUserInfo('eks:node-manager', 'AWSWesleyClusterManagerLambda-x', 'x')],
    ['another EKS name', iamUserInfo('eks-event-service:event-controller', 'Admin', 'x')],
    ['an EKS name with an IAM user behind it', { username: 'eks:node-manager', extra: { arn: ['arn:aws:iam::999988887777:user/x'] } }],
    ['an EKS name from nowhere', { username: 'eks:node-manager', uid: 'aws-iam-authenticator:' }],
  ] as [string, Json][])('%s is a spoofed machine, whatever is declared', (_, user) => {
    const policy = {
      pipelines: [
        { name: 'all', role: '*' },
        { name: 'sa', service_account: '*' },
        { name: 'ku', kubernetes_user: '*' },
      ],
    };
    expect(as(user, {}, policy, '111122223333')).toMatchObject({ hand: 'human', spoofed: true, manual: true, reason: 'spoofed_machine' });
  });

  test("AWS's own EKS role counts only from an account that is not ours", () => {
    expect(as(manager, {}, {}, '111122223333').spoofed).toBe(false);
    expect(as(manager, {}, { accounts: { '999988887777': {} } }).spoofed).toBe(true);
    expect(as(manager, {}, { clusters: { demo: { account: '999988887777' }, other: {} } }).spoofed).toBe(true);
    expect(as(manager, {}, {}, '999988887777').spoofed).toBe(true);
  });

  test('a service account without groups (hand-written records) is not called spoofed', () => {
    expect(as({ username: 'system:serviceaccount:a:b' })).toMatchObject({ hand: 'unknown', spoofed: false });
  });
});

describe('what the user declared', () => {
  test('a service account is a pipeline by exact name or glob, in the clusters and namespaces named', () => {
    const pipelines = [{ name: 'argocd', service_account: 'argocd/argocd-*', clusters: ['demo-*'], namespaces: ['shop'] }];
    const cluster = (name: string): Changes => ({ annotations: { cluster_name: name } });
    const user = serviceAccountInfo('argocd/argocd-application-controller', 'p');
    expect(as(user, cluster('demo-1'), { pipelines })).toMatchObject({ hand: 'pipeline', declaredAs: 'argocd' });
    expect(as(user, cluster('prod'), { pipelines })).toMatchObject({ hand: 'workload' });
    expect(as(user, { ...cluster('demo-1'), objectRef: on('pods', { namespace: 'bank' }) }, { pipelines })).toMatchObject({
      hand: 'workload',
    });
  });

  test('kubernetes_user matches names that no IAM identity wears; role matches the identity behind a name', () => {
    const pipelines = [{ name: 'helm', kubernetes_user: 'deployer' }];
    expect(as({ username: 'deployer' }, {}, { pipelines }).hand).toBe('pipeline');
    expect(as(iamUserInfo('deployer', 'X', 'y'), {}, { pipelines }).hand).toBe('unknown');
    expect(as(iamUserInfo('deployer', 'ci', 'y'), {}, { pipelines: [{ name: 'ci', role: 'ci' }] }).hand).toBe('pipeline');
  });

  test('a person with the role of a pipeline and an own session name is reported', () => {
    const pipelines = [{ name: 'tf', role: 'terraform', session: 'aws-go-sdk-?*' }];
    expect(as(iamUserInfo('x', 'terraform', 'aws-go-sdk-176'), {}, { pipelines }).hand).toBe('pipeline');
    expect(as(iamUserInfo('x', 'terraform', 'frank@example.com'), {}, { pipelines }).manual).toBe(true);
  });

  test('impersonation is judged by the caller', () => {
    const impersonatedUser = { username: 'system:kube-scheduler', groups: ['system:masters'] };
    expect(verdict({ impersonatedUser })).toMatchObject({ hand: 'human', manual: true });
  });
});

describe('through what? (a label)', () => {
  test.each([
    ['kubectl/v1.36.1 (linux/amd64)', 'kubectl'],
    ['kubectl.exe/v1.30', 'kubectl'],
    ['Helm/4.2', 'helm'],
    ['argocd-application-controller/v3', 'argocd'],
    ['kustomize-controller/v1', 'flux'],
    ['HashiCorp/1.0 Terraform/1.9', 'terraform'],
    ['kubernetes-client/java', 'sdk'],
    ['Lens/2026', 'other'],
  ])('%s', (userAgent, channel) => expect(verdict({ userAgent }).channel).toBe(channel));
});

describe('why an event was dropped', () => {
  test('what a scanner can tell comes first', () => {
    const reason = (changes: Changes, policy: Partial<Policy> = {}): string => dropReason(verdict(changes, policy));
    const pod = serviceAccountInfo('ops/operator', 'operator-0');
    expect(reason({ verb: 'list', stage: 'ResponseStarted' })).toBe('read');
    expect(reason({ stage: 'RequestReceived' })).toBe('stage');
    expect(reason({ user: { username: 'system:kube-scheduler' } })).toBe('service');
    expect(reason({ user: pod })).toBe('workload');
    expect(reason({ user: pod }, { report_workloads: true })).toBe('no_rule');
    expect(reason({ user: pod, responseStatus: { code: 409 } }, { report_workloads: true })).toBe('workload');
    expect(reason({ user: { username: 'deployer' } }, { pipelines: [{ name: 'd', kubernetes_user: 'deployer' }] })).toBe('pipeline');
    expect(reason({ responseStatus: { code: 409 } })).toBe('attempt');
    expect(reason({ requestURI: '/x?dryRun=All' })).toBe('dry_run');
    expect(reason({})).toBe('no_rule');
    expect(reason(exec())).toBe('no_rule');
    expect(dropReason(expected(verdict(), 'sandbox'))).toBe('ignored');
    expect(expected(verdict(), 'sandbox')).toMatchObject({ manual: false, declaredAs: 'sandbox' });
  });
});
