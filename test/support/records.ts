import type { AuditEvent, Json, JsonObject } from '../../lib/core/model/audit-event.ts';
import type { Envelope, EventSource, RawRecord } from '../../lib/core/model/raw-record.ts';
import { normalise } from '../../lib/core/pipeline.ts';

/** Members to put over a base record; undefined takes a member out. */
export type Changes = Readonly<Record<string, Json | undefined>>;

function apply(base: JsonObject, changes: Changes): JsonObject {
  const merged = { ...base, ...changes };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined)) as JsonObject;
}

/** A role session as CloudTrail writes it. */
export function roleSession(
  role: string,
  session: string,
  over: { path?: string; context?: JsonObject; identity?: JsonObject; account?: string } = {},
): JsonObject {
  const account = over.account ?? '111122223333';
  return {
    type: 'AssumedRole',
    principalId: `AROAEXAMPLEEXAMPLE001:${session}`,
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
    accountId: account,
    accessKeyId: 'ASIAEXAMPLEEXAMPLE02',
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: 'AROAEXAMPLEEXAMPLE001',
        arn: `arn:aws:iam::${account}:role${over.path ?? '/'}${role}`,
        accountId: account,
        userName: role,
      },
      webIdFederationData: {},
      attributes: { creationDate: '2026-11-20T08:00:00Z', mfaAuthenticated: 'false' },
      ...over.context,
    },
    ...over.identity,
  };
}

export const IAM_USER: JsonObject = {
  type: 'IAMUser',
  principalId: 'AIDAEXAMPLEEXAMPLE003',
  arn: 'arn:aws:iam::111122223333:user/ops/carol',
  accountId: '111122223333',
  accessKeyId: 'AKIAEXAMPLEEXAMPLE04',
  userName: 'carol',
};

/** A CloudTrail record: by default a security group change by an IAM user. */
export function cloudtrailRecord(changes: Changes = {}): JsonObject {
  return apply(
    {
      eventVersion: '1.11',
      userIdentity: IAM_USER,
      eventTime: '2026-11-20T09:15:02Z',
      eventSource: 'ec2.amazonaws.com',
      eventName: 'AuthorizeSecurityGroupIngress',
      awsRegion: 'eu-west-1',
      sourceIPAddress: '203.0.113.24',
      userAgent: 'aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux#6.8',
      requestParameters: { groupId: 'sg-0a1b2c3d4e5f60718' },
      responseElements: null,
      requestID: '0b8e1a52-90cc-4c4e-8f4a-2d6b0a1f7c11',
      eventID: '5f0fb67d-8838-4d13-9f15-397a86509e83',
      readOnly: false,
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: '111122223333',
      eventCategory: 'Management',
    },
    changes,
  );
}

/** User info as aws-iam-authenticator gives it for a role session. */
export function iamUserInfo(
  username: string,
  role: string,
  session: string,
  over: { groups?: readonly string[]; account?: string } = {},
): JsonObject {
  const account = over.account ?? '111122223333';
  return {
    username,
    uid: `aws-iam-authenticator:${account}:AROAEXAMPLEEXAMPLE001`,
    groups: [...(over.groups ?? ['platform-admins']), 'system:authenticated'],
    extra: {
      accessKeyId: ['ASIAEXAMPLEEXAMPLE02'],
      arn: [`arn:aws:sts::${account}:assumed-role/${role}/${session}`],
      canonicalArn: [`arn:aws:iam::${account}:role/${role}`],
      principalId: ['AROAEXAMPLEEXAMPLE001'],
      sessionName: [session],
    },
  };
}

/** User info of a service account's token; with a pod's name it is bound to that pod. */
export function serviceAccountInfo(account: string, pod?: string): JsonObject {
  const [namespace, name] = account.split('/');
  return {
    username: `system:serviceaccount:${namespace}:${name}`,
    uid: '73df0d1c-3b5e-4d3c-9f0f-6c1d7c0e9a51',
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    extra: {
      'authentication.kubernetes.io/credential-id': ['JTI=74a2f6c0-55a4-4f6e-8d59-0c2ad3c4f5b6'],
      ...(pod === undefined ? {} : { 'authentication.kubernetes.io/pod-name': [pod], 'authentication.kubernetes.io/pod-uid': ['d146'] }),
    },
  };
}

/** A Kubernetes audit event: by default a scaled deployment by a person of Identity Center. */
export function kubernetesEvent(changes: Changes = {}): JsonObject {
  return apply(
    {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'RequestResponse',
      auditID: '63ddd1cd-df05-488d-bff1-a07190b7f115',
      stage: 'ResponseComplete',
      requestURI: '/apis/apps/v1/namespaces/shop/deployments/web?fieldManager=kubectl-edit',
      verb: 'patch',
      user: iamUserInfo('alice', 'AWSReservedSSO_PlatformAdmin_0123456789abcdef', 'alice@example.com'),
      sourceIPs: ['203.0.113.24'],
      userAgent: 'kubectl/v1.36.1 (linux/amd64) kubernetes/7569396',
      objectRef: { resource: 'deployments', namespace: 'shop', name: 'web', apiGroup: 'apps', apiVersion: 'v1' },
      responseStatus: { metadata: {}, code: 200 },
      requestReceivedTimestamp: '2026-11-20T09:15:02.123456Z',
      stageTimestamp: '2026-11-20T09:15:02.133456Z',
      annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
    },
    changes,
  );
}

/** A record as a reader hands it on. */
export function rawRecord(source: EventSource, value: JsonObject, over: { envelope?: Envelope; truncated?: boolean } = {}): RawRecord {
  return {
    source,
    text: JSON.stringify(value),
    origin: { input: 'test', line: 1, path: '' },
    envelope: over.envelope ?? {},
    truncated: over.truncated ?? false,
  };
}

/** The audit event of a record that must be usable. */
export function eventOf(source: EventSource, value: JsonObject, over: { envelope?: Envelope; truncated?: boolean } = {}): AuditEvent {
  const normalised = normalise(rawRecord(source, value, over));
  if (!normalised.ok) throw new Error(`${normalised.code}: ${normalised.hint}`);
  return normalised.event;
}
