import { globsOverlap } from './globs-overlap.ts';
import type { LeftOut } from './left-out.ts';
import type { PrincipalEntry } from './policy.ts';

/**
 * The control plane's users by how much they write, busiest first: renewals of leases every few seconds, then endpoints and
 * scaling. Who of them is not in the pattern passes it, and the runtime drops it.
 */
export const CONTROL_PLANE_BY_TRAFFIC: readonly string[] = [
  'system:kube-controller-manager',
  'system:kube-scheduler',
  'eks:cloud-controller-manager',
  'system:apiserver',
  'system:serviceaccount:kube-system:endpointslice-controller',
  'system:serviceaccount:kube-system:horizontal-pod-autoscaler',
  'system:serviceaccount:kube-system:replicaset-controller',
  'system:serviceaccount:kube-system:deployment-controller',
  'system:serviceaccount:kube-system:job-controller',
  'eks:k8s-metrics',
];

/** Names that a regex of a pattern can carry, with stars. */
const CARRIED = /^[\w:#=@/;,.+*-]+$/;

/** User names with an entry's name each, shortest first: so the most of them fit. */
export interface KubernetesNames {
  readonly names: readonly { readonly username: string; readonly entry: string }[];
  readonly leftOut: readonly LeftOut[];
}

/** The user names of entries whose requests a pattern may leave out, as far as they may be written in one. */
export function kubernetesNames(entries: readonly PrincipalEntry[]): KubernetesNames {
  const names: { username: string; entry: string }[] = [];
  const leftOut: LeftOut[] = [];
  for (const entry of entries) {
    const glob = userNameGlob(entry);
    const reason = unfit(entry, glob);
    if (reason === undefined) names.push({ username: glob.replace(/\*+/g, '*'), entry: entry.name });
    else leftOut.push({ entry: entry.name, reason });
  }
  return { names: names.sort((a, b) => a.username.length - b.username.length), leftOut };
}

/** The glob over user names that an entry for a cluster means; of a service account's, `/` stands where user names have a colon. */
export function userNameGlob({ service_account, kubernetes_user }: PrincipalEntry): string {
  return service_account === undefined ? (kubernetes_user as string) : `system:serviceaccount:${service_account.replaceAll('/', ':')}`;
}

function unfit({ service_account }: PrincipalEntry, glob: string): string | undefined {
  if (glob.includes('?')) return 'has ?, which patterns have not';
  if (!CARRIED.test(glob)) return 'has characters that no pattern can carry';
  if (service_account === undefined) {
    // such a name is only trusted with the groups of service accounts
    return globsOverlap(glob, 'system:serviceaccount:*') ? 'covers service accounts; declare these with service_account' : undefined;
  }
  return service_account.split('/').length === 2 ? undefined : 'names no namespace';
}
