import { recordIncrements } from './deliver/ledger.ts';
import { mergeIncrements } from './deliver/merge-increments.ts';
import type { DropReason } from './errors.ts';
import type { Delivery } from './model/delivery.ts';
import type { Prefilter } from './model/facts.ts';
import type { FindingSource } from './model/finding.ts';
import type { Decoded, EventSource, Failure } from './model/raw-record.ts';
import type { Detector } from './pipeline.ts';
import type { Increment, Receiver, Total } from './ports.ts';

/** How many items that could not be read are told one by one; all are counted. */
const MAX_FAILURES = 20;

/** What a batch of records came to: what is to be delivered, and what is counted with its acknowledgement. */
export interface IntakeBatch {
  readonly deliveries: readonly Delivery[];
  /** What was dropped and what failed. */
  readonly increments: readonly Increment[];
  /** Time of the newest event of each source. */
  readonly levels: readonly Total[];
  readonly records: number;
  readonly failed: number;
  /** Lines that are no JSON at all; they are dropped, and a batch of nothing else is none. */
  readonly textLines: number;
  /** The first items that could not be read. */
  readonly failures: readonly Failure[];
}

/** Takes the records of one batch - a request, a piece of a followed file, a queue's messages - and sums up what they came to. */
export class Intake implements Receiver {
  readonly prefilter: Prefilter | undefined;
  readonly #detector: Detector;
  readonly #ingest: Delivery['ingest'];
  readonly #deliveries: Delivery[] = [];
  readonly #increments: Increment[] = [];
  readonly #newest = new Map<FindingSource, number>();
  readonly #failures: Failure[] = [];
  #records = 0;
  #failed = 0;
  #textLines = 0;
  #recordChars = 0;

  /**
   * @param ingest - Says that this source tells of events late; see `Delivery`.
   */
  constructor(detector: Detector, ingest?: Delivery['ingest']) {
    this.#detector = detector;
    this.#ingest = ingest;
    this.prefilter = detector.prefilter;
  }

  /** Events that made findings so far. */
  get events(): number {
    return this.#deliveries.length;
  }

  /** Length of their records' texts, in UTF-16 units. */
  get recordChars(): number {
    return this.#recordChars;
  }

  take(item: Decoded): void {
    this.#records++;
    const judgement = this.#detector.judge(item);
    if (judgement.kind === 'failed') {
      const { source, code, hint, origin } = judgement;
      this.#failed++;
      this.#increments.push(...recordIncrements(source ?? 'unknown', { kind: 'failed', code }));
      if (this.#failures.length < MAX_FAILURES) this.#failures.push({ kind: 'failed', code, hint, origin });
      return;
    }
    if (judgement.kind === 'event') {
      const { delivery } = judgement;
      const [{ finding, timeMs }] = delivery.findings;
      this.#saw(finding.source, timeMs);
      this.#recordChars += delivery.findings[0].recordText.length;
      this.#deliveries.push(this.#ingest === undefined ? delivery : { ...delivery, ingest: this.#ingest });
    } else {
      const { reason, event } = judgement;
      if (event !== undefined) this.#saw(event.source, event.timeMs);
      if (reason === 'text_line') this.#textLines++;
      this.#increments.push(...recordIncrements(event?.source ?? 'unknown', { kind: 'dropped', reason }));
    }
  }

  #saw(source: FindingSource, timeMs: number): void {
    this.#newest.set(source, Math.max(this.#newest.get(source) ?? 0, timeMs));
  }

  skipped(source: EventSource, reason: DropReason): void {
    this.#records++;
    this.#detector.passed(source);
    this.#increments.push(...recordIncrements(source, { kind: 'dropped', reason }));
  }

  /** What has been taken so far. */
  batch(): IntakeBatch {
    return {
      deliveries: this.#deliveries,
      increments: mergeIncrements(this.#increments),
      levels: [...this.#newest].map(([source, timeMs]) => ({
        metric: 'driftwire_last_event_timestamp_seconds',
        labels: { source },
        value: Math.floor(timeMs / 1000),
      })),
      records: this.#records,
      failed: this.#failed,
      textLines: this.#textLines,
      failures: this.#failures,
    };
  }
}
