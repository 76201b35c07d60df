import type { JsonObject, Principal } from '../model/audit-event.ts';
import { at, text, texts } from './access.ts';
import { parsePrincipalArn } from './arn.ts';
import { defined } from './normalised.ts';

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** The authenticated caller of a Kubernetes request (`user`); an impersonated name is not part of it. */
export function kubernetesPrincipal(value: JsonObject): Principal {
  const user = at(value, 'user');
  const username = text(user, 'username');
  const iam = iamIdentity(value);
  const account = SERVICE_ACCOUNT.exec(username ?? '');
  return {
    type: username === undefined ? 'None' : typeOf(username),
    name: personName(username, iam?.sessionName, iam?.iamUser),
    groups: texts(user, 'groups'),
    iamMapped: iam !== undefined,
    isRoot: false,
    ...iam,
    ...defined({
      serviceAccount: account === null ? undefined : `${account[1]}/${account[2]}`,
      kubernetesUser: username,
      podName: texts(user, 'extra', 'authentication.kubernetes.io/pod-name').find((pod) => pod !== ''),
    }),
  };
}

function typeOf(username: string): string {
  if (username.startsWith('system:serviceaccount:')) return 'ServiceAccount';
  if (username.startsWith('system:node:')) return 'Node';
  return username === 'system:anonymous' ? 'Anonymous' : 'User';
}

/** Session name of an EC2 instance's credentials, chosen by EC2: a node's. */
const INSTANCE_SESSION = /^i-[0-9a-f]+$/;

/**
 * Session of an Identity Center or role session and the IAM user's name before the Kubernetes name: the cluster's mapping may
 * give many people one name, or a person a machine's name.
 */
function personName(username: string | undefined, sessionName: string | undefined, iamUser: string | undefined): string {
  const person = sessionName !== undefined && INSTANCE_SESSION.test(sessionName) ? undefined : sessionName;
  return person ?? iamUser ?? username ?? 'unknown';
}

/**
 * The IAM identity behind a Kubernetes name. aws-iam-authenticator writes it into `user.extra` (arrays) and into the uid
 * (`aws-iam-authenticator:<account>:<id>`); neither can be set by the caller.
 */
function iamIdentity(value: JsonObject): Partial<Principal> | undefined {
  const user = at(value, 'user');
  const arnText = texts(user, 'extra', 'arn').find((arn) => arn !== '');
  const canonical = texts(user, 'extra', 'canonicalArn').find((arn) => arn !== '');
  const uid = text(user, 'uid');
  const fromAuthenticator = uid?.startsWith('aws-iam-authenticator:') === true;
  if (arnText === undefined && canonical === undefined && !fromAuthenticator) return undefined;
  const arn = parsePrincipalArn(arnText ?? '');
  const issuer = parsePrincipalArn(canonical ?? '');
  const role = issuer?.kind === 'role' ? issuer : arn?.kind === 'assumed-role' || arn?.kind === 'role' ? arn : undefined;
  const uidAccount = fromAuthenticator ? uid.split(':')[1] : undefined;
  const accountId = arn?.accountId ?? issuer?.accountId ?? uidAccount;
  const iamUser = [arn, issuer].find((parsed) => parsed?.kind === 'user')?.name;
  return defined({
    arn: arnText ?? canonical,
    accountId,
    role: role === undefined ? undefined : { name: role.name, path: role.path === '/' ? '' : role.path, accountId: role.accountId },
    iamUser,
    sessionName: texts(user, 'extra', 'sessionName').find((name) => name !== '') ?? arn?.session,
  });
}
