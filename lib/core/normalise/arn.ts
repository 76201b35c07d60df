/** A principal's ARN, taken apart. */
export interface PrincipalArn {
  readonly accountId: string;
  /** `role`, `user`, `assumed-role`, `federated-user`, `root`, ... */
  readonly kind: string;
  /** What stands between kind and name, with both slashes; `/` when there is none. */
  readonly path: string;
  readonly name: string;
  /** Session of an `assumed-role` ARN. */
  readonly session: string | undefined;
}

const PRINCIPAL_ARN = /^arn:[a-z-]+:(?:iam|sts)::(\d{12}):([a-z-]+)(?:\/(.*))?$/s;

/** Takes the ARN of an IAM or STS principal apart; undefined when it is none. */
export function parsePrincipalArn(arn: string): PrincipalArn | undefined {
  const match = PRINCIPAL_ARN.exec(arn);
  if (match === null) return undefined;
  const accountId = match[1] as string;
  const kind = match[2] as string;
  const rest = match[3] ?? '';
  if (kind === 'assumed-role') {
    const slash = rest.indexOf('/');
    const name = slash < 0 ? rest : rest.slice(0, slash);
    return { accountId, kind, path: '/', name, session: slash < 0 ? undefined : rest.slice(slash + 1) };
  }
  const slash = rest.lastIndexOf('/');
  return { accountId, kind, path: slash < 0 ? '/' : `/${rest.slice(0, slash + 1)}`, name: rest.slice(slash + 1), session: undefined };
}
