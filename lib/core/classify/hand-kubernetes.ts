import type { Caller, Principal } from '../model/audit-event.ts';
import type { HandAnswer } from './hand.ts';
import { ADDON_USERS, CONTROL_PLANE_USERS, CONTROLLER_ACCOUNTS, EKS_USERS } from './machines.ts';

type KubernetesCaller = Extract<Caller, { source: 'k8s_audit' }>;

/** The role behind which AWS's own EKS add-on and node-group users act, from an account of AWS's. */
const EKS_MANAGER_ROLE = /^AWSWesleyClusterManagerLambda(?:-[A-Za-z0-9-]+)?$/;

/** Session name of an EC2 instance's credentials, chosen by EC2. */
const INSTANCE_SESSION = /^i-[0-9a-f]+$/;

/**
 * A machine's name worn by an IAM identity: whoever may edit the cluster's mapping of IAM identities can give a person any
 * name. Real nodes and two of AWS's EKS users carry an IAM identity too; they are told apart by what IAM decides.
 */
export function isSpoofedMachine(event: KubernetesCaller, ownAccounts: ReadonlySet<string>): boolean {
  const { principal } = event;
  const name = principal.kubernetesUser ?? '';
  if (name.startsWith('system:serviceaccount:')) return principal.iamMapped || !belongsToServiceAccounts(principal);
  if (!principal.iamMapped) return false;
  if (name.startsWith('system:node:')) return !isInstance(principal);
  if (name.startsWith('system:') || ADDON_USERS.has(name)) return true;
  const ofEks = (name.startsWith('eks:') && name !== 'eks:support-engineer') || EKS_USERS.has(name);
  return ofEks && !isEksManager(event, ownAccounts);
}

/** The API server itself puts every service account into these groups; an identity mapped to such a name lacks them. */
function belongsToServiceAccounts(principal: Principal): boolean {
  return principal.groups.length === 0 || principal.groups.includes('system:serviceaccounts');
}

function isInstance(principal: Principal): boolean {
  return principal.groups.includes('system:nodes') && principal.sessionName !== undefined && INSTANCE_SESSION.test(principal.sessionName);
}

function isEksManager(event: KubernetesCaller, ownAccounts: ReadonlySet<string>): boolean {
  const { principal, account } = event;
  if (principal.role === undefined || !EKS_MANAGER_ROLE.test(principal.role.name)) return false;
  return principal.accountId !== undefined && principal.accountId !== account && !ownAccounts.has(principal.accountId);
}

/** Whose hand a Kubernetes audit event shows; asked only after spoofed names and declared pipelines. */
export function handOfKubernetes(event: KubernetesCaller): HandAnswer {
  const { principal } = event;
  const name = principal.kubernetesUser;
  if (name === undefined || principal.type === 'Anonymous') return { hand: 'unknown', reason: 'anonymous' };
  if (isControlPlane(principal, name)) return { hand: 'service', reason: 'control_plane' };
  if (principal.type === 'ServiceAccount') {
    return principal.podName === undefined ? { hand: 'unknown', reason: 'unbound_token' } : { hand: 'workload', reason: 'pod_token' };
  }
  return person(principal);
}

function isControlPlane(principal: Principal, name: string): boolean {
  if (principal.type === 'Node') return principal.groups.length === 0 || principal.groups.includes('system:nodes');
  if (EKS_USERS.has(name)) return true;
  if (principal.iamMapped) return false;
  return CONTROL_PLANE_USERS.has(name) || ADDON_USERS.has(name) || CONTROLLER_ACCOUNTS.has(principal.serviceAccount ?? '');
}

function person(principal: Principal): HandAnswer {
  if (principal.kubernetesUser === 'eks:support-engineer') return { hand: 'human', reason: 'support_engineer' };
  if (principal.role?.name.startsWith('AWSReservedSSO_') === true) return { hand: 'human', reason: 'identity_center' };
  if (principal.iamUser !== undefined) return { hand: 'human', reason: 'iam_user' };
  if (principal.sessionName?.includes('@') === true) return { hand: 'human', reason: 'session_of_person' };
  if (principal.iamMapped) return { hand: 'unknown', reason: 'role_session' };
  return { hand: 'human', reason: 'kubernetes_user' };
}
