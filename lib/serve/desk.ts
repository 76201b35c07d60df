/** Where records come in: each batch is decided, and what it came to is on the disk before the batch is acknowledged (architecture §4). */
import type { Timing } from '../clients/retry.ts';
import { asAccepted } from '../core/deliver/accepted.ts';
import { deliveryText } from '../core/deliver/delivery-text.ts';
import { recordIncrements } from '../core/deliver/ledger.ts';
import { notAfter } from '../core/deliver/not-after.ts';
import { Intake, type IntakeBatch } from '../core/intake.ts';
import type { Delivery } from '../core/model/delivery.ts';
import type { Failure } from '../core/model/raw-record.ts';
import type { Detector } from '../core/pipeline.ts';
import type { Acceptance, Receiver, Spool, SpoolEntry } from '../core/ports.ts';
import type { Chunks } from '../sources/inflate.ts';
import { DEFAULT_LIMITS } from '../sources/limits.ts';
import { readInput } from '../sources/read-input.ts';
import type { ReadContext } from '../sources/reader.ts';

/** A batch is put down in parts of so many events, or so many characters of their records: a body may hold any number. */
const PART_EVENTS = 500;
const PART_CHARS = 8 * 1024 * 1024;
/** How long a source that can wait does so before it asks a full spool again, in ms. */
const FULL_WAIT_MS = 1_000;

/** What a batch holds. */
export interface BatchCounts {
  readonly records: number;
  readonly failed: number;
  /** Lines that are no JSON at all. */
  readonly textLines: number;
}

/** One batch: a request's body, a piece of a followed file. */
export interface Batch {
  /** As messages name it. */
  readonly name: string;
  readonly chunks: Chunks;
  readonly context: ReadContext;
  readonly ingest?: Delivery['ingest'];
  /** How far its input has been read, committed with the last part; undefined: nothing of that part may be kept. */
  readonly cursor?: (counts: BatchCounts) => { readonly name: string; readonly value: string } | undefined;
  /** Waits for room in the spool instead of giving up. */
  readonly waitsForRoom: boolean;
  /** Ends waiting. */
  readonly signal?: AbortSignal;
}

/** What became of a batch. */
export type Receipt =
  | (BatchCounts & {
      readonly kind: 'accepted';
      /** Events that made findings and were not known. */
      readonly events: number;
      readonly repeated: number;
      readonly failures: readonly Failure[];
    })
  /** The spool had no room: what was kept of it counts, and the batch must come again. */
  | { readonly kind: 'full'; readonly usedBytes: number; readonly limitBytes: number }
  /** Its cursor said that nothing is to be kept, or the wait was ended. */
  | { readonly kind: 'left' };

export interface DeskOptions {
  readonly detector: Detector;
  readonly spool: Pick<Spool, 'accept'>;
  /** Names of the sinks that must have each event. */
  readonly sinks: readonly string[];
  /** Told when there is something new for the sinks. */
  readonly onAccepted: () => void;
  readonly timing: Timing;
}

/** Takes batches, any number at a time. */
export class Desk {
  readonly #options: DeskOptions;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /**
   * Reads, decides and puts down one batch.
   *
   * @throws What the chunks throw (nothing after the last complete part is kept), and `DriftwireError` of the store.
   */
  async take(batch: Batch): Promise<Receipt> {
    return new BatchRun(batch, this.#options).run();
  }
}

type Putting = Exclude<Receipt, { kind: 'accepted' }>;

/** One batch on its way. */
class BatchRun {
  readonly #batch: Batch;
  readonly #options: DeskOptions;
  #intake: Intake;
  #counts: BatchCounts = { records: 0, failed: 0, textLines: 0 };
  #events = 0;
  #repeated = 0;
  #failures: readonly Failure[] = [];
  #stop: Putting | undefined;

  constructor(batch: Batch, options: DeskOptions) {
    this.#batch = batch;
    this.#options = options;
    this.#intake = this.#newIntake();
  }

  async run(): Promise<Receipt> {
    const { name, context } = this.#batch;
    const receiver: Receiver = {
      take: (item) => this.#intake.take(item),
      skipped: (source, reason) => this.#intake.skipped(source, reason),
      prefilter: this.#intake.prefilter,
    };
    await readInput(name, this.#chunks(), receiver, DEFAULT_LIMITS, context);
    if (this.#stop === undefined) await this.#put(true);
    if (this.#stop !== undefined) return this.#stop;
    return {
      kind: 'accepted',
      ...this.#counts,
      events: this.#events,
      repeated: this.#repeated,
      failures: this.#failures,
    };
  }

  /** The input's pieces; between two of them a part that has grown large is put down. */
  async *#chunks(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#batch.chunks) {
      yield chunk;
      if (this.#intake.events >= PART_EVENTS || this.#intake.recordChars >= PART_CHARS) await this.#put(false);
      if (this.#stop !== undefined) return;
    }
  }

  async #put(isLast: boolean): Promise<void> {
    const part = this.#intake.batch();
    const before = this.#counts;
    const counts: BatchCounts = {
      records: before.records + part.records,
      failed: before.failed + part.failed,
      textLines: before.textLines + part.textLines,
    };
    const cursor = isLast ? this.#batch.cursor?.(counts) : undefined;
    if (isLast && this.#batch.cursor !== undefined && cursor === undefined) {
      this.#stop = { kind: 'left' };
      return;
    }
    const outcome = await this.#accept(this.#acceptance(part, cursor));
    if ('kind' in outcome) {
      this.#stop = outcome;
      return;
    }
    this.#events += outcome.entries;
    this.#repeated += outcome.repeated;
    this.#counts = counts;
    this.#failures = [...this.#failures, ...part.failures].slice(0, 20);
    this.#intake = this.#newIntake();
  }

  async #accept(acceptance: Acceptance): Promise<Putting | { readonly entries: number; readonly repeated: number }> {
    const { spool, onAccepted, timing } = this.#options;
    const { signal, waitsForRoom } = this.#batch;
    for (;;) {
      const outcome = await spool.accept(acceptance);
      if (outcome.kind === 'accepted') {
        if (outcome.entries > 0) onAccepted();
        return { entries: outcome.entries, repeated: outcome.repeated };
      }
      if (!waitsForRoom) return outcome;
      await timing.sleep(FULL_WAIT_MS, signal);
      if (signal?.aborted === true) return { kind: 'left' };
    }
  }

  #acceptance(
    { deliveries, increments, levels }: IntakeBatch,
    cursor: { readonly name: string; readonly value: string } | undefined,
  ): Acceptance {
    return {
      entries: deliveries.map((delivery) => entryOf(asAccepted(delivery, this.#options.timing.now()))),
      sinks: this.#options.sinks,
      cursors: cursor === undefined ? [] : [cursor],
      increments,
      levels: levels.map((level) => notAfter(level, this.#options.timing.now())),
    };
  }

  #newIntake(): Intake {
    return new Intake(this.#options.detector, this.#batch.ingest);
  }
}

function entryOf(delivery: Delivery): SpoolEntry {
  const { source } = delivery.findings[0].finding;
  return { key: delivery.key, body: deliveryText(delivery), onRepeat: recordIncrements(source, { kind: 'duplicate' }) };
}
