/** What two clusters do all day without anybody's hand: control plane, nodes, controllers, GitOps, software, reads. */
import { auditEvents, stableHex, uuidOf } from './audit-record.ts';
import { ACCOUNTS, CLUSTERS } from './cast.ts';
import { KUBE_PEOPLE, podsOf } from './kubernetes-cast.ts';
import {
  ADDON,
  APISERVER,
  COLLECTOR,
  DEPLOYMENTS,
  EKS_NODES,
  ENDPOINTS,
  KCM,
  NODES,
  REPLICASETS,
  SCHEDULER,
} from './kubernetes-machines.ts';
import { deployment, requestFor, SPEC } from './kubernetes-request.ts';
import { argoStatus, certificates, fluxDryRun, gitops, helm, type Maker, says, watches } from './kubernetes-software.ts';
import type { Expectation, SimulatedEvent } from './model.ts';
import type { Random } from './random.ts';

interface Kind {
  readonly day: number;
  readonly night: number;
  readonly make: Maker;
}

const MACHINE_CHANGE = says('service', 'change', 'the control plane works');
const NOISE = says('service', 'noise', 'heartbeats and status of the control plane');

const APPS = { group: 'apps' } as const;
const LEASE = { resource: 'leases', group: 'coordination.k8s.io' } as const;

const lease: Maker = (r, t, cluster) => {
  const [who, namespace, name] = r.pick([
    [KCM, 'kube-system', 'kube-controller-manager'],
    [SCHEDULER, 'kube-system', 'kube-scheduler'],
    [APISERVER, 'kube-system', `apiserver-${stableHex(cluster.name, 26)}`],
    [r.pick(NODES[cluster.name]), 'kube-node-lease', 'node'],
  ] as const);
  return auditEvents(r, t, requestFor(cluster, who, 'Metadata', 'update', 200, { ...LEASE, namespace, name, query: 'timeout=5s' }), NOISE);
};

const deploymentStatus: Maker = (r, t, cluster) => {
  const { namespace, app } = r.pick(podsOf(cluster));
  const thing = { resource: 'deployments', namespace, name: app, ...APPS, subresource: 'status' };
  const conflict = r.chance(0.06);
  const body = deployment(r, namespace, app);
  if (!conflict)
    return auditEvents(r, t, requestFor(cluster, DEPLOYMENTS, 'RequestResponse', 'update', 200, thing, { request: body }), NOISE);
  const status = `"status":"Failure","message":"Operation cannot be fulfilled on deployments.apps \\"${app}\\": the object has been modified; please apply your changes to the latest version and try again","reason":"Conflict","details":{"name":"${app}","group":"apps","kind":"deployments"},`;
  return auditEvents(
    r,
    t,
    requestFor(cluster, DEPLOYMENTS, 'RequestResponse', 'update', 409, thing, { request: body, status }),
    says('service', 'attempt', 'two controllers meet'),
  );
};

const podStatus: Maker = (r, t, cluster) => {
  const { namespace, pod } = r.pick(podsOf(cluster));
  const now = new Date(t).toISOString();
  const body = `{"metadata":{"uid":"${uuidOf(pod)}"},"status":{"$setElementOrder/conditions":[{"type":"Initialized"},{"type":"Ready"},{"type":"ContainersReady"},{"type":"PodScheduled"}],"conditions":[{"lastTransitionTime":"${now}","status":"True","type":"Ready"},{"lastTransitionTime":"${now}","status":"True","type":"ContainersReady"}],"containerStatuses":[{"containerID":"containerd://${r.hex(64)}","image":"registry.example.com/web:1.2.0","imageID":"registry.example.com/web@sha256:${r.hex(64)}","lastState":{},"name":"app","ready":true,"restartCount":0,"started":true,"state":{"running":{"startedAt":"${now}"}}}],"phase":"Running","podIP":"10.0.2.76","podIPs":[{"ip":"10.0.2.76"}]}}`;
  return auditEvents(
    r,
    t,
    requestFor(
      cluster,
      r.pick(NODES[cluster.name]),
      'Request',
      'patch',
      200,
      { resource: 'pods', namespace, name: pod, subresource: 'status' },
      { request: body },
    ),
    NOISE,
  );
};

const nodeToken: Maker = (r, t, cluster) => {
  const { namespace, pod, app } = r.pick(podsOf(cluster));
  const body = `{"kind":"TokenRequest","apiVersion":"authentication.k8s.io/v1","metadata":{"creationTimestamp":null},"spec":{"audiences":["https://kubernetes.default.svc"],"expirationSeconds":3607,"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"${pod}","uid":"${uuidOf(pod)}"}},"status":{"token":"","expirationTimestamp":null}}`;
  const stages = [
    ['RequestReceived', 0],
    ['ResponseComplete', 4],
  ] as const;
  const request = requestFor(
    cluster,
    r.pick(NODES[cluster.name]),
    'Request',
    'create',
    201,
    { resource: 'serviceaccounts', namespace, name: app, subresource: 'token' },
    { request: body, stages, annotations: `,"authentication.kubernetes.io/issued-credential-id":"JTI=${r.uuid()}"` },
  );
  return auditEvents(r, t, request, says('service', 'change', 'a kubelet fetches the token of a pod'));
};

const binding: Maker = (r, t, cluster) => {
  const { namespace, pod } = r.pick(podsOf(cluster));
  const body = `{"kind":"Binding","apiVersion":"v1","metadata":{"name":"${pod}","namespace":"${namespace}","uid":"${uuidOf(pod)}"},"target":{"kind":"Node","name":"ip-10-0-1-11.ec2.internal"}}`;
  return auditEvents(
    r,
    t,
    requestFor(
      cluster,
      SCHEDULER,
      'RequestResponse',
      'create',
      201,
      { resource: 'pods', namespace, name: pod, subresource: 'binding' },
      { request: body, response: '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","code":201}' },
    ),
    NOISE,
  );
};

const podCreate: Maker = (r, t, cluster) => {
  const { namespace, app } = r.pick(podsOf(cluster));
  const meta = `{"generateName":"${app}-${stableHex(app, 10)}-","namespace":"${namespace}","labels":{"app":"${app}"},"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"${app}-${stableHex(app, 10)}","uid":"${uuidOf(app)}","controller":true,"blockOwnerDeletion":true}]}`;
  const body = `{"kind":"Pod","apiVersion":"v1","metadata":${meta},"spec":${SPEC(app, `${app}:1.2.0`)},"status":{}}`;
  return auditEvents(
    r,
    t,
    requestFor(cluster, REPLICASETS, 'RequestResponse', 'create', 201, { resource: 'pods', namespace, name: '' }, { request: body }),
    MACHINE_CHANGE,
  );
};

const slices: Maker = (r, t, cluster) => {
  const { namespace, app } = r.pick(podsOf(cluster));
  const body = `{"kind":"EndpointSlice","apiVersion":"discovery.k8s.io/v1","metadata":{"name":"${app}-${stableHex(app, 5)}","namespace":"${namespace}"},"addressType":"IPv4","endpoints":[{"addresses":["10.0.${r.below(4)}.${r.below(250)}"],"conditions":{"ready":true,"serving":true,"terminating":false}}],"ports":[{"name":"http","port":8080,"protocol":"TCP"}]}`;
  return auditEvents(
    r,
    t,
    requestFor(
      cluster,
      ENDPOINTS,
      'RequestResponse',
      'update',
      200,
      { resource: 'endpointslices', namespace, name: `${app}-${stableHex(app, 5)}`, group: 'discovery.k8s.io' },
      { request: body, response: body },
    ),
    NOISE,
  );
};

const collect: Maker = (r, t, cluster) => {
  const { namespace, app } = r.pick(podsOf(cluster));
  const body =
    '{"kind":"DeleteOptions","apiVersion":"v1","preconditions":{"uid":"0b6b2c4e-7d1f-4a3e-9a5b-1c2d3e4f5a6b"},"propagationPolicy":"Background"}';
  const gone = r.chance(0.3);
  const thing = { resource: 'replicasets', namespace, name: `${app}-${r.hex(10)}`, ...APPS };
  if (!gone)
    return auditEvents(r, t, requestFor(cluster, COLLECTOR, 'RequestResponse', 'delete', 200, thing, { request: body }), MACHINE_CHANGE);
  const status = `"status":"Failure","message":"replicasets.apps \\"${thing.name}\\" not found","reason":"NotFound",`;
  return auditEvents(
    r,
    t,
    requestFor(cluster, COLLECTOR, 'RequestResponse', 'delete', 404, thing, { request: body, status }),
    says('service', 'attempt', 'the garbage collector comes too late'),
  );
};

const serverReads: Maker = (r, t, cluster) => {
  const [resource, name, group] = r.pick([
    ['clusterroles', 'admin', 'rbac.authorization.k8s.io'],
    ['endpoints', 'kubernetes', ''],
    ['namespaces', 'kube-system', ''],
  ] as const);
  return auditEvents(
    r,
    t,
    requestFor(cluster, APISERVER, 'Request', 'get', 200, { resource, namespace: resource === 'endpoints' ? 'default' : '', name, group }),
    says('service', 'read', 'the API server reads'),
  );
};

const health: Maker = (r, t, cluster) =>
  auditEvents(
    r,
    t,
    { cluster, who: APISERVER, level: 'Metadata', verb: 'get', uri: r.pick(['/readyz', '/livez', '/openapi/v3']), code: 200 },
    says('service', 'read', 'a health check'),
  );

const reviews: Maker = (r, t, cluster) =>
  auditEvents(
    r,
    t,
    requestFor(cluster, r.pick(NODES[cluster.name]), 'Metadata', 'create', 201, {
      resource: 'tokenreviews',
      namespace: '',
      name: '',
      group: 'authentication.k8s.io',
    }),
    says('service', 'read', 'a kubelet checks a token'),
  );

const managed: Maker = (r, t, cluster) => {
  const addon = r.chance(0.5);
  const thing = addon
    ? { resource: 'daemonsets', namespace: 'kube-system', name: 'aws-node', ...APPS }
    : { resource: 'nodes', namespace: '', name: 'ip-10-0-1-11.ec2.internal' };
  return auditEvents(
    r,
    t,
    requestFor(cluster, addon ? ADDON : EKS_NODES, 'RequestResponse', 'patch', 200, thing, {
      request: '{"metadata":{"annotations":{"eks.amazonaws.com/checked":"true"}}}',
    }),
    says('service', 'change', 'AWS manages its part of the cluster'),
  );
};

const schedulerEvents: Maker = (r, t, cluster) => {
  const { namespace, pod } = r.pick(podsOf(cluster));
  return auditEvents(
    r,
    t,
    requestFor(cluster, SCHEDULER, 'Metadata', 'create', 201, {
      resource: 'events',
      namespace,
      name: `${pod}.${r.hex(16)}`,
      group: 'events.k8s.io',
    }),
    NOISE,
  );
};

const looking: Maker = (r, t, cluster) => {
  const who = r.pick(cluster === CLUSTERS.demo ? [KUBE_PEOPLE.alice, KUBE_PEOPLE.carol] : [KUBE_PEOPLE.bob]);
  const { namespace, pod } = r.pick(podsOf(cluster));
  const thing = r.pick([
    { verb: 'list', resource: 'pods', namespace, name: '', query: 'limit=500' },
    { verb: 'get', resource: 'pods', namespace, name: pod },
    { verb: 'list', resource: 'deployments', namespace, name: '', group: 'apps', query: 'limit=500' },
    { verb: 'get', resource: 'pods', namespace, name: pod, subresource: 'log', query: 'container=app\\u0026tailLines=50' },
  ]);
  const { verb, ...what } = thing;
  const stages =
    'subresource' in what
      ? ([
          ['ResponseStarted', 3],
          ['ResponseComplete', 190],
        ] as const)
      : undefined;
  return auditEvents(
    r,
    t,
    requestFor(cluster, who, 'Request', verb, 200, what, stages === undefined ? {} : { stages }),
    says('human', 'read', 'a person looks'),
  );
};

const KINDS: readonly Kind[] = [
  { day: 200, night: 240, make: lease },
  { day: 120, night: 60, make: deploymentStatus },
  { day: 110, night: 110, make: podStatus },
  { day: 40, night: 40, make: nodeToken },
  { day: 40, night: 15, make: binding },
  { day: 40, night: 15, make: schedulerEvents },
  { day: 35, night: 12, make: podCreate },
  { day: 50, night: 20, make: slices },
  { day: 20, night: 10, make: collect },
  { day: 45, night: 10, make: gitops },
  { day: 30, night: 20, make: argoStatus },
  { day: 25, night: 25, make: fluxDryRun },
  { day: 10, night: 1, make: helm },
  { day: 20, night: 20, make: certificates },
  { day: 60, night: 60, make: watches },
  { day: 60, night: 60, make: serverReads },
  { day: 40, night: 40, make: health },
  { day: 30, night: 30, make: reviews },
  { day: 12, night: 10, make: managed },
  { day: 60, night: 2, make: looking },
];

const DAY_TABLE = KINDS.flatMap((kind) => Array.from({ length: kind.day }, () => kind.make));
const NIGHT_TABLE = KINDS.flatMap((kind) => Array.from({ length: kind.night }, () => kind.make));

/** The events of one routine request in one of the clusters. */
export function kubernetesRoutine(random: Random, timeMs: number, working: boolean): readonly SimulatedEvent[] {
  const cluster = random.chance(0.65) ? CLUSTERS.demo : CLUSTERS.staging;
  return random.pick(working ? DAY_TABLE : NIGHT_TABLE)(random, timeMs, cluster);
}

/** What people change by hand on any working day; used beside the story when a load test needs more of it. */
export function kubernetesEveryday(random: Random, timeMs: number): readonly SimulatedEvent[] {
  const cluster = random.chance(0.5) ? CLUSTERS.demo : CLUSTERS.staging;
  const { namespace, app, pod } = random.pick(podsOf(cluster));
  const who = cluster.account === ACCOUNTS.prod ? KUBE_PEOPLE.alice : KUBE_PEOPLE.bob;
  const expected: Expectation = { ...says('human', 'change', 'a change by hand'), rules: ['Manual Kubernetes change'] };
  const request = random.chance(0.5)
    ? requestFor(
        cluster,
        who,
        'RequestResponse',
        'patch',
        200,
        { resource: 'deployments', namespace, name: app, ...APPS, subresource: 'scale' },
        { request: '{"spec":{"replicas":2}}' },
      )
    : requestFor(
        cluster,
        who,
        'RequestResponse',
        'delete',
        200,
        { resource: 'pods', namespace, name: pod },
        { request: '{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background"}' },
      );
  return auditEvents(random, timeMs, request, expected);
}
