import type { Timing } from '../clients/retry.ts';
import { deliverTo } from '../core/deliver/deliver.ts';
import { deliveryIncrements } from '../core/deliver/delivery-increments.ts';
import { parseDelivery } from '../core/deliver/delivery-text.ts';
import type { DeliveryResult } from '../core/model/delivery-result.ts';
import type { Log } from '../core/model/log.ts';
import type { PendingEntry, Settlement, Sink, Spool } from '../core/ports.ts';

/** What is taken out of the spool at once. */
const MAX_ENTRIES = 500;
const MAX_BYTES = 8 * 1024 * 1024;
/** How long an empty spool is left alone when nobody says that something came, in ms. */
const IDLE_MS = 5_000;
/** Bounds of the wait for a sink that took nothing, in ms. */
const LEAST_WAIT_MS = 500;
const MOST_WAIT_MS = 60_000;

export interface OutboxOptions {
  readonly sink: Sink;
  readonly spool: Spool;
  /** False for the ledger, which is part of this machine: its deliveries are the numbers themselves. */
  readonly isCounted: boolean;
  readonly log: Log;
  readonly timing: Timing;
}

/** Works off what the spool holds for one sink, oldest first; what a sink cannot take yet waits, and does not hold up the rest. */
export class Outbox {
  readonly #options: OutboxOptions;
  #wake: () => void = () => undefined;
  #isWoken = false;
  /** Entries up to here were put off and are asked again when the wait is over. */
  #afterSeq = 0;
  #retryAtMs = Number.POSITIVE_INFINITY;
  #told = '';

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Says that there may be something new. */
  wake(): void {
    this.#isWoken = true;
    this.#wake();
  }

  /** Works until the signal fires; ends after the delivery under way. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waitMs = await this.#step(signal);
      if (waitMs > 0) await this.#sleep(waitMs, signal);
    }
  }

  /** One batch; gives how long to wait before the next. */
  async #step(signal: AbortSignal): Promise<number> {
    const { spool, sink, log } = this.#options;
    try {
      const pending = await spool.pending(sink.name, { maxEntries: MAX_ENTRIES, maxBytes: MAX_BYTES, afterSeq: this.#afterSeq });
      return pending.length === 0 ? this.#waitAtEnd() : await this.#deliver(pending, signal);
    } catch (cause) {
      // the store is busy or its disk full; what waits is not lost
      log('error', 'deliveries wait: the store cannot be used at the moment', { sink: sink.name, error: cause });
      return MOST_WAIT_MS / 4;
    }
  }

  #waitAtEnd(): number {
    const waitMs = this.#retryAtMs - this.#options.timing.now();
    this.#afterSeq = 0;
    this.#retryAtMs = Number.POSITIVE_INFINITY;
    return Math.min(Math.max(waitMs, LEAST_WAIT_MS), IDLE_MS);
  }

  async #deliver(pending: readonly PendingEntry[], signal: AbortSignal): Promise<number> {
    const { spool, sink, isCounted, timing } = this.#options;
    const read = pending.map(({ seq, body }) => ({ seq, delivery: parseDelivery(body) }));
    const unreadable: readonly Settlement[] = read.flatMap(({ seq, delivery }) =>
      delivery === undefined ? [{ seq, kind: 'refused', reason: 'invalid: no version up to this one wrote it' }] : [],
    );
    const readable = read.flatMap(({ seq, delivery }) => (delivery === undefined ? [] : [{ seq, delivery }]));
    const results = await deliverTo(
      sink,
      readable.map(({ delivery }) => delivery),
      { signal },
    );
    const answered = readable.flatMap((entry, index) => {
      const result = results[index];
      return result === undefined ? [] : [{ ...entry, result }];
    });
    const settlements = [...unreadable, ...answered.flatMap(({ seq, result }) => settlementOf(seq, result))];
    // not merged: the delays of many old events would be more than one increment may hold
    await spool.settle(
      sink.name,
      settlements,
      isCounted ? answered.flatMap(({ delivery, result }) => deliveryIncrements(sink.name, delivery, result, timing.now())) : [],
    );
    const putOff = answered.flatMap(({ result }) => waiting(result));
    if (putOff.length === 0) return this.#recovered();
    for (const result of putOff) this.#tell(result);
    const waitMs = Math.max(
      LEAST_WAIT_MS,
      Math.min(MOST_WAIT_MS, ...putOff.map((result) => (result.kind === 'later' ? result.afterMs : MOST_WAIT_MS))),
    );
    if (settlements.length === 0) return this.#startOver(waitMs); // the sink takes nothing: what comes behind would fare no better
    this.#afterSeq = pending.at(-1)?.seq ?? 0;
    this.#retryAtMs = Math.min(this.#retryAtMs, this.#options.timing.now() + waitMs);
    return 0;
  }

  #startOver(waitMs: number): number {
    this.#afterSeq = 0;
    this.#retryAtMs = Number.POSITIVE_INFINITY;
    return waitMs;
  }

  #recovered(): number {
    if (this.#told !== '' && this.#afterSeq === 0) {
      this.#told = '';
      this.#options.log('info', 'the sink takes deliveries again', { sink: this.#options.sink.name });
    }
    return 0;
  }

  /** Said once, until the sink works again or says something else. */
  #tell(result: Waiting): void {
    if (result.message === this.#told || result.reason === 'stopped' || result.reason === 'queued') return;
    this.#told = result.message;
    const { log, sink } = this.#options;
    const isLoud = result.kind === 'refused';
    log(isLoud ? 'error' : 'warn', isLoud ? 'the sink refuses this sender; the findings wait' : 'the sink is asked again later', {
      sink: sink.name,
      reason: result.reason,
      said: result.message,
    });
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#isWoken && this.#told === '') {
      this.#isWoken = false;
      return;
    }
    const ended = new AbortController();
    const end = (): void => ended.abort();
    // a sink that asked to be left alone is not asked again because something new has come
    this.#wake = this.#told === '' ? end : () => undefined;
    signal.addEventListener('abort', end, { once: true });
    await this.#options.timing.sleep(ms, ended.signal);
    signal.removeEventListener('abort', end);
    this.#isWoken = false;
    this.#wake = () => undefined;
  }
}

type Waiting = Exclude<DeliveryResult, { kind: 'delivered' }>;

/** The result itself when the entry is handed in again, because nobody has said a last word about it. */
function waiting(result: DeliveryResult): readonly Waiting[] {
  return result.kind === 'later' || (result.kind === 'refused' && !result.permanent) ? [result] : [];
}

function settlementOf(seq: number, result: DeliveryResult): readonly Settlement[] {
  if (result.kind === 'delivered') return [{ seq, kind: 'delivered' }];
  return result.kind === 'refused' && result.permanent ? [{ seq, kind: 'refused', reason: `${result.reason}: ${result.message}` }] : [];
}
