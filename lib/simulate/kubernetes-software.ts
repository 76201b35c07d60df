/** What software in the clusters does: GitOps, helm, cert-manager, watchers. */
import { auditEvents } from './audit-record.ts';
import type { Cluster } from './cast.ts';
import { helmDeployer, podsOf } from './kubernetes-cast.ts';
import { ARGOCD, CERTS, FLUX, METRICS } from './kubernetes-machines.ts';
import { deployment, requestFor } from './kubernetes-request.ts';
import type { Expectation, SimulatedEvent } from './model.ts';
import type { Random } from './random.ts';

/** Makes the events of one request. */
export type Maker = (random: Random, timeMs: number, cluster: Cluster) => readonly SimulatedEvent[];

/** What is expected of an event that no rule fires for. */
export const says = (hand: Expectation['hand'], eventClass: Expectation['class'], why: string): Expectation => ({
  hand,
  class: eventClass,
  why,
});

const APPS = { group: 'apps' } as const;

/** GitOps applies what is in git. */
export const gitops: Maker = (r, t, cluster) => {
  const { namespace, app } = r.pick(podsOf(cluster));
  const argo = r.chance(0.6);
  const query = argo ? '' : 'fieldManager=kustomize-controller\\u0026force=true';
  const body = deployment(r, namespace, app);
  return auditEvents(
    r,
    t,
    requestFor(
      cluster,
      argo ? ARGOCD : FLUX,
      'RequestResponse',
      'patch',
      200,
      { resource: 'deployments', namespace, name: app, ...APPS, query },
      { request: body },
    ),
    says('pipeline', 'change', `${argo ? 'Argo CD' : 'Flux'} applies what is in git`),
  );
};

/** Argo CD notes the state of an application. */
export const argoStatus: Maker = (r, t, cluster) => {
  const { app } = r.pick(podsOf(cluster));
  return auditEvents(
    r,
    t,
    requestFor(cluster, ARGOCD, 'Metadata', 'patch', 200, {
      resource: 'applications',
      namespace: 'argocd',
      name: app,
      group: 'argoproj.io',
      version: 'v1alpha1',
    }),
    says('pipeline', 'change', 'Argo CD notes the state of an application'),
  );
};

/** Flux looks for drift. */
export const fluxDryRun: Maker = (r, t, cluster) => {
  const { namespace, app } = r.pick(podsOf(cluster));
  const query = 'dryRun=All\\u0026fieldManager=kustomize-controller\\u0026force=true';
  return auditEvents(
    r,
    t,
    requestFor(
      cluster,
      FLUX,
      'RequestResponse',
      'patch',
      200,
      { resource: 'deployments', namespace, name: app, ...APPS, query },
      { request: deployment(r, namespace, app) },
    ),
    says('pipeline', 'dry_run', 'Flux looks for drift'),
  );
};

/** CI runs helm. */
export const helm: Maker = (r, t, cluster) => {
  const { namespace, app } = r.pick(podsOf(cluster));
  const who = helmDeployer(cluster);
  const change = says('pipeline', 'change', 'helm upgrade from CI');
  const release = requestFor(cluster, who, 'Metadata', 'create', 201, {
    resource: 'secrets',
    namespace,
    name: `sh.helm.release.v1.${app}.v${r.below(90)}`,
  });
  const object = requestFor(
    cluster,
    who,
    'RequestResponse',
    'patch',
    200,
    { resource: 'deployments', namespace, name: app, ...APPS, query: 'fieldManager=helm\\u0026force=true' },
    { request: deployment(r, namespace, app) },
  );
  return [...auditEvents(r, t, release, change), ...auditEvents(r, t + 40, object, change)];
};

/** cert-manager renews. */
export const certificates: Maker = (r, t, cluster) => {
  const name = `ca-injector-${r.below(8)}`;
  return auditEvents(
    r,
    t,
    requestFor(cluster, CERTS, 'Metadata', 'update', 200, {
      resource: 'certificates',
      namespace: 'cert-manager',
      name,
      group: 'cert-manager.io',
    }),
    says('workload', 'change', 'cert-manager renews a certificate'),
  );
};

/** Software watches; the end of a watch comes minutes later. */
export const watches: Maker = (r, t, cluster) => {
  const [who, resource] = r.pick([
    [METRICS, 'pods'],
    [METRICS, 'deployments'],
    [ARGOCD, 'services'],
    [FLUX, 'namespaces'],
  ] as const);
  const stages = [
    ['ResponseStarted', 2],
    ['ResponseComplete', 397_000 + r.below(60_000)],
  ] as const;
  const group = resource === 'deployments' ? 'apps' : '';
  const query = 'allowWatchBookmarks=true\\u0026timeout=6m37s\\u0026timeoutSeconds=397\\u0026watch=true';
  return auditEvents(
    r,
    t,
    requestFor(cluster, who, 'Request', 'watch', 200, { resource, namespace: '', name: '', group, query }, { stages }),
    says(who === METRICS ? 'workload' : 'pipeline', 'read', 'software watches'),
  );
};
