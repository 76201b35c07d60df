/** Requests to the API server and the objects in them, as text. */
import { type KubernetesIdentity, type Request, uuidOf } from './audit-record.ts';
import type { Cluster } from './cast.ts';
import type { Random } from './random.ts';

/** The pod template of the day's software: nothing in it is more than it must be. */
export const SPEC = (name: string, image: string) =>
  `{"containers":[{"name":"app","image":"registry.example.com/${image}","ports":[{"containerPort":8080,"protocol":"TCP"}],"resources":{"requests":{"cpu":"50m","memory":"64Mi"}},` +
  `"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent","securityContext":{"capabilities":{"drop":["ALL"]},"runAsUser":10001,"runAsNonRoot":true,"readOnlyRootFilesystem":true,"allowPrivilegeEscalation":false}}],` +
  `"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","serviceAccountName":"${name}","serviceAccount":"${name}","securityContext":{"runAsNonRoot":true},"schedulerName":"default-scheduler"}`;

/** A Deployment as the API server returns it, as JSON text. */
export function deployment(random: Random, namespace: string, name: string): string {
  return (
    `{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"${name}","namespace":"${namespace}","uid":"${uuidOf(`${namespace}/${name}`)}","resourceVersion":"${random.below(900000) + 100000}","generation":3,` +
    `"creationTimestamp":"2026-10-02T08:15:00Z","labels":{"app":"${name}"},"annotations":{"deployment.kubernetes.io/revision":"3"}},"spec":{"replicas":3,"selector":{"matchLabels":{"app":"${name}"}},` +
    `"template":{"metadata":{"labels":{"app":"${name}"}},"spec":${SPEC(name, `${name}:1.${random.below(40)}.0`)}},"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":"25%"}},"revisionHistoryLimit":10,"progressDeadlineSeconds":600},` +
    `"status":{"observedGeneration":3,"replicas":3,"updatedReplicas":3,"readyReplicas":3,"availableReplicas":3}}`
  );
}

function ref(resource: string, namespace: string, name: string, group: string, version: string, subresource = ''): string {
  return (
    `{"resource":"${resource}",${namespace === '' ? '' : `"namespace":"${namespace}",`}${name === '' ? '' : `"name":"${name}",`}${group === '' ? '' : `"apiGroup":"${group}",`}"apiVersion":"${version}"` +
    `${subresource === '' ? '}' : `,"subresource":"${subresource}"}`}`
  );
}

function path(resource: string, namespace: string, name: string, group: string, version: string, rest = ''): string {
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${base}${namespace === '' ? '' : `/namespaces/${namespace}`}/${resource}${name === '' ? '' : `/${name}`}${rest}`;
}

/** What a request is about. */
export interface Thing {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly group?: string;
  readonly version?: string;
  readonly subresource?: string;
  readonly query?: string;
}

/** A request for one thing, its URI and reference made from the same parts. */
export function requestFor(
  cluster: Cluster,
  who: KubernetesIdentity,
  level: Request['level'],
  verb: string,
  code: number,
  thing: Thing,
  more: Partial<Request> = {},
): Request {
  const { resource, namespace, name, group = '', version = 'v1', subresource = '', query = '' } = thing;
  const rest = `${subresource === '' ? '' : `/${subresource}`}${query === '' ? '' : `?${query}`}`;
  const uriName = verb === 'create' && subresource === '' ? '' : name;
  return {
    cluster,
    who,
    level,
    verb,
    code,
    uri: path(resource, namespace, uriName, group, version, rest),
    objectRef: ref(resource, namespace, name, group, version, subresource),
    ...more,
  };
}
