/** Writes Kubernetes audit events as text, key by key in kube-apiserver's order. */
import { type Cluster, stableId } from './cast.ts';
import { type Expectation, isoMicros, type SimulatedEvent } from './model.ts';
import type { Random } from './random.ts';

/** Who calls the API server. */
export interface KubernetesIdentity {
  /** Value of the `user` member, as JSON text. */
  readonly userText: string;
  /** The person or principal as people know it. */
  readonly user: string;
  readonly sourceIp: string;
  readonly userAgent: string;
}

/** One request to the API server; JSON text where the event has a JSON value. */
export interface Request {
  readonly cluster: Cluster;
  readonly who: KubernetesIdentity;
  readonly level: 'Metadata' | 'Request' | 'RequestResponse';
  readonly verb: string;
  readonly uri: string;
  /** JSON text of `objectRef`; undefined for other URLs than resources. */
  readonly objectRef?: string;
  readonly code: number;
  /** What `responseStatus` holds before `code`. */
  readonly status?: string;
  readonly request?: string;
  readonly response?: string;
  /** JSON text of the members of `annotations`, after the decision. */
  readonly annotations?: string;
  readonly decision?: 'allow' | 'forbid';
  readonly impersonated?: string;
  /** Stages that are logged, each with its delay in ms after the request; a completed request has one. */
  readonly stages?: readonly (readonly ['RequestReceived' | 'ResponseStarted' | 'ResponseComplete', number])[];
}

/** Makes the events of one request, one a stage; the first carries the truth. */
export function auditEvents(random: Random, timeMs: number, request: Request, expected: Expectation): readonly SimulatedEvent[] {
  const id = random.uuid();
  const micros = random.next();
  const rules = expected.rules ?? [];
  return (request.stages ?? [['ResponseComplete', 3] as const]).map(([stage, delayMs], index) => ({
    source: 'k8s_audit',
    timeMs: timeMs + delayMs,
    account: request.cluster.account,
    region: request.cluster.region,
    cluster: request.cluster.name,
    id,
    text: eventText(id, stage, timeMs, delayMs, micros, request),
    truth:
      index > 0
        ? undefined
        : {
            source: 'k8s_audit',
            id,
            time: isoMicros(timeMs + delayMs, micros + 500),
            account: request.cluster.account,
            region: request.cluster.region,
            cluster: request.cluster.name,
            manual: rules.some((rule) => rule === 'Manual Kubernetes change' || rule === 'Interactive session in a pod'),
            rules,
            user: expected.user ?? request.who.user,
            hand: expected.hand,
            class: expected.class,
            why: expected.why,
          },
    secondTrail: false,
  }));
}

function eventText(id: string, stage: string, timeMs: number, delayMs: number, micros: number, request: Request): string {
  const { who } = request;
  const bodies = stage === 'ResponseComplete' && request.code !== 101;
  const decided = stage !== 'RequestReceived' && request.code !== 401;
  return (
    `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"${request.level}","auditID":"${id}","stage":"${stage}",` +
    `"requestURI":"${request.uri}","verb":"${request.verb}","user":${who.userText},` +
    (request.impersonated === undefined ? '' : `"impersonatedUser":${request.impersonated},`) +
    `"sourceIPs":["${who.sourceIp}"],"userAgent":"${who.userAgent}",` +
    (request.objectRef === undefined ? '' : `"objectRef":${request.objectRef},`) +
    (stage === 'RequestReceived' ? '' : `"responseStatus":{"metadata":{},${request.status ?? ''}"code":${request.code}},`) +
    (bodies && request.request !== undefined ? `"requestObject":${request.request},` : '') +
    (bodies && request.response !== undefined ? `"responseObject":${request.response},` : '') +
    `"requestReceivedTimestamp":"${isoMicros(timeMs, micros)}","stageTimestamp":"${isoMicros(timeMs + delayMs, micros + 500)}"` +
    (decided
      ? `,"annotations":{"authorization.k8s.io/decision":"${request.decision ?? 'allow'}","authorization.k8s.io/reason":""${request.annotations ?? ''}}}`
      : '}')
  );
}

/** A pod's service account, or with `pod` absent a token somebody took out of the cluster. */
export function serviceAccount(namespace: string, name: string, sourceIp: string, userAgent: string, pod?: string): KubernetesIdentity {
  const credential = `"authentication.kubernetes.io/credential-id":["JTI=${uuidOf(`${namespace}/${name}/${pod ?? ''}`)}"]`;
  const bound =
    pod === undefined
      ? ''
      : `,"authentication.kubernetes.io/node-name":["ip-10-0-1-11.ec2.internal"],"authentication.kubernetes.io/node-uid":["${uuidOf('node')}"],` +
        `"authentication.kubernetes.io/pod-name":["${pod}"],"authentication.kubernetes.io/pod-uid":["${uuidOf(pod)}"]`;
  const username = `system:serviceaccount:${namespace}:${name}`;
  return {
    userText:
      `{"username":"${username}","uid":"${uuidOf(`${namespace}/${name}`)}","groups":["system:serviceaccounts","system:serviceaccounts:${namespace}","system:authenticated"],` +
      `"extra":{${credential}${bound}}}`,
    user: username,
    sourceIp,
    userAgent,
  };
}

/** A user of the control plane, known by its client certificate. */
export function controlPlane(username: string, groups: string, userAgent: string): KubernetesIdentity {
  return {
    userText: `{"username":"${username}","groups":${groups},"extra":{"authentication.kubernetes.io/credential-id":["X509SHA256=${stableHex(username, 64)}"]}}`,
    user: username,
    sourceIp: '127.0.0.1',
    userAgent,
  };
}

/** An identity that the IAM authenticator maps: what it is called in the cluster, and who it is in IAM. */
export interface MappedIdentity {
  readonly username: string;
  readonly groups: readonly string[];
  readonly account: string;
  /** `assumed-role/ROLE/SESSION` or `user/NAME`. */
  readonly arnTail: string;
  readonly sourceIp: string;
  readonly userAgent: string;
}

/** A person, node or pipeline that comes with IAM credentials. */
export function iamMapped(mapped: MappedIdentity): KubernetesIdentity {
  const [kind, name = '', session = ''] = mapped.arnTail.split('/');
  const isUser = kind === 'user';
  const principalId = stableId(isUser ? 'AIDA' : 'AROA', `${mapped.account}/${name}`);
  const arn = `arn:aws:${isUser ? 'iam' : 'sts'}::${mapped.account}:${mapped.arnTail}`;
  const canonical = `arn:aws:iam::${mapped.account}:${isUser ? 'user' : 'role'}/${name}`;
  const key = stableId(isUser ? 'AKIA' : 'ASIA', mapped.arnTail);
  const groups = [...mapped.groups, 'system:authenticated'].map((group) => `"${group}"`).join(',');
  return {
    userText:
      `{"username":"${mapped.username}","uid":"aws-iam-authenticator:${mapped.account}:${principalId}","groups":[${groups}],` +
      `"extra":{"accessKeyId":["${key}"],"arn":["${arn}"],"canonicalArn":["${canonical}"],"principalId":["${principalId}"],` +
      `"sessionName":["${session}"],"sigs.k8s.io/aws-iam-authenticator/principalId":["${principalId}"]}}`,
    user: isUser ? name : session,
    sourceIp: mapped.sourceIp,
    userAgent: mapped.userAgent,
  };
}

/** Hexadecimal digits that follow from a text. */
export function stableHex(text: string, digits: number): string {
  let hash = 0x811c9dc5;
  let hex = '';
  for (let index = 0; hex.length < digits; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index % text.length) ^ index, 0x01000193);
    hex += ((hash >>> 11) & 255).toString(16).padStart(2, '0');
  }
  return hex.slice(0, digits);
}

/** A UUID that follows from a text. */
export function uuidOf(text: string): string {
  const hex = stableHex(text, 32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
