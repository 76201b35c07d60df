/**
 * Makes the files that the bench reads: CloudTrail objects, Kubernetes audit logs and CloudWatch Logs payloads in the vendors' key order, with about
 * the sizes, shares and compression of real ones (CloudTrail 1,300 bytes a record and gzip ratio 8, audit events 1,370 bytes and ratio 16).
 * Seeded: each run reads the same bytes.
 */
import { gzipSync } from 'node:zlib';

/** A small deterministic generator (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

interface Dice {
  readonly next: () => number;
  pick<T>(from: readonly T[]): T;
  below(limit: number): number;
  hex(length: number): string;
  upper(length: number): string;
}

function dice(seed: number): Dice {
  const next = random(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const letters = (alphabet: string, length: number): string => Array.from({ length }, () => alphabet[below(alphabet.length)]).join('');
  return {
    next,
    below,
    pick: (from) => from[below(from.length)] as (typeof from)[number],
    hex: (length) => letters('0123456789abcdef', length),
    upper: (length) => letters('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', length),
  };
}

function uuid(d: Dice): string {
  return `${d.hex(8)}-${d.hex(4)}-4${d.hex(3)}-a${d.hex(3)}-${d.hex(12)}`;
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}

const READS = [
  ['ec2', 'DescribeInstances'],
  ['ec2', 'DescribeNetworkInterfaces'],
  ['ec2', 'DescribeVolumes'],
  ['sts', 'AssumeRole'],
  ['kms', 'Decrypt'],
  ['s3', 'GetBucketAcl'],
  ['iam', 'ListAttachedRolePolicies'],
  ['iam', 'GetRole'],
  ['ssm', 'GetParametersByPath'],
  ['elasticloadbalancing', 'DescribeTargetHealth'],
  ['monitoring', 'DescribeAlarms'],
  ['lambda', 'ListFunctions20150331'],
  ['logs', 'DescribeLogStreams'],
  ['ecr', 'BatchGetImage'],
  ['config', 'DescribeConfigurationRecorderStatus'],
] as const;
const WRITES = [
  ['ec2', 'CreateNetworkInterface'],
  ['ec2', 'AuthorizeSecurityGroupIngress'],
  ['lambda', 'UpdateFunctionCode20150331v2'],
  ['iam', 'AttachRolePolicy'],
  ['s3', 'PutBucketPolicy'],
  ['ecs', 'RegisterTaskDefinition'],
  ['autoscaling', 'SetDesiredCapacity'],
  ['ssm', 'PutParameter'],
] as const;
const AGENTS = [
  'aws-sdk-go-v2/1.30.3 ua/2.0 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.170.0',
  'Boto3/1.34.131 md/Botocore#1.34.131 ua/2.0 os/linux#5.10.220 md/arch#x86_64 lang/python#3.11.9 Botocore/1.34.131',
  'APN/1.0 HashiCorp/1.0 Terraform/1.8.5 (+https://www.terraform.io) terraform-provider-aws/5.55.0 aws-sdk-go-v2/1.30.0',
  'aws-cli/2.17.9 md/awscrt#0.20.11 ua/2.0 os/macos#23.5.0 md/arch#arm64 lang/python#3.11.8 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off',
  'config.amazonaws.com',
];

/** One CloudTrail record in AWS's key order. */
function cloudTrailRecord(d: Dice, sessions: readonly (() => object)[], second: number): object {
  const roll = d.next();
  const isRead = roll < 0.8;
  const [service, name] = d.pick<readonly [string, string]>(isRead ? READS : WRITES);
  // 80 % reads, 18 % changes by software and pipelines, 2 % by people.
  const byPerson = roll > 0.98;
  const byService = !isRead && !byPerson && d.next() < 0.5;
  const identity = byPerson
    ? (sessions[1] as () => object)()
    : byService
      ? (sessions[2] as () => object)()
      : (sessions[0] as () => object)();
  const time = `2026-11-20T${two(Math.floor(second / 3600) % 24)}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}Z`;
  const id = `i-${d.hex(17)}`;
  return {
    eventVersion: '1.09',
    userIdentity: identity,
    eventTime: time,
    eventSource: `${service}.amazonaws.com`,
    eventName: name,
    awsRegion: d.pick(['eu-west-1', 'eu-central-1', 'us-east-1']),
    sourceIPAddress: byService ? 'autoscaling.amazonaws.com' : `203.0.113.${d.below(256)}`,
    userAgent: byService ? 'autoscaling.amazonaws.com' : d.pick(AGENTS),
    ...(d.next() < 0.03
      ? {
          errorCode: 'AccessDenied',
          errorMessage: `User: arn:aws:sts::111122223333:assumed-role/app is not authorized to perform: ${service}:${name}`,
        }
      : {}),
    requestParameters: isRead
      ? d.next() < 0.2
        ? null
        : {
            maxResults: 100 + d.below(900),
            filterSet: { items: [{ name: 'instance-id', valueSet: { items: [{ value: id }, { value: `i-${d.hex(17)}` }] } }] },
          }
      : {
          subnetId: `subnet-${d.hex(17)}`,
          description: `made for ${id}`,
          groupSet: { items: [{ groupId: `sg-${d.hex(17)}` }] },
          policyDocument:
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-data/*"}]}',
        },
    responseElements: isRead
      ? null
      : { requestId: uuid(d), networkInterface: { networkInterfaceId: `eni-${d.hex(17)}`, status: 'pending', tagSet: {} } },
    ...(d.next() < 0.4 ? { additionalEventData: { bytesTransferredOut: d.below(100_000), 'x-amz-id-2': d.upper(52) } } : {}),
    requestID: uuid(d),
    eventID: uuid(d),
    readOnly: isRead,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: '111122223333',
    eventCategory: 'Management',
    tlsDetails: {
      tlsVersion: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      clientProvidedHostHeader: `${service}.eu-west-1.amazonaws.com`,
    },
  };
}

function roleSession(d: Dice, role: string, path: string, session: string): object {
  const id = `AROA${d.upper(17)}`;
  return {
    type: 'AssumedRole',
    principalId: `${id}:${session}`,
    arn: `arn:aws:sts::111122223333:assumed-role/${role}/${session}`,
    accountId: '111122223333',
    accessKeyId: `ASIA${d.upper(16)}`,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: id,
        arn: `arn:aws:iam::111122223333:role${path}${role}`,
        accountId: '111122223333',
        userName: role,
      },
      attributes: { creationDate: `2026-11-20T${two(d.below(24))}:${two(d.below(60))}:00Z`, mfaAuthenticated: 'false' },
    },
  };
}

/** A CloudTrail object of about so many bytes, inflated; one line. */
export function cloudTrailObject(seed: number, bytes: number): Buffer {
  const d = dice(seed);
  const apps = Array.from({ length: 40 }, (_, i) => roleSession(d, `app-role-${i}`, '/', `i-${d.hex(17)}`));
  const pipelines = Array.from({ length: 4 }, () => roleSession(d, 'gha-deploy-prod', '/ci/', 'GitHubActions'));
  const people = Array.from({ length: 3 }, (_, i) =>
    roleSession(d, `AWSReservedSSO_Admin_${d.hex(16)}`, '/aws-reserved/sso.amazonaws.com/', `person${i}@example.com`),
  );
  const services = Array.from({ length: 3 }, () => ({
    ...roleSession(d, 'AWSServiceRoleForAutoScaling', '/aws-service-role/autoscaling.amazonaws.com/', 'AutoScaling'),
    invokedBy: 'autoscaling.amazonaws.com',
  }));
  const sessions = [() => d.pick(d.next() < 0.5 ? apps : pipelines), () => d.pick(people), () => d.pick(services)];
  const parts: string[] = [];
  let size = 0;
  for (let i = 0; size < bytes; i++) {
    let record = cloudTrailRecord(d, sessions, i);
    const { userIdentity, readOnly } = record as { userIdentity: object; readOnly: boolean };
    // Reads may be anybody's; a change by an app would be reported, so that it is a pipeline's here.
    if (!readOnly && apps.includes(userIdentity)) record = { ...record, userIdentity: d.pick(pipelines) };
    const text = JSON.stringify(record);
    size += text.length + 1;
    parts.push(text);
  }
  return Buffer.from(`{"Records":[${parts.join(',')}]}`);
}

const CONTROLLERS = [
  'deployment-controller',
  'replicaset-controller',
  'endpointslice-controller',
  'node-controller',
  'generic-garbage-collector',
];
const RESOURCES = [
  ['pods', ''],
  ['deployments', 'apps'],
  ['replicasets', 'apps'],
  ['endpointslices', 'discovery.k8s.io'],
  ['configmaps', ''],
  ['leases', 'coordination.k8s.io'],
  ['nodes', ''],
] as const;

const NAMESPACES = ['kube-system', 'shop', 'argocd', 'batch-jobs'];

function machine(d: Dice, i: number): object {
  const credential = { 'authentication.kubernetes.io/credential-id': [`JTI=${uuid(d)}`] };
  if (i % 3 === 0) {
    const node = `ip-10-0-${d.below(4)}-${d.below(256)}.eu-west-1.compute.internal`;
    return {
      username: `system:node:${node}`,
      uid: `aws-iam-authenticator:111122223333:AROA${d.upper(17)}`,
      groups: ['system:bootstrappers', 'system:nodes', 'system:authenticated'],
      extra: {
        accessKeyId: [`ASIA${d.upper(16)}`],
        arn: [`arn:aws:sts::111122223333:assumed-role/node-role/i-${d.hex(17)}`],
        principalId: [`AROA${d.upper(17)}`],
        sessionName: [`i-${d.hex(17)}`],
      },
    };
  }
  if (i % 3 === 1) {
    const name = CONTROLLERS[i % CONTROLLERS.length];
    return {
      username: `system:serviceaccount:kube-system:${name}`,
      uid: uuid(d),
      groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
      extra: credential,
    };
  }
  return {
    username: 'system:serviceaccount:argocd:argocd-application-controller',
    uid: uuid(d),
    groups: ['system:serviceaccounts', 'system:serviceaccounts:argocd', 'system:authenticated'],
    extra: {
      ...credential,
      'authentication.kubernetes.io/node-name': ['ip-10-0-2-12.ec2.internal'],
      'authentication.kubernetes.io/pod-name': ['argocd-application-controller-0'],
      'authentication.kubernetes.io/pod-uid': [uuid(d)],
    },
  };
}

function person(d: Dice, i: number): object {
  const name = `person${i}@example.com`;
  return {
    username: `developer:${name}`,
    uid: `aws-iam-authenticator:111122223333:AROA${d.upper(17)}`,
    groups: ['developers', 'system:authenticated'],
    extra: {
      accessKeyId: [`ASIA${d.upper(16)}`],
      arn: [`arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Developer_${d.hex(16)}/${name}`],
      canonicalArn: ['arn:aws:iam::111122223333:role/AWSReservedSSO_Developer'],
      sessionName: [name],
    },
  };
}

/** Lines of a Kubernetes audit log in the API server's key order. */
export function auditLines(seed: number, bytes: number): string[] {
  const d = dice(seed);
  const machines = Array.from({ length: 24 }, (_, i) => machine(d, i));
  const people = Array.from({ length: 4 }, (_, i) => person(d, i));
  const lines: string[] = [];
  let size = 0;
  for (let i = 0; size < bytes; i++) {
    const byPerson = d.next() < 0.017;
    const isRead = !byPerson && d.next() < 0.6;
    // Each program has its own work: two kinds of object in two namespaces.
    const worker = d.below(machines.length);
    const [resource, apiGroup] = RESOURCES[(worker + d.below(2)) % RESOURCES.length] as (typeof RESOURCES)[number];
    const verb = isRead ? d.pick(['get', 'list', 'watch']) : d.pick(['update', 'patch', 'create']);
    const namespace = NAMESPACES[(worker + d.below(2)) % NAMESPACES.length];
    const name = `${resource}-${d.below(40)}`;
    const subresource = !isRead && d.next() < 0.4 && resource !== 'leases' ? 'status' : undefined;
    const time = `2026-11-20T${two(Math.floor(i / 3600) % 24)}:${two(Math.floor(i / 60) % 60)}:${two(i % 60)}.${String(d.below(1_000_000)).padStart(6, '0')}Z`;
    const path = `/${apiGroup === '' ? 'api/v1' : `apis/${apiGroup}/v1`}/namespaces/${namespace}/${resource}/${name}${subresource === undefined ? '' : `/${subresource}`}`;
    const body = {
      kind: 'Object',
      apiVersion: 'v1',
      metadata: { name, namespace, uid: '3f0c6f5e-2b1c-4a0e-9a7e-0d8a5b1c2d3e', resourceVersion: String(d.below(1e7)) },
      spec: { replicas: d.below(9), paused: false },
    };
    const text = JSON.stringify({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: isRead ? 'Metadata' : 'RequestResponse',
      auditID: uuid(d),
      stage: verb === 'watch' && d.next() < 0.5 ? 'ResponseStarted' : 'ResponseComplete',
      requestURI:
        verb === 'watch'
          ? `${path}?allowWatchBookmarks=true&resourceVersion=${d.below(1e7)}&timeoutSeconds=${d.below(600)}&watch=true`
          : path,
      verb,
      user: byPerson ? d.pick(people) : machines[worker],
      sourceIPs: [`10.0.${d.below(4)}.${d.below(256)}`],
      userAgent: 'kube-controller-manager/v1.36.1 (linux/amd64) kubernetes/7569396/system:serviceaccount:kube-system:deployment-controller',
      objectRef: {
        resource,
        namespace,
        name,
        ...(apiGroup === '' ? {} : { apiGroup }),
        apiVersion: 'v1',
        ...(subresource === undefined ? {} : { subresource }),
      },
      responseStatus: { metadata: {}, code: d.next() < 0.02 ? 409 : 200 },
      ...(isRead ? {} : { requestObject: body, responseObject: body }),
      requestReceivedTimestamp: time,
      stageTimestamp: time,
      annotations: {
        'authorization.k8s.io/decision': 'allow',
        'authorization.k8s.io/reason':
          'RBAC: allowed by ClusterRoleBinding "system:controller" of ClusterRole "system:controller" to ServiceAccount',
      },
    });
    size += text.length + 1;
    lines.push(text);
  }
  return lines;
}

/** Inflated CloudWatch Logs subscription messages, one a line, with the lines of an audit log as their log events. */
export function logMessages(seed: number, bytes: number): Buffer {
  const lines = auditLines(seed, bytes);
  const messages: string[] = [];
  for (let i = 0; i < lines.length; i += 150) {
    messages.push(
      JSON.stringify({
        messageType: 'DATA_MESSAGE',
        owner: '111122223333',
        logGroup: '/aws/eks/demo/cluster',
        logStream: 'kube-apiserver-audit-0123456789abcdef0123456789abcdef',
        subscriptionFilters: ['driftwire'],
        logEvents: lines.slice(i, i + 150).map((message, j) => ({
          id: String(38_000_000_000_000_000_000n + BigInt(i + j)).padStart(56, '3'),
          timestamp: 1_795_000_000_000 + i + j,
          message,
        })),
      }),
    );
  }
  return Buffer.from(`${messages.join('\n')}\n`);
}

/** gzip as AWS does it. */
export function packed(text: Buffer): Buffer {
  return gzipSync(text, { level: 6 });
}
