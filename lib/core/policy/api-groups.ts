import type { GroupResources } from './audit-policy.ts';

/** Some resources of one group, by name. */
export interface NamedResources extends GroupResources {
  readonly resources: readonly string[];
}

/** The API groups of Kubernetes itself with their resources (kubernetes.io API reference v1.36); a policy names each group by itself. */
const API_GROUPS: readonly (readonly [group: string, resources: string])[] = [
  [
    '',
    'bindings configmaps endpoints events limitranges namespaces nodes persistentvolumeclaims persistentvolumes pods podtemplates replicationcontrollers resourcequotas secrets serviceaccounts services',
  ],
  [
    'admissionregistration.k8s.io',
    'mutatingadmissionpolicies mutatingadmissionpolicybindings mutatingwebhookconfigurations validatingadmissionpolicies validatingadmissionpolicybindings validatingwebhookconfigurations',
  ],
  ['apiextensions.k8s.io', 'customresourcedefinitions'],
  ['apiregistration.k8s.io', 'apiservices'],
  ['apps', 'controllerrevisions daemonsets deployments replicasets statefulsets'],
  ['authentication.k8s.io', 'selfsubjectreviews tokenreviews'],
  ['authorization.k8s.io', 'localsubjectaccessreviews selfsubjectaccessreviews selfsubjectrulesreviews subjectaccessreviews'],
  ['autoscaling', 'horizontalpodautoscalers'],
  ['batch', 'cronjobs jobs'],
  ['certificates.k8s.io', 'certificatesigningrequests clustertrustbundles'],
  ['coordination.k8s.io', 'leases'],
  ['discovery.k8s.io', 'endpointslices'],
  ['events.k8s.io', 'events'],
  ['flowcontrol.apiserver.k8s.io', 'flowschemas prioritylevelconfigurations'],
  ['networking.k8s.io', 'ingressclasses ingresses ipaddresses networkpolicies servicecidrs'],
  ['node.k8s.io', 'runtimeclasses'],
  ['policy', 'poddisruptionbudgets'],
  ['rbac.authorization.k8s.io', 'clusterrolebindings clusterroles rolebindings roles'],
  ['resource.k8s.io', 'deviceclasses resourceclaims resourceclaimtemplates resourceslices'],
  ['scheduling.k8s.io', 'priorityclasses'],
  ['storage.k8s.io', 'csidrivers csinodes csistoragecapacities storageclasses volumeattachments volumeattributesclasses'],
];

const GROUPS_OF: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  API_GROUPS.map(([group, resources]) => [group, new Set(resources.split(' '))]),
);

/** The built-in API groups, the core group (empty) first. */
export const BUILTIN_GROUPS: readonly string[] = [...GROUPS_OF.keys()];

/** Whether a resource, without subresource, is one of Kubernetes' own. */
export function isBuiltin(resource: string): boolean {
  return [...GROUPS_OF.values()].some((resources) => resources.has(resource));
}

/** Built-in resources, and subresources of such (`pods/exec`), each in its groups. */
export function inGroups(resources: Iterable<string>): readonly NamedResources[] {
  const wanted = [...resources];
  return [...GROUPS_OF].flatMap(([group, known]) => {
    const own = wanted.filter((resource) => known.has(resource.split('/', 1)[0] as string));
    return own.length === 0 ? [] : [{ group, resources: own }];
  });
}
