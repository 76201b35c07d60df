import type { Caller } from '../model/audit-event.ts';
import type { HandAnswer } from './hand.ts';

type CloudTrailCaller = Extract<Caller, { source: 'aws_cloudtrail' }>;

/** A service by its name; the bare `AWS Internal` is none, a console's back end looks like that. */
const SERVICE_PRINCIPAL = /^[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?$/;

/** OIDC issuer of an EKS cluster (EKS User Guide, "IAM roles for service accounts"); the host is AWS's own, nobody else can be it. */
const EKS_ISSUER = /^oidc\.eks\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|api\.aws|api\.amazonwebservices\.com\.cn)\/id\/[A-Za-z0-9]+$/;

/** `inScopeOf.issuerType` of credentials that no person holds; an EC2 instance is not among them: people log in on it. */
const UNATTENDED_HOLDER = /^AWS::(?:Lambda|ECS)::[A-Za-z]+$/;

/** Whose hand a CloudTrail record shows, from what the caller cannot choose. */
export function handOfCloudTrail(event: CloudTrailCaller): HandAnswer {
  return service(event) ?? workload(event) ?? person(event);
}

/** True when `invokedBy` names an AWS service. */
export function isServiceName(invokedBy: string | undefined): boolean {
  return invokedBy !== undefined && SERVICE_PRINCIPAL.test(invokedBy);
}

function service(event: CloudTrailCaller): HandAnswer | undefined {
  const { principal } = event;
  if (principal.type === 'AWSService' || event.eventType === 'AwsServiceEvent') return { hand: 'service', reason: 'aws_service' };
  if (isServiceName(principal.invokedBy)) return { hand: 'service', reason: 'aws_on_behalf' };
  // IAM lets nobody but AWS create a role below this path.
  if (principal.role?.path.startsWith('/aws-service-role/') === true) return { hand: 'service', reason: 'service_linked_role' };
  return undefined;
}

function workload(event: CloudTrailCaller): HandAnswer | undefined {
  const { principal } = event;
  if (principal.credentialHolder !== undefined && UNATTENDED_HOLDER.test(principal.credentialHolder))
    return { hand: 'workload', reason: 'lambda_or_ecs' };
  if (principal.identityProvider !== undefined && EKS_ISSUER.test(principal.identityProvider))
    return { hand: 'workload', reason: 'eks_pod_role' };
  return undefined;
}

function person(event: CloudTrailCaller): HandAnswer {
  const { principal } = event;
  if (principal.isRoot) return { hand: 'human', reason: 'root' };
  switch (principal.type) {
    case 'IAMUser':
      return { hand: 'human', reason: 'iam_user' };
    case 'IdentityCenterUser':
      return { hand: 'human', reason: 'identity_center' };
    case 'FederatedUser':
      return { hand: 'human', reason: 'federated_user' };
    case 'AssumedRole':
      return roleSession(event);
    case 'AWSAccount':
      return { hand: 'unknown', reason: 'other_account' };
    default:
      return { hand: 'unknown', reason: 'unknown_identity' };
  }
}

/** A role session that nobody declared may be anybody; some show a person. */
function roleSession(event: CloudTrailCaller): HandAnswer {
  const { role, sessionName } = event.principal;
  if (role?.path.startsWith('/aws-reserved/sso.amazonaws.com/') === true || role?.name.startsWith('AWSReservedSSO_') === true) {
    return { hand: 'human', reason: 'identity_center' };
  }
  if (event.consoleSession) {
    return { hand: 'human', reason: 'console_session' };
  }
  if (sessionName?.includes('@') === true) return { hand: 'human', reason: 'session_of_person' };
  if (sessionName !== undefined && /^i-[0-9a-f]+$/.test(sessionName)) return { hand: 'unknown', reason: 'ec2_instance' };
  return { hand: 'unknown', reason: 'role_session' };
}
