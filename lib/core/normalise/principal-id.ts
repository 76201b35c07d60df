import type { Principal } from '../model/audit-event.ts';

/**
 * One text for the identity behind a call, without anything that the caller chooses (a session name, a user agent), so that
 * an exception that names it lets through this identity and nobody else: `111122223333:role/deploy`, `111122223333:user/ci`,
 * `111122223333:root`, `kubernetes:system:serviceaccount:argocd:controller`. A role's path is left out: its name is unique in
 * an account, and half of the records do not have the path. Never empty.
 */
export function principalId(principal: Principal): string {
  const { isRoot, role, iamUser, iamMapped, kubernetesUser, arn, type, name } = principal;
  const account = role?.accountId ?? principal.accountId ?? '';
  if (isRoot) return `${account}:root`;
  if (role !== undefined) return `${account}:role/${role.name}`;
  if (iamUser !== undefined) return `${account}:user/${iamUser}`;
  // A name that IAM mapped is not the same principal as the Kubernetes user who really has it.
  if (kubernetesUser !== undefined) return `${iamMapped ? `${account}:mapped` : 'kubernetes'}:${kubernetesUser}`;
  return arn ?? `${type}:${name}`;
}
