/** One call of a receiver's sink: parcels are sent one after the other. Every delivery ends with exactly one result. */
import { backoffMs, type RetryPolicy, type Timing } from '../clients/retry.ts';
import { type Mute, mutedBy } from '../core/deliver/mute.ts';
import { DriftwireError } from '../core/errors.ts';
import type { AlertState } from '../core/model/alert.ts';
import type { Delivery } from '../core/model/delivery.ts';
import type { DeliveryReason, DeliveryResult } from '../core/model/delivery-result.ts';
import type { ReceiverMemory } from './receiver-memory.ts';
import type { ItemVerdict, Parcel, ReceiverItem, ReceiverProtocol, SendVerdict } from './receiver-protocol.ts';
import type { SinkGate } from './sink-gate.ts';

/** What a call works with. */
export interface ReceiverRunParts<B> {
  readonly name: string;
  readonly protocol: ReceiverProtocol<B>;
  readonly isWanted: (delivery: Delivery) => boolean;
  readonly memory: ReceiverMemory | undefined;
  /** What people have asked not to be told of; undefined where no mute is meant to hold. Rejects when the store cannot be read. */
  readonly mutes: { inForce(nowMs: number): Promise<readonly Mute[]> } | undefined;
  readonly gate: SinkGate;
  readonly timing: Timing;
  readonly retry: RetryPolicy;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly onSettled: (delivery: Delivery, result: DeliveryResult) => void;
}

const DELIVERED: DeliveryResult = { kind: 'delivered' };
const SKIPPED: DeliveryResult = { kind: 'delivered', skipped: true };
const MUTED: DeliveryResult = { kind: 'delivered', skipped: 'muted' };
/** When a store that cannot be used is asked again, in ms. */
const STORE_AGAIN_MS = 5_000;

/** One call. */
export class ReceiverRun<B> {
  readonly #parts: ReceiverRunParts<B>;
  readonly #deliveries: readonly Delivery[];
  /** One result for each key: the same event twice is one event. */
  readonly #results = new Map<string, DeliveryResult>();
  #queue: Parcel<B>[] = [];
  /** Tries without success in a row, when the first of them was, and why the last one failed. */
  #failures = 0;
  #failingSinceMs: number | undefined;
  #lastFailure: { readonly reason: DeliveryReason; readonly message: string } | undefined;

  constructor(deliveries: readonly Delivery[], parts: ReceiverRunParts<B>) {
    this.#parts = parts;
    this.#deliveries = deliveries;
  }

  /** Works it off; one result for each delivery, in their order. */
  async results(): Promise<readonly DeliveryResult[]> {
    try {
      await this.#work();
    } catch (cause) {
      // what was not sent because it could not be noted first is not lost
      if (!(cause instanceof DriftwireError)) throw cause;
      this.#settleRest(later('unavailable', `the store cannot be used at the moment: ${cause.message}`, STORE_AGAIN_MS));
    }
    const results = this.#deliveries.map(({ key }) => this.#results.get(key) ?? later('unexpected', 'no result', 0));
    for (const [index, delivery] of this.#deliveries.entries()) this.#parts.onSettled(delivery, results[index] ?? DELIVERED);
    return results;
  }

  async #work(): Promise<void> {
    const { gate, memory, protocol, isWanted } = this.#parts;
    for (const delivery of this.#deliveries) if (!isWanted(delivery)) this.#results.set(delivery.key, SKIPPED);
    const { barred } = gate;
    if (barred !== undefined) return this.#settleRest(barred);
    const open = [...new Map(this.#deliveries.map((delivery) => [delivery.key, delivery])).values()].filter(
      ({ key }) => !this.#results.has(key),
    );
    if (open.length === 0) return;
    await memory?.load();
    const told = await this.#unmuted(open);
    this.#queue = [...protocol.parcels(endsLast(told).flatMap((delivery) => this.#itemOf(delivery)))];
    for (let parcel = this.#queue.shift(); parcel !== undefined; parcel = this.#queue.shift()) {
      const stop = await this.#untilOpen();
      if (stop !== undefined) {
        this.#settleRest(stop);
        break;
      }
      await memory?.begin(parcel.items.map(({ delivery, firstMs }) => ({ key: delivery.key, firstMs })));
      await this.#send(parcel);
    }
    await memory?.flush();
  }

  async #unmuted(deliveries: readonly Delivery[]): Promise<readonly Delivery[]> {
    const nowMs = this.#parts.timing.now();
    const mutes = (await this.#parts.mutes?.inForce(nowMs)) ?? [];
    const muted = deliveries.filter((delivery) => mutedBy(mutes, delivery, nowMs) !== undefined);
    for (const { key } of muted) this.#results.set(key, MUTED);
    return deliveries.filter((delivery) => !muted.includes(delivery));
  }

  #itemOf(delivery: Delivery): readonly ReceiverItem[] {
    const { memory } = this.#parts;
    const known = memory?.of(delivery.key) ?? { kind: 'new' };
    const isOver = delivery.alert?.status === 'firing' && memory?.of(endKey(delivery.alert)).kind === 'sent';
    if (known.kind === 'sent' || isOver) this.#results.set(delivery.key, isOver ? SKIPPED : DELIVERED);
    if (known.kind === 'sent' || isOver) return [];
    const firstMs = known.kind === 'begun' ? known.firstMs : this.#parts.timing.now();
    return [{ delivery, firstMs, mayBeRepeat: known.kind === 'begun' }];
  }

  /** Waits until something may be sent; a result says that this call will not see it. */
  async #untilOpen(): Promise<DeliveryResult | undefined> {
    const { name, gate, timing, retry, deadlineMs, signal } = this.#parts;
    const waitMs = gate.notBeforeMs - timing.now();
    const endMs = Math.min(deadlineMs, (this.#failingSinceMs ?? timing.now()) + retry.totalMs);
    if (signal.aborted) return later('stopped', 'ended by the caller', 0);
    if (waitMs > 0 && gate.notBeforeMs > endMs) {
      const { reason, message } = this.#lastFailure ?? { reason: 'paused', message: `${name} has asked to be left alone` };
      return later(reason, message, waitMs);
    }
    if (waitMs > 0) await timing.sleep(waitMs, signal);
    if (signal.aborted || timing.now() >= deadlineMs) return later('stopped', 'the time of this call is up', 0);
    return undefined;
  }

  async #send(parcel: Parcel<B>): Promise<void> {
    const { protocol, timing, gate, deadlineMs, signal } = this.#parts;
    const sentMs = timing.now();
    const verdict = await protocol.send(parcel, { signal, timeoutMs: deadlineMs - sentMs });
    if (verdict.pauseMs !== undefined) gate.pause(verdict.pauseMs);
    if (verdict.kind === 'wait') return this.#again(parcel, verdict, sentMs);
    if (verdict.kind === 'each') return this.#each(parcel, verdict.verdicts, sentMs);
    this.#succeeded();
    if (verdict.kind === 'barred') this.#bar(parcel, verdict);
    else if (verdict.kind === 'refused' && parcel.items.length > 1) this.#halve(parcel);
    else this.#settle(parcel.items, verdict);
  }

  /** Each event has its own verdict; those that wait are tried again together. */
  #each({ items }: Parcel<B>, verdicts: readonly ItemVerdict[], sentMs: number): void {
    const judged = items.map((item, index) => ({ item, verdict: verdicts[index] ?? UNTOLD }));
    for (const { item, verdict } of judged) if (verdict.kind !== 'wait') this.#settle([item], verdict);
    const waiting = judged.flatMap(({ item, verdict }) => (verdict.kind === 'wait' ? [{ item, verdict }] : []));
    const [why] = waiting;
    if (why === undefined) this.#succeeded();
    else for (const parcel of this.#parts.protocol.parcels(waiting.map(({ item }) => item))) this.#again(parcel, why.verdict, sentMs);
  }

  #bar({ items }: Parcel<B>, { reason, message }: Extract<SendVerdict, { kind: 'barred' }>): void {
    const result: DeliveryResult = { kind: 'refused', reason, permanent: false, message };
    this.#parts.gate.bar(result);
    this.#parts.memory?.forget(firstTries(items));
    this.#settleRest(result);
    this.#queue = [];
  }

  /** One event that the receiver finds fault with must not take the others with it. */
  #halve({ items }: Parcel<B>): void {
    const { protocol } = this.#parts;
    const half = Math.ceil(items.length / 2);
    this.#queue.unshift(...protocol.parcels(items.slice(0, half)), ...protocol.parcels(items.slice(half)));
  }

  #settle(items: readonly ReceiverItem[], verdict: Exclude<ItemVerdict, { kind: 'wait' }>): void {
    const { memory } = this.#parts;
    const keys = keysOf(items);
    const ends = items.flatMap(({ delivery: { alert } }) => (alert?.status === 'resolved' ? [endKey(alert)] : []));
    if (verdict.kind === 'taken') memory?.sent([...keys, ...ends]);
    else memory?.forget(keys);
    const result: DeliveryResult =
      verdict.kind === 'taken' ? DELIVERED : { kind: 'refused', reason: verdict.reason, permanent: true, message: verdict.message };
    for (const key of keys) this.#results.set(key, result);
  }

  /** Tries it again, until the tries of this call are up; nothing else would fare better then. */
  #again(parcel: Parcel<B>, { reason, message, mayHaveCome }: Extract<ItemVerdict, { kind: 'wait' }>, sentMs: number): void {
    const { gate, retry, timing, memory } = this.#parts;
    this.#failures++;
    this.#failingSinceMs ??= sentMs;
    this.#lastFailure = { reason, message };
    gate.pause(backoffMs(this.#failures, retry, timing));
    if (!mayHaveCome) memory?.forget(firstTries(parcel.items));
    if (this.#failures < retry.maxAttempts) {
      this.#queue.unshift(...(mayHaveCome ? this.#retold(parcel) : [parcel]));
      return;
    }
    this.#settleRest(later(reason, message, Math.max(0, gate.notBeforeMs - timing.now())));
    this.#queue = [];
  }

  /** The second try says what it is, where people read it. */
  #retold(parcel: Parcel<B>): readonly Parcel<B>[] {
    const { memory, protocol } = this.#parts;
    if (memory === undefined) return [parcel];
    return protocol.parcels(parcel.items.map((item) => ({ ...item, mayBeRepeat: true })));
  }

  #succeeded(): void {
    this.#failures = 0;
    this.#failingSinceMs = undefined;
    this.#lastFailure = undefined;
  }

  #settleRest(result: DeliveryResult): void {
    for (const { key } of this.#deliveries) if (!this.#results.has(key)) this.#results.set(key, result);
  }
}

const UNTOLD: ItemVerdict = { kind: 'wait', reason: 'unexpected', message: 'the receiver has told nothing of it', mayHaveCome: true };

/** Names the end of an alert: a queue may hand over its beginning after it, and then nobody must be told that it fires. */
function endKey({ groupKey, fingerprint, startsAtMs }: AlertState): string {
  return JSON.stringify(['end', groupKey, fingerprint, startsAtMs]);
}

/** In the order given, but for ends of alerts, which come after whatever began. */
function endsLast(deliveries: readonly Delivery[]): readonly Delivery[] {
  const isEnd = ({ alert }: Delivery): boolean => alert?.status === 'resolved';
  return [...deliveries.filter((delivery) => !isEnd(delivery)), ...deliveries.filter(isEnd)];
}

/** What has surely not come by a try that was turned away: an earlier one may have. */
function firstTries(items: readonly ReceiverItem[]): readonly string[] {
  return keysOf(items.filter(({ mayBeRepeat }) => !mayBeRepeat));
}

function keysOf(items: readonly ReceiverItem[]): readonly string[] {
  return items.map(({ delivery }) => delivery.key);
}

function later(reason: DeliveryReason, message: string, afterMs: number): DeliveryResult {
  return { kind: 'later', reason, message, afterMs };
}
