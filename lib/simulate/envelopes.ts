/** The envelopes in which vendors hand records over: S3 objects, EventBridge events, CloudWatch Logs subscription payloads. */
import { gzipSync } from 'node:zlib';
import type { SimulatedEvent } from './model.ts';
import type { Random } from './random.ts';

/** Position of the "operating system" byte in a gzip header (RFC 1952); zlib writes another value on each platform. */
const GZIP_OS_BYTE = 9;
const GZIP_OS_UNKNOWN = 255;

/** Compresses as AWS does (level 6), with a header that does not tell the machine it was made on. */
export function gzip(text: string): Buffer {
  const bytes = gzipSync(text, { level: 6 });
  bytes[GZIP_OS_BYTE] = GZIP_OS_UNKNOWN;
  return bytes;
}

/** Which trail an S3 object belongs to: the organisation's, or the old one that an account has of its own. */
export type Trail = 'organization' | 'account';

/** Key of a CloudTrail object, as the User Guide gives it ("CloudTrail log file examples", read 2026-11-21). */
export function cloudTrailKey(trail: Trail, account: string, region: string, deliveredMs: number, random: Random): string {
  const stamp = new Date(deliveredMs).toISOString();
  const [year = '', month = '', day = ''] = stamp.slice(0, 10).split('-');
  const minute = `${year}${month}${day}T${stamp.slice(11, 13)}${stamp.slice(14, 16)}Z`;
  const organization = trail === 'organization' ? 'o-exampleorgid/' : '';
  return `AWSLogs/${organization}${account}/CloudTrail/${region}/${year}/${month}/${day}/${account}_CloudTrail_${region}_${minute}_${random.base32(16)}.json.gz`;
}

/** Text of a CloudTrail object. */
export function cloudTrailObject(records: readonly string[]): string {
  return `{"Records":[${records.join(',')}]}`;
}

/** One EventBridge event; EventBridge names the source after the service. */
export function eventBridgeEvent(event: SimulatedEvent, random: Random): string {
  const service = /"eventSource":"([a-z0-9-]+)\.amazonaws\.com"/.exec(event.text)?.[1] ?? 'unknown';
  const kind = event.text.includes('"eventType":"AwsConsoleSignIn"') ? 'AWS Console Sign In via CloudTrail' : 'AWS API Call via CloudTrail';
  const time = `${new Date(event.timeMs).toISOString().slice(0, 19)}Z`;
  return (
    `{"version":"0","id":"${random.uuid()}","detail-type":"${kind}","source":"aws.${service}","account":"${event.account}",` +
    `"time":"${time}","region":"${event.region}","resources":[],"detail":${event.text}}`
  );
}

/** One CloudWatch Logs subscription payload of an EKS control plane, as a Lambda function gets it. */
export function subscriptionPayload(cluster: string, account: string, events: readonly SimulatedEvent[], random: Random): string {
  const logEvents = events.map(({ timeMs, text }) => {
    // 56 digits, time first, as CloudWatch numbers its events
    const id = `${timeMs}${String(random.next()).padStart(10, '0')}${String(random.next()).padStart(10, '0')}`.padEnd(56, '0');
    return `{"id":"${id}","timestamp":${timeMs},"message":${JSON.stringify(text)}}`;
  });
  const data =
    `{"messageType":"DATA_MESSAGE","owner":"${account}","logGroup":"/aws/eks/${cluster}/cluster",` +
    `"logStream":"kube-apiserver-audit-7d1f3c5b9a2e4d6f8091a2b3c4d5e6f7","subscriptionFilters":["driftwire"],"logEvents":[${logEvents.join(',')}]}`;
  return `{"awslogs":{"data":"${gzip(data).toString('base64')}"}}`;
}
