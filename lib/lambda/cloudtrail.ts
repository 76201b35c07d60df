/** The work of `functions/cloudtrail`: messages with CloudTrail events, and with notices of the objects that a trail writes. */
import type { S3 } from '../clients/aws-s3.ts';
import { SYSTEM_TIMING, type Timing } from '../clients/retry.ts';
import { functionEnvironment } from '../config/env.ts';
import { DriftwireError } from '../core/errors.ts';
import { Intake } from '../core/intake.ts';
import type { Detector } from '../core/pipeline.ts';
import type { Chunks } from '../sources/inflate.ts';
import { DEFAULT_LIMITS } from '../sources/limits.ts';
import { readInput } from '../sources/read-input.ts';
import { type NoticedObject, objectsNoticedIn } from '../sources/s3-notice.ts';
import { HeldCounts } from './counts.ts';
import { openDetector } from './detector.ts';
import { asideQueue, findingsQueue, functionLog } from './function-parts.ts';
import { inTime } from './in-time.ts';
import { readBody } from './read-body.ts';
import { type InvocationLimits, Reading, type ReadingParts } from './reading.ts';
import { readSettings } from './settings.ts';
import { isOfTrail, looksLikeTrail, type Trail, trailObjectKind } from './trail-object.ts';

/** One message of the queue, as Lambda hands it over. */
export interface QueuedMessage {
  readonly messageId: string;
  readonly body: string;
}

export interface CloudTrailParts extends Omit<ReadingParts, 'timing'> {
  readonly detector: Detector;
  readonly timing: Timing;
  /** Whose objects are read; undefined: notices are counted and nothing is fetched. */
  readonly trail: Trail | undefined;
  /** Makes the client when the first object is fetched. */
  readonly openS3: () => Promise<S3>;
}

/** Longest name of an object in a line of the log: a key of S3 has at most 1,024 bytes. */
const MAX_NAME = 1_200;

/** What S3 says no to; without the right to list a bucket it says the same of an object that is gone. */
const DENIED =
  ': if it is encrypted with a key of your own, name the key under aws.cloudtrail.kms_key_arn; a bucket or key of another account must let the role of this function in';

/** How long S3 may send nothing in the middle of an object, in ms. */
const STALLED_MS = 10_000;

/** Reads batches of messages. */
export class CloudTrailWork {
  readonly #parts: CloudTrailParts;
  #s3: Promise<S3> | undefined;
  #hasToldForeign = false;

  constructor(parts: CloudTrailParts) {
    this.#parts = parts;
  }

  /** Works off a batch; never rejects. @returns the ids of the messages that must come again. */
  async run(messages: readonly QueuedMessage[], limits: InvocationLimits): Promise<ReadonlySet<string>> {
    const reading = new Reading(this.#parts, limits);
    for (const { messageId, body } of messages) {
      reading.begin(messageId, () => body);
      await this.#read(messageId, body, reading).catch((cause: unknown) => reading.fail(messageId, textOf(cause)));
    }
    return reading.finish();
  }

  async #read(id: string, body: string, reading: Reading): Promise<void> {
    if (reading.isOver) throw outOfTime();
    const intake = new Intake(this.#parts.detector);
    readBody(id, body, intake);
    reading.add(id, intake.batch());
    const { trail } = this.#parts;
    if (trail === undefined) return;
    for (const object of objectsNoticedIn(body)) {
      if (isOfTrail(object, trail)) await this.#readObject(id, object, reading);
      else this.#leave(object, trail);
    }
    await reading.between();
  }

  /** Every notice that is left alone would look like a quiet trail if the configuration named another bucket or prefix than the trail has. */
  #leave({ bucket, key }: NoticedObject, trail: Trail): void {
    if (this.#hasToldForeign || !looksLikeTrail(key)) return;
    this.#hasToldForeign = true;
    this.#parts.log('warn', 'objects of another trail than aws.cloudtrail names are left alone; this is told once', {
      object: `s3://${bucket}/${key}`.slice(0, MAX_NAME),
      bucket: trail.bucket,
      prefix: trail.prefix ?? '',
    });
  }

  /** An object is told of minutes after its events: they are late, whatever their age. */
  async #readObject(id: string, object: NoticedObject, reading: Reading): Promise<void> {
    if (reading.isOver) throw outOfTime();
    const name = `s3://${object.bucket}/${object.key}`;
    let intake = new Intake(this.#parts.detector, 'backfill');
    const kind = trailObjectKind(object.key);
    if (kind !== 'events') {
      intake.take({ kind: 'dropped', reason: kind, origin: { input: name, line: 1, path: '' } });
      reading.add(id, intake.batch());
      return;
    }
    const receiver = {
      take: (item: Parameters<Intake['take']>[0]) => intake.take(item),
      skipped: (...skipped: Parameters<Intake['skipped']>) => intake.skipped(...skipped),
      prefilter: intake.prefilter,
    };
    let isEmpty = true;
    const put = async (): Promise<void> => {
      isEmpty = false;
      reading.add(id, intake.batch());
      intake = new Intake(this.#parts.detector, 'backfill');
      await reading.between();
      if (reading.isOver) throw outOfTime();
    };
    const chunks = await this.#chunksOf(object);
    if (chunks === undefined) {
      const hint = 'the object is not there: it was deleted before it was read';
      intake.take({ kind: 'failed', code: 'unreadable', hint, origin: { input: name, line: 1, path: '' } });
    } else
      await readInput(
        name,
        inParts(chunks, put, () => reading.leftMs),
        receiver,
        DEFAULT_LIMITS,
      );
    if (chunks !== undefined && isEmpty) {
      intake.take({ kind: 'failed', code: 'unreadable', hint: 'the object is empty', origin: { input: name, line: 1, path: '' } });
    }
    reading.add(id, intake.batch());
  }

  /** Undefined for an object that is not there. */
  async #chunksOf(object: NoticedObject): Promise<Chunks | undefined> {
    try {
      this.#s3 ??= this.#parts.openS3();
      const s3 = await this.#s3;
      return await s3.object(object);
    } catch (cause) {
      if (cause instanceof Error && (cause.name === 'NoSuchKey' || cause.name === 'NoSuchBucket')) return undefined;
      const isDenied = cause instanceof Error && cause.name === 'AccessDenied';
      const name = `s3://${object.bucket}/${object.key}`.slice(0, MAX_NAME);
      throw new DriftwireError('DW_INPUT_UNREADABLE', `${name} cannot be read${isDenied ? DENIED : ''}`, { retryable: true, cause });
    }
  }
}

/** Opens the function: settings, rules, queues. Loads no SDK. */
export function openCloudTrail(): CloudTrailWork {
  const log = functionLog();
  const settings = readSettings(functionEnvironment().configHash);
  const trail = settings.config.aws?.cloudtrail;
  return new CloudTrailWork({
    name: 'cloudtrail',
    detector: openDetector(settings, log),
    findings: findingsQueue(),
    aside: asideQueue(),
    counts: new HeldCounts(),
    timing: SYSTEM_TIMING,
    log,
    trail: trail === undefined ? undefined : { bucket: trail.bucket, prefix: trail.prefix },
    openS3: async () => (await import('../clients/aws-s3.ts')).s3(),
  });
}

/** The pieces of an object; a connection that breaks, or on which nothing comes any more, is no damage of the object, and the message comes again. */
async function* inParts(chunks: Chunks, put: () => Promise<void>, leftMs: () => number): AsyncGenerator<Uint8Array> {
  const pieces = chunks[Symbol.asyncIterator as keyof Chunks] === undefined ? asyncOf(chunks) : (chunks as AsyncIterable<Uint8Array>);
  const iterator = pieces[Symbol.asyncIterator]();
  for (;;) {
    const next = await inTime(iterator.next(), Math.min(STALLED_MS, leftMs())).catch((cause: unknown) => {
      // Lets go of the connection; nobody waits for one that has nothing to say.
      void iterator.return?.().catch(() => undefined);
      throw new DriftwireError('DW_INPUT_UNREADABLE', 'the connection to S3 broke while an object was read', { retryable: true, cause });
    });
    if (next.done === true) return;
    yield next.value;
    await put();
  }
}

async function* asyncOf(chunks: Chunks): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

function outOfTime(): DriftwireError {
  return new DriftwireError('DW_INTERNAL', 'no time was left in this invocation', { retryable: true });
}

/** Code, message and the first cause; nothing of the message itself. */
function textOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const inner = cause.cause instanceof Error ? ` (${cause.cause.name}: ${cause.cause.message})` : '';
  return `${cause.name}: ${cause.message}${inner}`;
}
