/**
 * Which objects a message tells to have been written: S3's own notice, the same through SNS or EventBridge, and CloudTrail's notice to a
 * topic. The message itself is counted by the reader like any other; this only says what is to be fetched because of it.
 */

/** An object that was written. */
export interface NoticedObject {
  readonly bucket: string;
  /** As S3 knows it, not URL-encoded. */
  readonly key: string;
}

/** Envelopes around a notice: SNS in SQS, twice where one topic feeds another. */
const MAX_ENVELOPES = 3;

/** The objects that a message's text tells of, each once, in its order; none for every other message. */
export function objectsNoticedIn(body: string): readonly NoticedObject[] {
  const objects = new Map(noticedIn(body, 0).map((object) => [`${object.bucket}/${object.key}`, object]));
  return [...objects.values()];
}

function noticedIn(text: string, level: number): readonly NoticedObject[] {
  const value = parse(text);
  if (value === undefined) return [];
  // Only AWS itself can send with this source; see `core/decode/eventbridge.ts`.
  if (value['source'] === 'aws.s3') return value['detail-type'] === 'Object Created' ? ofEvent(value['detail']) : [];
  if (Array.isArray(value['Records'])) return value['Records'].flatMap(ofRecord);
  if (Array.isArray(value['s3ObjectKey'])) return value['s3ObjectKey'].flatMap((key: unknown) => named(value['s3Bucket'], key));
  const message = value['Message'];
  return typeof message === 'string' && level < MAX_ENVELOPES ? noticedIn(message, level + 1) : [];
}

/** Copies and uploads in parts are created objects as well; restores and removals are not. */
function ofRecord(record: unknown): readonly NoticedObject[] {
  if (!isRecord(record) || record['eventSource'] !== 'aws:s3' || !isRecord(record['s3'])) return [];
  if (!String(record['eventName']).startsWith('ObjectCreated:')) return [];
  const { bucket, object } = record['s3'];
  const key = isRecord(object) ? decoded(object['key']) : undefined;
  return isRecord(bucket) ? named(bucket['name'], key) : [];
}

/**
 * The key of an S3 notice is URL-encoded, with `+` for a blank; that of an EventBridge event is not. One that is no such encoding was written by
 * another program, and is taken as it stands: that there is no such object is then seen and told.
 */
function decoded(key: unknown): unknown {
  try {
    return typeof key === 'string' ? decodeURIComponent(key.replaceAll('+', ' ')) : undefined;
  } catch {
    return key;
  }
}

function ofEvent(detail: unknown): readonly NoticedObject[] {
  if (!isRecord(detail) || !isRecord(detail['bucket']) || !isRecord(detail['object'])) return [];
  return named(detail['bucket']['name'], detail['object']['key']);
}

function named(bucket: unknown, key: unknown): readonly NoticedObject[] {
  return typeof bucket === 'string' && typeof key === 'string' && bucket !== '' && key !== '' ? [{ bucket, key }] : [];
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
