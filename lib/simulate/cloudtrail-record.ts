/** Writes CloudTrail records as text, key by key in AWS's order; no JSON.stringify of whole records, because load tests need millions. */
import type { AwsIdentity } from './cast.ts';
import { type Expectation, isoSeconds, type SimulatedEvent } from './model.ts';
import type { Random } from './random.ts';

/** One call to AWS, with JSON text where the record has a JSON value. */
export interface Call {
  readonly who: AwsIdentity;
  readonly region: string;
  /** Event source without `.amazonaws.com`. */
  readonly service: string;
  readonly name: string;
  /** Undefined where the record has no such key. */
  readonly readOnly: boolean | undefined;
  readonly request?: string;
  readonly response?: string;
  readonly additional?: string;
  readonly resources?: string;
  readonly error?: { readonly code: string; readonly message: string };
  readonly userAgent?: string;
  readonly sourceIp?: string;
  /** Service that makes the call on behalf of the caller (forward access session). */
  readonly invokedBy?: string;
  readonly eventType?: 'AwsApiCall' | 'AwsConsoleSignIn' | 'AwsServiceEvent';
  readonly category?: 'Management' | 'Data';
  /** JSON text of a whole `userIdentity`, where it has a shape of its own. */
  readonly identityText?: string;
  readonly serviceEventDetails?: string;
  readonly secondTrail?: boolean;
}

/** Makes the record of one call and its truth. */
export function cloudTrailEvent(random: Random, timeMs: number, call: Call, expected: Expectation): SimulatedEvent {
  const id = random.uuid();
  const time = isoSeconds(timeMs);
  const { who, region } = call;
  const rules = expected.rules ?? [];
  return {
    source: 'aws_cloudtrail',
    timeMs,
    account: who.account,
    region,
    cluster: undefined,
    id,
    text: recordText(random, id, time, timeMs, call),
    truth: {
      source: 'aws_cloudtrail',
      id,
      time,
      account: who.account,
      region,
      cluster: null,
      manual: rules.some((rule) => rule === 'Manual AWS change' || rule === 'Interactive session on a host'),
      rules,
      user: expected.user ?? userOf(who),
      hand: expected.hand,
      class: expected.class,
      why: expected.why,
    },
    secondTrail: call.secondTrail ?? false,
  };
}

function userOf(who: AwsIdentity): string {
  return who.kind === 'role' ? who.session : who.name;
}

function recordText(random: Random, id: string, time: string, timeMs: number, call: Call): string {
  const { who, region, service } = call;
  const type = call.eventType ?? 'AwsApiCall';
  const host = `${service}.${region}.amazonaws.com`;
  const ownCall =
    type === 'AwsApiCall' && call.invokedBy === undefined && !who.userAgent.endsWith('.amazonaws.com') && who.kind !== 'service';
  const requestId = type === 'AwsConsoleSignIn' ? '' : `"requestID":"${random.uuid()}",`;
  return (
    `{"eventVersion":"1.11","userIdentity":${call.identityText ?? identityText(random, who, timeMs, call.invokedBy)},"eventTime":"${time}",` +
    `"eventSource":"${service}.amazonaws.com","eventName":"${call.name}","awsRegion":"${region}",` +
    `"sourceIPAddress":"${call.sourceIp ?? call.invokedBy ?? who.sourceIp}","userAgent":"${call.userAgent ?? call.invokedBy ?? who.userAgent}",` +
    (call.error === undefined ? '' : `"errorCode":"${call.error.code}","errorMessage":"${call.error.message}",`) +
    `"requestParameters":${call.request ?? 'null'},"responseElements":${call.error === undefined ? (call.response ?? 'null') : 'null'},` +
    additionalText(random, call) +
    `${requestId}"eventID":"${id}",` +
    (call.readOnly === undefined ? '' : `"readOnly":${call.readOnly},`) +
    (call.resources === undefined ? '' : `"resources":${call.resources},`) +
    `"eventType":"${type}","managementEvent":${call.category !== 'Data'},"recipientAccountId":"${who.account}",` +
    (call.serviceEventDetails === undefined ? '' : `"serviceEventDetails":${call.serviceEventDetails},`) +
    `"eventCategory":"${call.category ?? 'Management'}"` +
    (ownCall ? `,"tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"${host}"}` : '') +
    (who.console && type === 'AwsApiCall' && call.invokedBy === undefined ? ',"sessionCredentialFromConsole":"true"}' : '}')
  );
}

/** S3 notes how each call was signed and what went over the wire. */
function additionalText(random: Random, call: Call): string {
  if (call.additional !== undefined) return `"additionalEventData":${call.additional},`;
  if (call.service !== 's3') return '';
  return (
    `"additionalEventData":{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":${random.below(9000)},` +
    `"AuthenticationMethod":"AuthHeader","x-amz-id-2":"${random.base32(75)}=","bytesTransferredOut":${random.below(9000)}},`
  );
}

const HOUR_MS = 3_600_000;

function identityText(random: Random, who: AwsIdentity, timeMs: number, invokedBy: string | undefined): string {
  const by = invokedBy === undefined ? '' : `,"invokedBy":"${invokedBy}"`;
  const created = isoSeconds(timeMs - random.below(HOUR_MS));
  switch (who.kind) {
    case 'service':
      return `{"type":"AWSService","invokedBy":"${who.name}"}`;
    case 'root':
      return (
        `{"type":"Root","principalId":"${who.account}","arn":"arn:aws:iam::${who.account}:root","accountId":"${who.account}","accessKeyId":"${who.accessKeyId}",` +
        `"sessionContext":{"attributes":{"creationDate":"${created}","mfaAuthenticated":"${who.mfa}"}}${by}}`
      );
    case 'user':
      return (
        `{"type":"IAMUser","principalId":"${who.principalId}","arn":"arn:aws:iam::${who.account}:user/${who.name}","accountId":"${who.account}",` +
        `"accessKeyId":"${who.accessKeyId}","userName":"${who.name}"${by}}`
      );
    default:
      return roleSessionText(who, `${who.accessKeyId.slice(0, 12)}${random.base32(8)}`, created, by);
  }
}

/** Each session has a key of its own. */
function roleSessionText(who: AwsIdentity, accessKeyId: string, created: string, invokedBy: string): string {
  const provider =
    who.identityProvider === undefined
      ? ''
      : `"webIdFederationData":{"federatedProvider":"arn:aws:iam::${who.account}:oidc-provider/${who.identityProvider}","attributes":{}},`;
  return (
    `{"type":"AssumedRole","principalId":"${who.principalId}:${who.session}","arn":"arn:aws:sts::${who.account}:assumed-role/${who.name}/${who.session}",` +
    `"accountId":"${who.account}","accessKeyId":"${accessKeyId}","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"${who.principalId}",` +
    `"arn":"arn:aws:iam::${who.account}:role${who.path}${who.name}","accountId":"${who.account}","userName":"${who.name}"},${provider}` +
    `"attributes":{"creationDate":"${created}","mfaAuthenticated":"${who.mfa}"}}` +
    (who.inScopeOf === undefined ? '' : `,"inScopeOf":${who.inScopeOf}`) +
    `${invokedBy}}`
  );
}
