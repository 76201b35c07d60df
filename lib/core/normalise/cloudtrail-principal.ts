import type { JsonObject, Principal } from '../model/audit-event.ts';
import { at, flag, text } from './access.ts';
import { parsePrincipalArn } from './arn.ts';
import { defined } from './normalised.ts';

/** Who a CloudTrail record names (`userIdentity`), with the fields that may be missing on real records looked up elsewhere. */
export function cloudtrailPrincipal(record: JsonObject): Principal {
  const identity = at(record, 'userIdentity');
  const type = text(identity, 'type') ?? 'Unknown';
  const arnText = text(identity, 'arn');
  const arn = arnText === undefined ? undefined : parsePrincipalArn(arnText);
  const isRoot = type === 'Root' || flag(identity, 'sessionContext', 'assumedRoot') === true;
  const sessionName = type === 'AssumedRole' ? (arn?.session ?? afterColon(text(identity, 'principalId'))) : undefined;
  const iamUser = type === 'IAMUser' ? (text(identity, 'userName') ?? (arn?.kind === 'user' ? arn.name : undefined)) : undefined;
  return {
    type,
    name: isRoot ? 'root' : personName(record, type, sessionName, iamUser),
    groups: [],
    iamMapped: false,
    isRoot,
    ...defined({
      arn: arnText,
      accountId: text(identity, 'accountId') ?? arn?.accountId,
      role: type === 'AssumedRole' ? roleOf(record) : undefined,
      iamUser,
      sessionName,
      sourceIdentity: text(identity, 'sessionContext', 'sourceIdentity'),
      identityProvider: providerOf(text(identity, 'sessionContext', 'webIdFederationData', 'federatedProvider')),
      invokedBy: text(identity, 'invokedBy'),
      credentialHolder: text(identity, 'inScopeOf', 'issuerType'),
      mfa: flag(identity, 'sessionContext', 'attributes', 'mfaAuthenticated') ?? signInMfa(record),
    }),
  };
}

function afterColon(principalId: string | undefined): string | undefined {
  const colon = principalId?.indexOf(':') ?? -1;
  return principalId === undefined || colon < 0 || colon === principalId.length - 1 ? undefined : principalId.slice(colon + 1);
}

/** The role of a session: the issuer where the record has it (with the path), else what the session's ARN tells (STS drops the path). */
function roleOf(record: JsonObject): Principal['role'] {
  const issuer = at(record, 'userIdentity', 'sessionContext', 'sessionIssuer');
  const issuerArn = parsePrincipalArn(text(issuer, 'arn') ?? '');
  if (issuerArn?.kind === 'role') return { name: issuerArn.name, path: issuerArn.path, accountId: issuerArn.accountId };
  const sessionArn = parsePrincipalArn(text(record, 'userIdentity', 'arn') ?? '');
  const name = text(issuer, 'userName') ?? (sessionArn?.kind === 'assumed-role' ? sessionArn.name : undefined);
  if (name === undefined) return undefined;
  return { name, path: '', ...defined({ accountId: text(issuer, 'accountId') ?? sessionArn?.accountId }) };
}

/** Host and path of an OIDC provider: the ARN's tail, or the bare host that AWS writes for well-known providers. */
function providerOf(provider: string | undefined): string | undefined {
  const marker = ':oidc-provider/';
  const start = provider?.indexOf(marker) ?? -1;
  return start < 0 ? provider : provider?.slice(start + marker.length);
}

function signInMfa(record: JsonObject): boolean | undefined {
  const used = text(record, 'additionalEventData', 'MFAUsed')?.toLowerCase();
  return used === 'yes' ? true : used === 'no' ? false : undefined;
}

/** The person or principal as people know it (facts of the identity types: CloudTrail User Guide, "userIdentity element"). */
function personName(record: JsonObject, type: string, sessionName: string | undefined, iamUser: string | undefined): string {
  const identity = at(record, 'userIdentity');
  const principalId = text(identity, 'principalId');
  const invokedBy = text(identity, 'invokedBy');
  const userName = text(identity, 'userName');
  switch (type) {
    case 'AssumedRole':
      return sessionName ?? roleOf(record)?.name ?? principalId ?? 'unknown';
    case 'IAMUser':
      return iamUser ?? principalId ?? 'unknown';
    case 'FederatedUser':
      return userName ?? parsePrincipalArn(text(identity, 'arn') ?? '')?.name ?? principalId ?? 'unknown';
    case 'IdentityCenterUser':
      return (
        text(record, 'additionalEventData', 'UserName') ?? userName ?? text(identity, 'onBehalfOf', 'userId') ?? principalId ?? 'unknown'
      );
    case 'AWSService':
      return invokedBy ?? text(record, 'eventSource') ?? 'unknown';
    default:
      return userName ?? text(record, 'additionalEventData', 'UserName') ?? invokedBy ?? principalId ?? 'unknown';
  }
}
