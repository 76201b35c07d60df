/** What people did by hand in the clusters that day, and what else a reader of the log should be told. */
import { auditEvents, type Request, serviceAccount } from './audit-record.ts';
import { CLUSTERS, type Cluster } from './cast.ts';
import { KUBE_PEOPLE } from './kubernetes-cast.ts';
import { deployment, requestFor, type Thing } from './kubernetes-request.ts';
import type { Expectation, SimulatedEvent } from './model.ts';
import { Random } from './random.ts';

/** One request of the story. */
interface Scene {
  /** Minutes after midnight. */
  readonly minute: number;
  readonly cluster: Cluster;
  readonly who: keyof typeof KUBE_PEOPLE | 'token' | 'nobody';
  readonly verb: string;
  readonly code: number;
  readonly thing: Thing;
  readonly expect: Expectation;
  readonly level?: Request['level'];
  readonly more?: Partial<Request>;
}

const CHANGE = 'Manual Kubernetes change';
const SESSION = 'Interactive session in a pod';
const BREAK_GLASS = 'Break-glass principal used in a cluster';
const SPOOFED = 'Machine name used by a person';
const DENIED = 'Denied change attempt in a cluster';
const POLICY = 'Policy engine denied a request';
const MUTABLE = 'Mutable container admitted';
const PRIVILEGED = 'Privileged container admitted';
const COPIED_IN = 'File copied into a pod';

const { demo, staging } = CLUSTERS;

function manual(why: string, ...more: readonly string[]): Expectation {
  return { hand: 'human', class: 'change', why, rules: [CHANGE, ...more].sort() };
}

function session(why: string, ...more: readonly string[]): Expectation {
  return { hand: 'human', class: 'interactive', why, rules: [SESSION, ...more].sort() };
}

function notDrift(eventClass: Expectation['class'], why: string, ...rules: readonly string[]): Expectation {
  return { hand: 'human', class: eventClass, why, rules: [...rules].sort() };
}

/** A service account's token in the hand of a person: no pod is bound to it. */
const TOKEN = serviceAccount('ci', 'deployer', '198.51.100.77', 'curl/8.7.1');
const NOBODY = { userText: '{}', user: 'unknown', sourceIp: '192.0.2.99', userAgent: 'kubectl/v1.34.2 (darwin/arm64) kubernetes/8cc511e' };

const deploymentOf = (namespace: string, name: string): Thing => ({ resource: 'deployments', namespace, name, group: 'apps' });
const pod = (namespace: string, name: string, subresource = '', query = ''): Thing => ({
  resource: 'pods',
  namespace,
  name,
  subresource,
  query,
});
const minutes = (count: number) => ({
  stages: [
    ['ResponseStarted', 2],
    ['ResponseComplete', count * 60_000],
  ] as const,
});

const EXEC = 'container=app\\u0026stderr=true\\u0026stdin=true\\u0026stdout=true';
const DELETE = (more = '') => `{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background"${more}}`;

const PRIVILEGED_POD = `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"debug","namespace":"shop","labels":{"run":"debug"}},"spec":{"containers":[{"name":"debug","image":"registry.example.com/tools:7","command":["sleep","86400"],"securityContext":{"privileged":true,"runAsUser":0}}],"hostPID":true,"restartPolicy":"Never"},"status":{}}`;
const LATEST_POD = `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"try","namespace":"team-a"},"spec":{"containers":[{"name":"try","image":"nginx:latest"}]},"status":{}}`;
const GATEKEEPER = `"status":"Failure","message":"admission webhook \\"validation.gatekeeper.sh\\" denied the request: [no-latest-tag] container <try> uses the tag latest","reason":"Forbidden",`;
const FORBIDDEN = `"status":"Failure","message":"secrets \\"ledger-db\\" is forbidden: User \\"developer:bob-example.com\\" cannot delete resource \\"secrets\\" in API group \\"\\" in the namespace \\"shop\\"","reason":"Forbidden","details":{"name":"ledger-db","kind":"secrets"},`;
const ADMIN_BINDING =
  '{"kind":"ClusterRoleBinding","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"emergency-admin"},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"erin"}],"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"}}';
const IMAGE_PATCH =
  '{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"app"}],"containers":[{"image":"registry.example.com/web:hotfix-1","name":"app"}]}}}}';
/** What the API server answers to the patch: the whole object, as hardened as it was. */
const PATCHED = deployment(new Random('patched'), 'shop', 'web');
const TOKEN_REQUEST =
  '{"kind":"TokenRequest","apiVersion":"authentication.k8s.io/v1","metadata":{"creationTimestamp":null},"spec":{"audiences":null,"expirationSeconds":86400,"boundObjectRef":null},"status":{"token":"","expirationTimestamp":null}}';

const SCENES: readonly Scene[] = [
  {
    minute: 41.3,
    cluster: demo,
    who: 'mallory',
    verb: 'patch',
    code: 200,
    thing: deploymentOf('payments', 'gateway'),
    level: 'RequestResponse',
    expect: {
      hand: 'human',
      class: 'change',
      why: 'an IAM role that is mapped to the name of the GitOps controller',
      user: 'mallory',
      rules: [CHANGE, SPOOFED].sort(),
    },
    more: { request: IMAGE_PATCH, response: PATCHED },
  },
  {
    minute: 312.8,
    cluster: staging,
    who: 'nobody',
    verb: 'list',
    code: 401,
    thing: { resource: 'secrets', namespace: '', name: '' },
    expect: { hand: 'unknown', class: 'read', why: 'a request with an expired token' },
    level: 'Metadata',
    more: { stages: [['ResponseStarted', 1]], status: '"status":"Failure","message":"Unauthorized","reason":"Unauthorized",' },
  },
  {
    minute: 531.1,
    cluster: demo,
    who: 'alice',
    verb: 'get',
    code: 200,
    thing: deploymentOf('shop', 'web'),
    expect: notDrift('read', 'kubectl edit reads first'),
  },
  {
    minute: 532.4,
    cluster: demo,
    who: 'alice',
    verb: 'patch',
    code: 200,
    thing: { ...deploymentOf('shop', 'web'), query: 'fieldManager=kubectl-edit\\u0026fieldValidation=Strict' },
    level: 'RequestResponse',
    expect: manual('kubectl edit of an image'),
    more: { request: IMAGE_PATCH, response: PATCHED },
  },
  {
    minute: 540.2,
    cluster: demo,
    who: 'alice',
    verb: 'get',
    code: 101,
    thing: pod('shop', 'web-56785b9bc4-pbtqk', 'exec', `command=sh\\u0026${EXEC}\\u0026tty=true`),
    expect: session('kubectl exec -it'),
    more: minutes(23),
  },
  {
    minute: 559.7,
    cluster: staging,
    who: 'bob',
    verb: 'get',
    code: 101,
    thing: pod(
      'team-a',
      'frontend-8648db4bb6-rhrcm',
      'exec',
      'command=test\\u0026command=-d\\u0026command=%2Ftmp\\u0026container=app\\u0026stderr=true\\u0026stdout=true',
    ),
    expect: session('kubectl cp looks at the target'),
    more: minutes(0.01),
  },
  {
    minute: 559.75,
    cluster: staging,
    who: 'bob',
    verb: 'get',
    code: 101,
    thing: pod(
      'team-a',
      'frontend-8648db4bb6-rhrcm',
      'exec',
      `command=tar\\u0026command=-xmf\\u0026command=-\\u0026command=-C\\u0026command=%2Ftmp\\u0026${EXEC}`,
    ),
    expect: session('kubectl cp copies a file into a pod', COPIED_IN),
    more: minutes(0.05),
  },
  {
    minute: 566,
    cluster: staging,
    who: 'bob',
    verb: 'get',
    code: 101,
    thing: pod('team-a', 'worker-5f6d7c8b9-k2m4n', 'portforward'),
    expect: session('kubectl port-forward'),
    more: minutes(41),
  },
  {
    minute: 577.5,
    cluster: staging,
    who: 'bob',
    verb: 'delete',
    code: 200,
    thing: pod('team-a', 'worker-5f6d7c8b9-zz8xq'),
    level: 'RequestResponse',
    expect: manual('kubectl delete pod'),
    more: { request: DELETE() },
  },
  {
    minute: 580.3,
    cluster: staging,
    who: 'bob',
    verb: 'delete',
    code: 200,
    thing: deploymentOf('team-a', 'worker'),
    level: 'RequestResponse',
    expect: notDrift('dry_run', 'kubectl delete --dry-run=server'),
    more: { request: DELETE(',"dryRun":["All"]') },
  },
  {
    minute: 599.4,
    cluster: staging,
    who: 'bob',
    verb: 'create',
    code: 403,
    thing: { resource: 'pods', namespace: 'team-a', name: 'try', query: 'fieldManager=kubectl-run' },
    level: 'RequestResponse',
    expect: notDrift('attempt', 'Gatekeeper refuses a pod', POLICY),
    more: { request: LATEST_POD, status: GATEKEEPER },
  },
  {
    minute: 608.9,
    cluster: staging,
    who: 'bob',
    verb: 'delete',
    code: 403,
    thing: { resource: 'secrets', namespace: 'shop', name: 'ledger-db' },
    level: 'Metadata',
    expect: notDrift('attempt', 'is not allowed to delete a secret', DENIED),
    more: { status: FORBIDDEN, decision: 'forbid' },
  },
  {
    minute: 618.2,
    cluster: demo,
    who: 'carol',
    verb: 'patch',
    code: 200,
    thing: { ...deploymentOf('payments', 'ledger'), subresource: 'scale' },
    level: 'RequestResponse',
    expect: manual('kubectl scale by an IAM user'),
    more: { request: '{"spec":{"replicas":0}}' },
  },
  {
    minute: 619.5,
    cluster: demo,
    who: 'carol',
    verb: 'create',
    code: 201,
    thing: { resource: 'selfsubjectaccessreviews', namespace: '', name: '', group: 'authorization.k8s.io' },
    expect: notDrift('read', 'kubectl auth can-i changes nothing'),
    level: 'RequestResponse',
  },
  {
    minute: 644.6,
    cluster: staging,
    who: 'bob',
    verb: 'create',
    code: 201,
    thing: { resource: 'serviceaccounts', namespace: 'ci', name: 'deployer', subresource: 'token' },
    level: 'Request',
    expect: manual('takes the token of a service account'),
    more: {
      request: TOKEN_REQUEST,
      stages: [
        ['RequestReceived', 0],
        ['ResponseComplete', 5],
      ],
      annotations: ',"authentication.kubernetes.io/issued-credential-id":"JTI=3f0c9a52-1b7e-4c11-a5d2-8d2f6e7b9c01"',
    },
  },
  {
    minute: 646.1,
    cluster: staging,
    who: 'token',
    verb: 'create',
    code: 201,
    thing: { resource: 'configmaps', namespace: 'shop', name: 'feature-flags' },
    level: 'Metadata',
    expect: { hand: 'unknown', class: 'change', why: "a service account's token outside any pod", rules: [CHANGE] },
  },
  {
    minute: 715.7,
    cluster: demo,
    who: 'alice',
    verb: 'create',
    code: 201,
    thing: { resource: 'pods', namespace: 'shop', name: 'debug', query: 'fieldManager=kubectl-create' },
    level: 'RequestResponse',
    expect: manual('a privileged pod', MUTABLE, PRIVILEGED),
    more: { request: PRIVILEGED_POD, response: PRIVILEGED_POD },
  },
  {
    minute: 741.9,
    cluster: demo,
    who: 'alice',
    verb: 'delete',
    code: 200,
    thing: pod('shop', 'debug'),
    level: 'RequestResponse',
    expect: manual('kubectl delete pod'),
    more: { request: DELETE() },
  },
  {
    minute: 843.6,
    cluster: demo,
    who: 'erin',
    verb: 'create',
    code: 201,
    thing: { resource: 'clusterrolebindings', namespace: '', name: 'emergency-admin', group: 'rbac.authorization.k8s.io' },
    level: 'RequestResponse',
    expect: manual('an emergency', BREAK_GLASS),
    more: { request: ADMIN_BINDING, response: ADMIN_BINDING },
  },
  {
    minute: 884.5,
    cluster: demo,
    who: 'carol',
    verb: 'delete',
    code: 200,
    thing: { resource: 'networkpolicies', namespace: 'payments', name: 'default-deny', group: 'networking.k8s.io' },
    level: 'RequestResponse',
    expect: manual('kubectl --as system:admin delete: the caller counts, not the name that was taken'),
    more: { request: DELETE(), impersonated: '{"username":"system:admin","groups":["system:masters","system:authenticated"]}' },
  },
  {
    minute: 971.3,
    cluster: demo,
    who: 'carol',
    verb: 'patch',
    code: 200,
    thing: { resource: 'nodes', namespace: '', name: 'ip-10-0-2-12.ec2.internal', query: 'fieldManager=kubectl-cordon' },
    level: 'RequestResponse',
    expect: manual('kubectl cordon'),
    more: { request: '{"spec":{"unschedulable":true}}' },
  },
  {
    minute: 1015.2,
    cluster: demo,
    who: 'alice',
    verb: 'delete',
    code: 404,
    thing: pod('shop', 'debug'),
    level: 'RequestResponse',
    expect: notDrift('attempt', 'deletes what is gone'),
    more: { request: DELETE(), status: '"status":"Failure","message":"pods \\"debug\\" not found","reason":"NotFound",' },
  },
];

/** The story in the clusters, in the order of time. */
export function kubernetesStory(random: Random, midnightMs: number): readonly SimulatedEvent[] {
  return SCENES.flatMap((scene) => {
    const who = scene.who === 'token' ? TOKEN : scene.who === 'nobody' ? NOBODY : KUBE_PEOPLE[scene.who];
    const request = requestFor(scene.cluster, who, scene.level ?? 'Request', scene.verb, scene.code, scene.thing, scene.more);
    // a request that was refused before it was looked at has no objectRef
    const { objectRef, ...bare } = request;
    return auditEvents(random, midnightMs + Math.round(scene.minute * 60_000), scene.code === 401 ? bare : request, scene.expect);
  });
}
