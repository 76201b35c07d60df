/**
 * One call of the sink: batches are pushed one after the other, and what Loki answers decides what comes next. Every delivery
 * ends with exactly one result.
 */
import type { HttpClient, HttpOutcome } from '../clients/http.ts';
import { backoffMs, type RetryPolicy, type Timing } from '../clients/retry.ts';
import { retryAfterMs } from '../clients/retry-after.ts';
import {
  isRefusedByChecks,
  judgePush,
  namedLineLimit,
  type PushVerdict,
  type Refused,
  refusalReason,
  refusedOf,
} from '../core/deliver/loki-answer.ts';
import { type Batch, type BatchBounds, batchesOf, halvesOf, type Placed, pushBody } from '../core/deliver/loki-batch.ts';
import { type LokiEntry, type LokiEntryOptions, lokiEntry } from '../core/deliver/loki-entry.ts';
import type { Delivery } from '../core/model/delivery.ts';
import type { DeliveryReason, DeliveryResult } from '../core/model/delivery-result.ts';
import type { SinkNotes } from '../core/ports.ts';
import type { LokiAddress } from './loki-address.ts';
import { lookUp } from './loki-lookup.ts';
import type { LokiMemory } from './loki-memory.ts';
import type { StreamPace } from './loki-pace.ts';
import { answerText, type PushHttp, unansweredReason } from './loki-push.ts';
import type { SinkGate } from './sink-gate.ts';

/** What a call works with. */
export interface LokiRunParts {
  readonly push: PushHttp;
  readonly client: HttpClient;
  readonly address: LokiAddress;
  readonly gate: SinkGate;
  readonly memory: LokiMemory;
  readonly pace: StreamPace;
  readonly timing: Timing;
  readonly retry: RetryPolicy;
  readonly bounds: BatchBounds;
  readonly entry: Omit<LokiEntryOptions, 'maxLineBytes'>;
  readonly patienceMs: number;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** See `DeliverOptions`. */
  readonly notes: SinkNotes | undefined;
  readonly onSettled: (delivery: Delivery, result: DeliveryResult) => void;
}

/** Loki's times are int64: one beyond makes the whole push unreadable. */
const MAX_TIME_NS = 2n ** 63n - 1n;
/** Pushes that one call spends on finding out which entries an unclear answer means. */
const MAX_ISOLATIONS = 256;
/** Entries younger than this are found by a query at once; older ones only when their chunk is written (measured: 2 h 40 min). */
const SURELY_VISIBLE_MS = 2 * 60 * 60 * 1000;
/** When to ask again for an entry that cannot be found yet, in ms. */
const ASK_AGAIN_MS = 60_000;

const DELIVERED: DeliveryResult = { kind: 'delivered' };

/** One call. */
export class LokiRun {
  readonly #parts: LokiRunParts;
  readonly #deliveries: readonly Delivery[];
  readonly #results: (DeliveryResult | undefined)[];
  readonly #queue: Batch[] = [];
  #isolations = 0;
  /** Tries without success in a row, and when the first of them was. */
  #failures = 0;
  #failingSinceMs: number | undefined;
  /** Why the last try failed. */
  #lastFailure: { readonly reason: DeliveryReason; readonly message: string } | undefined;

  constructor(deliveries: readonly Delivery[], parts: LokiRunParts) {
    this.#parts = parts;
    this.#deliveries = deliveries;
    this.#results = deliveries.map(() => undefined);
  }

  /** Works it off; one result for each delivery, in their order. */
  async results(): Promise<readonly DeliveryResult[]> {
    const { barred } = this.#parts.gate;
    if (barred !== undefined) for (const index of this.#deliveries.keys()) this.#settle(index, barred);
    else {
      const placed = this.#deliveries.flatMap((delivery, index) => this.#placed(delivery, index));
      const open = new Set(placed.filter((item) => this.#isOpen(item)));
      const { bounds } = this.#parts;
      this.#queue.push(
        ...batchesOf(
          placed.filter((item) => !open.has(item)),
          bounds,
        ),
      );
      for (const batch of batchesOf([...open], bounds)) await this.#isBehind(batch, 'Loki has called it too far behind before');
    }
    for (let batch = await this.#next(); batch !== undefined; batch = await this.#next()) {
      const stop = await this.#untilOpen();
      if (stop === undefined) await this.#push(batch);
      else this.#settleAll([batch, ...this.#queue.splice(0)], stop);
    }
    return this.#results.map((result) => result ?? { kind: 'later', reason: 'unexpected', message: 'no result', afterMs: 0 });
  }

  /** The first batch whose stream may have more already; where none may, the one that may soonest, when it may. */
  async #next(): Promise<Batch | undefined> {
    const { pace, timing, deadlineMs, signal } = this.#parts;
    let [at, waitMs] = [0, Number.POSITIVE_INFINITY];
    for (const [index, { stream }] of this.#queue.entries()) {
      const ofStreamMs = pace.waitMs(stream);
      if (ofStreamMs < waitMs) [at, waitMs] = [index, ofStreamMs];
      if (waitMs === 0) break;
    }
    const [batch] = this.#queue.splice(at, 1);
    if (batch !== undefined && waitMs > 0) await timing.sleep(Math.max(0, Math.min(waitMs, deadlineMs - timing.now())), signal);
    return batch;
  }

  /** The entry of a delivery; what cannot be made one is refused here, so that it does not spoil the push of others. */
  #placed(delivery: Delivery, index: number): readonly Placed[] {
    const refuse = (reason: DeliveryReason, message: string): readonly Placed[] => {
      this.#settle(index, { kind: 'refused', reason, permanent: true, message });
      return [];
    };
    try {
      const entry = this.#entryOf(delivery);
      if (entry.timeNs > MAX_TIME_NS) return refuse('too_new', 'the event lies beyond the year 2262, which Loki cannot tell');
      if (entry.timeNs < -MAX_TIME_NS) return refuse('too_old', 'the event lies before the year 1678, which Loki cannot tell');
      return [{ entry, index }];
    } catch (cause) {
      return refuse('invalid', `no entry can be made of the event: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }

  #entryOf(delivery: Delivery): LokiEntry {
    return lokiEntry(delivery, { ...this.#parts.entry, maxLineBytes: this.#parts.memory.maxLineBytes });
  }

  /** Waits until something may be sent; a result says that this call will not see it. */
  async #untilOpen(): Promise<DeliveryResult | undefined> {
    const { gate, timing, retry, deadlineMs, signal } = this.#parts;
    const waitMs = gate.notBeforeMs - timing.now();
    const endMs = Math.min(deadlineMs, (this.#failingSinceMs ?? timing.now()) + retry.totalMs);
    if (signal.aborted) return later('stopped', 'ended by the caller', 0);
    if (waitMs > 0 && gate.notBeforeMs > endMs) {
      const { reason, message } = this.#lastFailure ?? { reason: 'paused', message: 'Loki has asked to be left alone' };
      return later(reason, message, waitMs);
    }
    if (waitMs > 0) await timing.sleep(waitMs, signal);
    if (signal.aborted || timing.now() >= deadlineMs) return later('stopped', 'the time of this call is up', 0);
    return undefined;
  }

  async #push(batch: Batch): Promise<void> {
    const { push, pace, timing, gate, deadlineMs, signal } = this.#parts;
    const sentMs = timing.now();
    pace.pushed(
      batch.stream,
      batch.items.reduce((sum, { entry }) => sum + entry.sizeBytes, 0),
    );
    const outcome = await push.send(pushBody(batch), { signal, timeoutMs: deadlineMs - sentMs });
    const pauseMs = outcome.kind === 'answer' ? retryAfterMs(outcome.headers, timing.now()) : undefined;
    if (pauseMs !== undefined) gate.pause(pauseMs);
    const verdict = verdictOf(outcome);
    const message = outcome.kind === 'answer' ? answerText(outcome, push.url) : outcome.message;
    if (verdict.kind !== 'wait') this.#succeeded();
    switch (verdict.kind) {
      case 'stored':
        this.#settleItems(batch.items, DELIVERED);
        break;
      case 'stream_refused':
        this.#settleItems(batch.items, { kind: 'refused', reason: verdict.reason, permanent: true, message });
        break;
      case 'too_large':
        if (batch.items.length > 1) this.#queue.unshift(...halvesOf(batch));
        else this.#settleItems(batch.items, { kind: 'refused', reason: 'too_large', permanent: true, message });
        break;
      case 'barred':
        this.#bar(batch, { kind: 'refused', reason: verdict.reason, permanent: false, message });
        break;
      case 'wait':
        this.#wait(batch, verdict, message, sentMs);
        break;
      case 'refused':
        await this.#isolate(batch, outcome.kind === 'answer' ? outcome.body : '', message);
    }
  }

  #bar(batch: Batch, result: DeliveryResult): void {
    this.#parts.gate.bar(result);
    this.#settleAll([batch, ...this.#queue.splice(0)], result);
  }

  #wait(batch: Batch, verdict: Extract<PushVerdict, { kind: 'wait' }>, message: string, sentMs: number): void {
    const { gate, retry, timing } = this.#parts;
    this.#failures++;
    this.#failingSinceMs ??= sentMs;
    this.#lastFailure = { reason: verdict.reason, message };
    gate.pause(backoffMs(this.#failures, retry, timing));
    // a batch above the stream's or the tenant's burst never gets in; a half of it may
    const smaller = verdict.smaller && batch.items.length > 1;
    if (smaller) this.#queue.unshift(...halvesOf(batch));
    else if (this.#failures < retry.maxAttempts) this.#queue.unshift(batch);
    else this.#giveUp(batch, verdict.concerns, later(verdict.reason, message, Math.max(0, gate.notBeforeMs - timing.now())));
  }

  #giveUp(batch: Batch, concerns: 'stream' | 'sink', result: DeliveryResult): void {
    const isConcerned = ({ stream }: Batch): boolean => concerns === 'sink' || stream === batch.stream;
    const others = this.#queue.filter((each) => !isConcerned(each));
    this.#settleAll([batch, ...this.#queue.filter(isConcerned)], result);
    this.#queue.splice(0, this.#queue.length, ...others);
    this.#succeeded();
  }

  /** Settles what an answer tells for certain, and pushes less at a time where it does not. */
  async #isolate(batch: Batch, text: string, message: string): Promise<void> {
    const [only] = batch.items;
    const isAlone = batch.items.length === 1 && only !== undefined;
    const refused = isAlone ? [{ item: only, reason: refusalReason(text) }] : refusedOf(text, batch.items);
    if (refused === undefined) {
      const isKept = batch.isKept === true || isRefusedByChecks(text);
      if (this.#isolations++ < MAX_ISOLATIONS) this.#queue.unshift(...halvesOf({ ...batch, isKept }));
      else this.#settleItems(batch.items, { kind: 'refused', reason: 'unexpected', permanent: false, message });
      return;
    }
    const items = new Set(refused.map(({ item }) => item));
    this.#settleItems(
      batch.items.filter((item) => !items.has(item)),
      DELIVERED,
    );
    const behind = refused.filter(({ reason }) => reason === 'too_far_behind').map(({ item }) => item);
    if (batch.isKept === true) this.#settleItems(behind, DELIVERED);
    else if (behind.length > 0) await this.#isBehind({ stream: batch.stream, items: behind }, message);
    this.#refuse(
      refused.filter(({ reason }) => reason !== 'too_far_behind'),
      batch,
      text,
      message,
    );
  }

  #refuse(refused: readonly Refused[], { stream }: Batch, text: string, message: string): void {
    const long = refused.filter(({ reason }) => reason === 'too_large').map(({ item }) => item);
    const cuts = long.length > 0 && this.#parts.memory.learnLineLimit(namedLineLimit(text));
    if (cuts) this.#requeue(long, (delivery) => ({ ...this.#entryOf(delivery), stream }));
    for (const { item, reason } of refused) {
      if (!(cuts && reason === 'too_large')) this.#settle(item.index, { kind: 'refused', reason, permanent: true, message });
    }
  }

  /**
   * Loki says "too far behind" to an entry that is really late, and to the repeat of one that it has. Which of the two it is, a
   * query tells: what is there is delivered, what is missing goes to the streams of late entries, which take everything.
   */
  async #isBehind(batch: Batch, message: string): Promise<void> {
    const { client, address, push, gate, retry, signal, deadlineMs, timing } = this.#parts;
    const stop = await this.#untilOpen();
    if (stop !== undefined) {
      this.#settleItems(batch.items, stop);
      return;
    }
    const limits = { signal, headers: push.tenantHeaders, timeoutMs: deadlineMs - timing.now(), nowMs: timing.now() };
    const answer = await lookUp(client, address.queryRange, batch.stream, batch.items, limits);
    if (answer.kind === 'later') {
      if (answer.pauseMs !== undefined) gate.pause(answer.pauseMs);
      this.#settleItems(batch.items, later('unavailable', answer.message, answer.pauseMs ?? retry.capMs));
      return;
    }
    if (answer.kind === 'denied') {
      const told = `${message} (whether it is there from an earlier push could not be asked)`;
      this.#settleItems(batch.items, { kind: 'refused', reason: 'too_far_behind', permanent: true, message: told });
      return;
    }
    this.#settleItems([...answer.found], DELIVERED);
    await this.#isMissing(
      batch.stream,
      batch.items.filter((item) => !answer.found.has(item)),
      message,
    );
  }

  async #isMissing(stream: Batch['stream'], missing: readonly Placed[], message: string): Promise<void> {
    try {
      const open = await this.#unseen(missing);
      this.#settleItems(open, later('too_far_behind', `${message} (its chunk may not be written yet)`, ASK_AGAIN_MS));
      const late = missing.filter((item) => !open.includes(item));
      if (stream['ingest'] === undefined) await this.#move(late);
      else this.#settleItems(late, { kind: 'refused', reason: 'too_far_behind', permanent: true, message });
    } catch (cause) {
      this.#settleItems(missing, later('unavailable', `that it comes late could not be noted: ${String(cause)}`, this.#parts.retry.capMs));
    }
  }

  /**
   * An entry that Loki has called too far behind, and of which nobody knows yet whether it is there. It is not pushed again, only asked for:
   * the wait for its chunk counts from the last push.
   */
  #isOpen({ entry, index }: Placed): boolean {
    const delivery = this.#deliveries[index];
    if (delivery === undefined || entry.stream['ingest'] !== undefined) return false;
    const { notes, memory } = this.#parts;
    return notes === undefined ? memory.isOpen(delivery.key) : notes.isOpen(delivery);
  }

  /** Those that may be there and are not found yet. */
  async #unseen(items: readonly Placed[]): Promise<readonly Placed[]> {
    const { memory, patienceMs, timing, notes } = this.#parts;
    const nowMs = timing.now();
    const visibleNs = BigInt(Math.trunc(nowMs - SURELY_VISIBLE_MS)) * 1_000_000n;
    const old = items.filter(({ entry }) => entry.timeNs <= visibleNs);
    if (old.length === 0) return [];
    const since =
      notes === undefined
        ? old.map(({ index }) => memory.openSinceMs(this.#deliveries[index]?.key ?? ''))
        : await notes.openSince(this.#of(old), nowMs);
    return old.filter((_, at) => nowMs - (since[at] ?? nowMs) < patienceMs);
  }

  /**
   * From the live stream to the late ones. Noted first: Loki forgets a stream that is quiet, and would take the repeat of a moved entry in
   * the live one then.
   */
  async #move(items: readonly Placed[]): Promise<void> {
    if (items.length === 0) return;
    await this.#parts.notes?.move(this.#of(items));
    this.#requeue(items, (delivery) => this.#entryOf({ ...delivery, ingest: 'backfill' }));
  }

  #of(items: readonly Placed[]): readonly Delivery[] {
    return items.flatMap(({ index }) => this.#deliveries[index] ?? []);
  }

  #requeue(items: readonly Placed[], entryOf: (delivery: Delivery) => LokiEntry): void {
    const placed = items.flatMap(({ index }) => {
      const delivery = this.#deliveries[index];
      return delivery === undefined ? [] : [{ index, entry: entryOf(delivery) }];
    });
    this.#queue.push(...batchesOf(placed, this.#parts.bounds));
  }

  #succeeded(): void {
    this.#failures = 0;
    this.#failingSinceMs = undefined;
    this.#lastFailure = undefined;
  }

  #settleAll(batches: readonly Batch[], result: DeliveryResult): void {
    for (const { items } of batches) this.#settleItems(items, result);
  }

  #settleItems(items: readonly Placed[], result: DeliveryResult): void {
    for (const { index } of items) this.#settle(index, result);
  }

  #settle(index: number, result: DeliveryResult): void {
    const delivery = this.#deliveries[index];
    if (delivery === undefined || this.#results[index] !== undefined) return;
    this.#results[index] = result;
    if (result.kind !== 'later') this.#parts.memory.settled(delivery.key);
    this.#parts.onSettled(delivery, result);
  }
}

function verdictOf(outcome: HttpOutcome): PushVerdict {
  if (outcome.kind === 'answer') return judgePush(outcome.status, outcome.body);
  const reason = unansweredReason(outcome.reason);
  if (reason === 'misconfigured') return { kind: 'barred', reason };
  return { kind: 'wait', reason, concerns: 'sink', smaller: false };
}

function later(reason: DeliveryReason, message: string, afterMs: number): DeliveryResult {
  return { kind: 'later', reason, message, afterMs };
}
