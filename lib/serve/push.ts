/** Delivers what a scan finds, while it scans: to the ledger of the state folder and to every configured sink. Run again, nothing doubles. */
import type { Timing } from '../clients/retry.ts';
import type { Counting } from '../core/deliver/counting.ts';
import { deliverTo } from '../core/deliver/deliver.ts';
import { deliveryIncrements } from '../core/deliver/delivery-increments.ts';
import { LedgerSink } from '../core/deliver/ledger-sink.ts';
import type { Delivery } from '../core/model/delivery.ts';
import type { DeliveryResult } from '../core/model/delivery-result.ts';
import type { Ledger, Sink } from '../core/ports.ts';
import type { RemoteWriteSink } from '../sinks/remote-write.ts';

/** Events that are handed over at once. */
const BATCH_EVENTS = 500;
/** How long what a sink puts off is tried again, in ms; what it has not taken by then is told. */
const PATIENCE_MS = 60_000;
const LEAST_WAIT_MS = 250;
const MINUTE_MS = 60_000;

/** What one sink made of everything that was pushed. */
export interface PushResult {
  readonly sink: string;
  readonly delivered: number;
  /** It will never take these. */
  readonly refused: number;
  /** It did not take these in time. */
  readonly waiting: number;
  /** Why not, in the sink's words; the first that it said. */
  readonly said: string | undefined;
}

export interface PusherOptions {
  readonly ledger: Ledger;
  /** Counts in that ledger. `loose`: whether the same file is scanned again is nobody's promise. */
  readonly counting: Counting;
  readonly sinks: readonly Sink[];
  readonly remoteWrite: RemoteWriteSink | undefined;
  readonly timing: Timing;
}

interface Tally {
  delivered: number;
  refused: number;
  waiting: number;
  said: string | undefined;
}

/** Takes deliveries in the order of the input. */
export class Pusher {
  readonly #options: PusherOptions;
  readonly #sinks: readonly Sink[];
  readonly #tallies = new Map<string, Tally>();
  #batch: Delivery[] = [];

  constructor(options: PusherOptions) {
    this.#options = options;
    this.#sinks = [new LedgerSink(options.ledger, undefined, options.counting), ...options.sinks];
    for (const { name } of this.#sinks) this.#tallies.set(name, { delivered: 0, refused: 0, waiting: 0, said: undefined });
  }

  /** Notes the totals before anything is counted, so that the first event is an increase like any other. */
  async begin(): Promise<void> {
    await this.#options.remoteWrite?.begin(this.#boundaryMs());
  }

  add(delivery: Delivery): void {
    // a scan of a log tells of events late, whatever their age: see `Delivery.ingest`
    this.#batch.push({ ...delivery, ingest: 'backfill' });
  }

  /** Hands over what has gathered, when it is enough. */
  async between(): Promise<void> {
    while (this.#batch.length >= BATCH_EVENTS) await this.#push(this.#batch.splice(0, BATCH_EVENTS));
  }

  /** Hands over the rest, writes the totals, and tells what became of everything. */
  async finish(signal: AbortSignal): Promise<readonly PushResult[]> {
    while (this.#batch.length > 0) await this.#push(this.#batch.splice(0, BATCH_EVENTS));
    const results = [...this.#tallies].map(([sink, tally]) => ({ sink, ...tally }));
    const { remoteWrite } = this.#options;
    return remoteWrite === undefined ? results : [...results, await this.#flush(remoteWrite, signal)];
  }

  async #push(batch: readonly Delivery[]): Promise<void> {
    await Promise.all(this.#sinks.map((sink) => this.#pushTo(sink, batch)));
  }

  /** Each sink on its own: what one does not take holds up no other. */
  async #pushTo(sink: Sink, batch: readonly Delivery[]): Promise<void> {
    const { timing, ledger } = this.#options;
    const endMs = timing.now() + PATIENCE_MS;
    for (let left = batch; left.length > 0; ) {
      const results = await deliverTo(sink, left, {});
      const answered = left.flatMap((delivery, index) => {
        const result = results[index];
        return result === undefined ? [] : [{ delivery, result }];
      });
      if (sink.name !== 'ledger') {
        await ledger.add(answered.flatMap(({ delivery, result }) => deliveryIncrements(sink.name, delivery, result, timing.now())));
      }
      const isOver = timing.now() >= endMs;
      const later = answered.filter(({ result }) => result.kind === 'later' && !isOver);
      for (const { result } of answered) if (result.kind !== 'later' || isOver) this.#count(sink.name, result);
      left = later.map(({ delivery }) => delivery);
      const waitMs = Math.min(...later.map(({ result }) => (result.kind === 'later' ? result.afterMs : 0)));
      if (left.length > 0) await timing.sleep(Math.min(Math.max(waitMs, LEAST_WAIT_MS), Math.max(endMs - timing.now(), 0)));
    }
  }

  #count(sink: string, result: DeliveryResult): void {
    const tally = this.#tallies.get(sink);
    if (tally === undefined) return;
    if (result.kind === 'delivered') tally.delivered++;
    else if (result.kind === 'refused' && result.permanent) tally.refused++;
    else tally.waiting++;
    if (result.kind !== 'delivered') tally.said ??= `${result.reason}: ${result.message}`;
  }

  /** The totals at the last minute boundary; when that has been written already, at the next one. */
  async #flush(sink: RemoteWriteSink, signal: AbortSignal): Promise<PushResult> {
    const { timing } = this.#options;
    const tell = (delivered: number, refused: number, waiting: number, said?: string): PushResult => ({
      sink: sink.name,
      delivered,
      refused,
      waiting,
      said,
    });
    for (;;) {
      const boundaryMs = this.#boundaryMs();
      const result = await sink.flush(boundaryMs, { deadlineMs: timing.now() + PATIENCE_MS, signal });
      if (result.kind === 'delivered') return tell(1, result.refused.length, 0, result.refused[0]?.said);
      if (result.kind !== 'taken') return tell(0, 0, 1, `${result.reason}: ${result.message}`);
      await timing.sleep(boundaryMs + MINUTE_MS - timing.now(), signal);
      if (signal.aborted) return tell(0, 0, 1, 'ended before the next minute');
    }
  }

  #boundaryMs(): number {
    return Math.floor(this.#options.timing.now() / MINUTE_MS) * MINUTE_MS;
  }
}
