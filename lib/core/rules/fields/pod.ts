import type { AuditEvent, Json } from '../../model/audit-event.ts';
import { at, isObject, text } from '../../normalise/access.ts';

/** What a pod specification in a request says about its containers. */
export interface PodAnswers {
  readonly privileged: boolean;
  readonly runsAsRoot: boolean;
  readonly writableRootFs: boolean;
  readonly hostNamespaces: boolean;
  readonly sensitiveHostPath: boolean;
  readonly images: readonly string[];
}

const SPEC_PATHS: readonly (readonly string[])[] = [
  ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  ['spec', 'template', 'spec'],
  ['spec'],
];
const SENSITIVE =
  /^(?:\/|\/proc|\/etc|\/root|\/home|\/boot|\/sys|\/dev|\/var\/run|\/run|\/var\/lib\/kubelet|\/var\/run\/docker\.sock|\/run\/containerd)(?:$|\/)/;

/** Answers about the pod specification of a request; undefined where the record carries none: unknown is not clean. */
export function podAnswers(event: AuditEvent): PodAnswers | undefined {
  const body = at(event.value, 'requestObject');
  const spec = SPEC_PATHS.map((path) => at(body, ...path)).find((found) => containersOf(found).length > 0);
  if (spec === undefined) return undefined;
  const containers = containersOf(spec);
  // A patch names only what it changes: what it leaves out is unknown, not at its default.
  const isWhole = event.verb !== 'patch';
  const of = (container: Json, key: string): Json | undefined => at(container, 'securityContext', key);
  return {
    privileged: containers.some((container) => of(container, 'privileged') === true),
    runsAsRoot: containers.some((container) => runsAsRoot(container, spec)),
    writableRootFs: containers.some((container) => (of(container, 'readOnlyRootFilesystem') ?? (isWhole ? false : undefined)) === false),
    hostNamespaces: ['hostNetwork', 'hostPID', 'hostIPC'].some((key) => at(spec, key) === true),
    sensitiveHostPath: hostPaths(spec).some((path) => path === '/' || (path !== '' && SENSITIVE.test(path))),
    images: containers.map((container) => text(container, 'image')).filter((image) => image !== undefined),
  };
}

function containersOf(spec: Json | undefined): readonly Json[] {
  return ['containers', 'initContainers', 'ephemeralContainers'].flatMap((key) => {
    const list = at(spec, key);
    return Array.isArray(list) ? list.filter(isObject) : [];
  });
}

function runsAsRoot(container: Json, spec: Json): boolean {
  const user = at(container, 'securityContext', 'runAsUser') ?? at(spec, 'securityContext', 'runAsUser');
  const forbidden = at(container, 'securityContext', 'runAsNonRoot') ?? at(spec, 'securityContext', 'runAsNonRoot');
  return user === 0 && forbidden !== true;
}

function hostPaths(spec: Json): readonly string[] {
  const volumes = at(spec, 'volumes');
  return Array.isArray(volumes) ? volumes.map((volume) => text(volume, 'hostPath', 'path') ?? '') : [];
}
