/** The work of `functions/eks-audit`: payloads of a CloudWatch Logs subscription, directly or as records of a Kinesis stream. */
import { SYSTEM_TIMING } from '../clients/retry.ts';
import { functionEnvironment } from '../config/env.ts';
import { DriftwireError } from '../core/errors.ts';
import { Intake } from '../core/intake.ts';
import type { Detector } from '../core/pipeline.ts';
import { HeldCounts } from './counts.ts';
import { openDetector } from './detector.ts';
import { asideQueue, findingsQueue, functionLog } from './function-parts.ts';
import { readBody } from './read-body.ts';
import { type InvocationLimits, Reading, type ReadingParts } from './reading.ts';
import { readSettings } from './settings.ts';

/** One record of a stream, as Lambda hands it over. */
export interface StreamRecord {
  readonly kinesis: { readonly sequenceNumber: string; readonly data: string };
}

export interface EksAuditParts extends ReadingParts {
  readonly detector: Detector;
}

const PAYLOAD = 'payload';

/** Reads payloads. */
export class EksAuditWork {
  readonly #parts: EksAuditParts;

  constructor(parts: EksAuditParts) {
    this.#parts = parts;
  }

  /**
   * Works off what a subscription sent. There is no answer for parts of it.
   *
   * @throws {DriftwireError} retryable, when something of it must come again: Lambda tries twice more, then it goes to the failure destination.
   */
  async runPayload(data: string, limits: InvocationLimits): Promise<void> {
    const reading = new Reading(this.#parts, limits);
    const body = JSON.stringify({ awslogs: { data } });
    reading.begin(PAYLOAD, () => body);
    reading.add(PAYLOAD, this.#read(PAYLOAD, body));
    const failed = await reading.finish();
    if (failed.size > 0) throw new DriftwireError('DW_INTERNAL', 'the payload was not worked off', { retryable: true });
  }

  /**
   * Works off whatever the function was invoked with.
   *
   * @returns the sequence number from which on a stream comes again.
   * @throws {DriftwireError} as `runPayload`, and `DW_DECODE_CORRUPT` for an event that is neither: it can only be a fault of the deployment.
   */
  async run(event: unknown, limits: InvocationLimits): Promise<string | undefined> {
    if (isPayload(event)) {
      await this.runPayload(event.awslogs.data, limits);
      return undefined;
    }
    if (isStreamEvent(event)) return this.runRecords(event.Records, limits);
    throw new DriftwireError(
      'DW_DECODE_CORRUPT',
      'the event is neither of a log subscription nor of a stream: look at what invokes this function',
    );
  }

  /** Works off records of one shard, in their order. @returns the sequence number from which on they come again. */
  async runRecords(records: readonly StreamRecord[], limits: InvocationLimits): Promise<string | undefined> {
    const reading = new Reading(this.#parts, limits);
    for (const { kinesis } of records) {
      const { sequenceNumber: id, data } = kinesis;
      const body = JSON.stringify({ kinesis: { data } });
      reading.begin(id, () => body);
      if (reading.isOver) reading.fail(id, 'no time was left in this invocation');
      else reading.add(id, this.#read(id, body));
      // A batch of 6 MB holds 100 MB of events: in a flood of changes all of them are findings, and do not fit beside one another.
      await reading.between();
    }
    const failed = await reading.finish(true);
    return records.map(({ kinesis }) => kinesis.sequenceNumber).find((id) => failed.has(id));
  }

  #read(id: string, body: string): ReturnType<Intake['batch']> {
    const intake = new Intake(this.#parts.detector);
    readBody(id, body, intake);
    return intake.batch();
  }
}

function isPayload(event: unknown): event is { readonly awslogs: { readonly data: string } } {
  return isRecord(event) && isRecord(event['awslogs']) && typeof event['awslogs']['data'] === 'string';
}

function isStreamEvent(event: unknown): event is { readonly Records: readonly StreamRecord[] } {
  return isRecord(event) && Array.isArray(event['Records']) && event['Records'].every(isStreamRecord);
}

function isStreamRecord(record: unknown): record is StreamRecord {
  if (!isRecord(record) || !isRecord(record['kinesis'])) return false;
  return typeof record['kinesis']['sequenceNumber'] === 'string' && typeof record['kinesis']['data'] === 'string';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Opens the function: settings, rules, queues. Loads no SDK. */
export function openEksAudit(): EksAuditWork {
  const log = functionLog();
  return new EksAuditWork({
    name: 'eks-audit',
    detector: openDetector(readSettings(functionEnvironment().configHash), log),
    findings: findingsQueue(),
    aside: asideQueue(),
    counts: new HeldCounts(),
    timing: SYSTEM_TIMING,
    log,
  });
}
