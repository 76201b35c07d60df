/**
 * One invocation of a function that hands deliveries on: every message of the batch ends in exactly one way. All sinks have it: done.
 * One of them wants it again: it comes again when that makes sense. A sink will never take it: it goes aside with the reason.
 */
import type { Timing } from '../clients/retry.ts';
import { type DeliveryReport, deliver } from '../core/deliver/deliver.ts';
import { deliveryIncrements } from '../core/deliver/delivery-increments.ts';
import { recordIncrements } from '../core/deliver/ledger.ts';
import { notAfter } from '../core/deliver/not-after.ts';
import type { Log } from '../core/model/log.ts';
import type { Increment, Ledger, Sink, Total } from '../core/ports.ts';
import { messageAside } from './aside.ts';
import { boundedIncrements } from './bounded-increments.ts';
import { mergeLevels } from './counts.ts';
import { ANSWER_WITHIN_MS } from './deadline.ts';
import { inTime } from './in-time.ts';
import type { Queue } from './queue.ts';
import { type QueueMessage, readMessage, type SignedPress } from './queue-message.ts';
import type { InvocationLimits } from './reading.ts';
import type { RepeatsLedger } from './repeats-ledger.ts';
import type { SinkSet } from './sink-set.ts';
import { retryAfterSeconds, type Visibility } from './visibility.ts';

/** One message of the queue, as Lambda hands it over. */
export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: { readonly ApproximateReceiveCount: string };
}

export interface DeliveriesParts {
  /** Name of the function, for what goes aside. */
  readonly name: string;
  /** Where deliveries go. Those named in `uncounted` are parts of this system: their deliveries are no deliveries to anybody. */
  readonly sinks: SinkSet;
  readonly uncounted: ReadonlySet<string>;
  readonly ledger: () => Promise<Ledger>;
  /** The ledger that is among the sinks, if it is. */
  readonly repeats?: RepeatsLedger | undefined;
  /** Works off a press of a button; undefined where there are no buttons. Rejects when it is to come again. */
  readonly press?: ((press: SignedPress) => Promise<void>) | undefined;
  readonly aside: Queue | undefined;
  readonly visibility: Visibility | undefined;
  readonly timing: Timing;
  readonly log: Log;
}

interface Taken {
  readonly message: ReceivedMessage;
  readonly read: QueueMessage | undefined;
}
type TakenDelivery = Taken & { readonly read: Extract<QueueMessage, { kind: 'delivery' }> };
type TakenPress = Taken & { readonly read: Extract<QueueMessage, { kind: 'press' }> };
type TakenCounts = Taken & { readonly read: Extract<QueueMessage, { kind: 'counts' }> };

/** How long after the deadline counts may still be written, in ms; then messages are told when to come again, and Lambda which they are. */
const COUNT_WITHIN_MS = 1_000;

/**
 * So often a message for which no time was left comes again at once. A place that does not answer looks the same as one that has had no turn, and
 * 300 deliveries, one after the other, would be over in hours instead of days.
 */
const SOON_RECEIVES = 3;

/** Works off batches. */
export class DeliveriesWork {
  readonly #parts: DeliveriesParts;

  constructor(parts: DeliveriesParts) {
    this.#parts = parts;
  }

  /** Never rejects. @returns the ids of the messages that must come again. */
  async run(messages: readonly ReceivedMessage[], limits: InvocationLimits): Promise<ReadonlySet<string>> {
    return new Batch(this.#parts, limits).run(messages);
  }
}

class Batch {
  readonly #parts: DeliveriesParts;
  readonly #limits: InvocationLimits;
  /** Seconds until a message comes again, by its id. */
  readonly #again = new Map<string, number>();
  readonly #increments: Increment[] = [];

  constructor(parts: DeliveriesParts, limits: InvocationLimits) {
    this.#parts = parts;
    this.#limits = limits;
  }

  async run(messages: readonly ReceivedMessage[]): Promise<ReadonlySet<string>> {
    const taken = messages.map((message): Taken => ({ message, read: readMessage(message.body) }));
    const isDelivery = (one: Taken): one is TakenDelivery => one.read?.kind === 'delivery';
    const isCounts = (one: Taken): one is TakenCounts => one.read?.kind === 'counts';
    await this.#setAside(
      taken
        .filter(({ read }) => read === undefined)
        .map(({ message }) => ({ message, told: { code: 'unknown_format', hint: 'no version up to this one wrote it' } })),
    );
    // First of all: somebody is looking at the button.
    await this.#press(taken.filter((one): one is TakenPress => one.read?.kind === 'press'));
    const deliveries = taken.filter(isDelivery);
    if (deliveries.length > 0) {
      await this.#deliver(deliveries).catch((cause: unknown) => {
        this.#parts.log('error', 'nothing could be delivered', { error: cause });
        this.#comeAgain(
          deliveries.map(({ message }) => message),
          0,
        );
      });
    }
    await this.#count(taken.filter(isCounts), deliveries);
    await this.#hide(messages);
    return new Set(this.#again.keys());
  }

  async #press(taken: readonly TakenPress[]): Promise<void> {
    const { press, log, timing } = this.#parts;
    if (press === undefined) {
      const told = { code: 'unknown_format', hint: 'a press of a button, and there are no buttons' };
      return this.#setAside(taken.map(({ message }) => ({ message, told })));
    }
    for (const { message, read } of taken) {
      if (timing.now() >= this.#limits.deadlineMs) {
        this.#comeAgain([message], 0, true);
        continue;
      }
      await inTime(press(read.press), this.#leftMs(COUNT_WITHIN_MS)).catch((cause: unknown) => {
        log('error', 'a press of a button could not be worked off', { error: cause });
        this.#comeAgain([message], 0);
      });
    }
  }

  async #deliver(taken: readonly TakenDelivery[]): Promise<void> {
    const sinks = await this.#parts.sinks.open();
    const alerts = taken.filter(({ read }) => read.delivery.alert !== undefined);
    const events = taken.filter(({ read }) => read.delivery.alert === undefined);
    await this.#deliverTo(events, sinks);
    // An alert of an Alertmanager is no audit event: it goes only to those that tell people.
    await this.#deliverTo(
      alerts,
      sinks.filter(({ takesAlerts }) => takesAlerts === true),
    );
  }

  async #deliverTo(taken: readonly TakenDelivery[], sinks: readonly Sink[]): Promise<void> {
    if (taken.length === 0) return;
    const { timing } = this.#parts;
    const { deadlineMs } = this.#limits;
    const reports = await deliver(
      taken.map(({ read }) => read.delivery),
      sinks,
      { deadlineMs, signal: AbortSignal.timeout(Math.max(0, deadlineMs - timing.now())) },
    );
    const settled = taken.flatMap(({ message }, at) => {
      const report = reports[at];
      return report === undefined ? [] : [{ message, report }];
    });
    for (const { message, report } of settled) {
      if (report.status === 'later') this.#comeAgain([message], report.afterMs, isStopped(report));
      this.#countResults(report);
    }
    this.#tell(reports);
    await this.#setAside(
      settled.filter(({ report }) => report.status === 'refused').map(({ message, report }) => ({ message, told: refusalOf(report) })),
    );
    this.#countRepeats(settled);
  }

  /** A repeat of a message that came before is our own; of one that is new, its record was read twice. */
  #countRepeats(settled: readonly { readonly message: ReceivedMessage; readonly report: DeliveryReport }[]): void {
    const { repeats } = this.#parts;
    if (repeats === undefined) return;
    for (const { message, report } of settled) {
      const isRepeat = repeats.takeRepeat(report.delivery.key);
      const { source } = report.delivery.findings[0].finding;
      if (isRepeat && receivesOf(message) === 1)
        this.#increments.push(...recordIncrements(source === 'alertmanager' ? 'unknown' : source, { kind: 'duplicate' }));
    }
    repeats.forget();
  }

  #countResults({ delivery, results }: DeliveryReport): void {
    const nowMs = this.#parts.timing.now();
    for (const { sink, result } of results) {
      if (!this.#parts.uncounted.has(sink)) this.#increments.push(...deliveryIncrements(sink, delivery, result, nowMs));
    }
  }

  /** Counts of records by their messages' marks, once each however often they are delivered; results of sinks without. */
  async #count(counts: readonly TakenCounts[], deliveries: readonly TakenDelivery[]): Promise<void> {
    const results = boundedIncrements(this.#increments);
    const levels = mergeLevels([...counts.flatMap(({ read }) => read.levels), ...this.#newest(deliveries)]);
    if (results.length === 0 && levels.length === 0 && counts.length === 0) return;
    const counted = new Set<ReceivedMessage>();
    const write = async (): Promise<void> => {
      const ledger = await this.#parts.ledger();
      const outcomes =
        counts.length === 0
          ? []
          : await ledger.count(counts.map(({ read }) => ({ key: `counts ${read.id}`, increments: read.increments })));
      counts.forEach(({ message }, at) => {
        const outcome = outcomes[at];
        if (outcome?.kind !== 'failed') counted.add(message);
        else this.#parts.log('error', 'counts of records could not be added to the ledger and come again', { error: outcome.error });
      });
      if (levels.length > 0) await ledger.raise(levels);
      if (results.length > 0) await ledger.add(results);
    };
    try {
      await inTime(write(), this.#leftMs(COUNT_WITHIN_MS));
    } catch (cause) {
      this.#parts.log('error', 'the ledger could not be written to; counts of records that it does not have come again', { error: cause });
    }
    this.#comeAgain(
      counts.flatMap(({ message }) => (counted.has(message) ? [] : [message])),
      0,
    );
  }

  /** Times of the events; the ledger keeps the newest. Only where the ledger is among the sinks: elsewhere they were counted before. */
  #newest(deliveries: readonly TakenDelivery[]): readonly Total[] {
    if (this.#parts.repeats === undefined) return [];
    return deliveries.flatMap(({ read: { delivery } }) => {
      const [{ finding, timeMs }] = delivery.findings;
      const { source } = finding;
      return delivery.alert === undefined ? [notAfter(eventTime(source, timeMs), this.#parts.timing.now())] : [];
    });
  }

  async #setAside(
    refused: readonly { readonly message: ReceivedMessage; readonly told: Readonly<Record<string, string>> }[],
  ): Promise<void> {
    if (refused.length === 0) return;
    const { aside, name, log } = this.#parts;
    for (const { told } of refused) log('error', 'a message can never be worked off', { ...told });
    const messages = refused.map(({ message, told }) => messageAside(message.body, { function: name, ...told }));
    const answers = aside === undefined ? [] : await aside.send(messages, this.#limits);
    refused.forEach(({ message }, at) => {
      const answer = answers[at];
      if (answer?.ok === true) return;
      log('error', 'it could not be set aside and comes again', { said: answer?.message ?? 'there is no queue for that' });
      this.#comeAgain([message], 0);
    });
  }

  #comeAgain(messages: readonly ReceivedMessage[], afterMs: number, isSoon = false): void {
    for (const message of messages) {
      const receives = receivesOf(message);
      this.#again.set(message.messageId, isSoon && receives <= SOON_RECEIVES ? 1 : retryAfterSeconds(afterMs, receives));
    }
  }

  /** One line for each sink and reason. */
  #tell(reports: readonly DeliveryReport[]): void {
    const told = new Map<string, { readonly fields: Readonly<Record<string, unknown>>; messages: number; isLoud: boolean }>();
    for (const { sink, result } of reports.flatMap(({ results }) => results)) {
      if (result.kind === 'delivered') continue;
      const key = `${sink}\n${result.kind}\n${result.reason}`;
      const before = told.get(key) ?? {
        fields: { sink, reason: result.reason, said: result.message },
        messages: 0,
        isLoud: result.kind === 'refused',
      };
      before.messages++;
      told.set(key, before);
    }
    for (const { fields, messages, isLoud } of told.values()) {
      this.#parts.log(isLoud ? 'error' : 'warn', isLoud ? 'a sink refuses deliveries' : 'a sink is asked again later', {
        ...fields,
        messages,
      });
      if (fields['reason'] === 'unauthorized') this.#parts.sinks.doubt();
    }
  }

  async #hide(messages: readonly ReceivedMessage[]): Promise<void> {
    const hidden = messages.flatMap(({ messageId, receiptHandle }) => {
      const seconds = this.#again.get(messageId);
      return seconds === undefined ? [] : [{ receiptHandle, seconds }];
    });
    const { visibility, log } = this.#parts;
    if (hidden.length === 0 || visibility === undefined) return;
    await inTime(visibility.hide(hidden), this.#leftMs(ANSWER_WITHIN_MS)).catch((cause: unknown) =>
      log('warn', 'messages come again when the queue says and not when they should', { error: cause }),
    );
  }

  /** @param afterMs - How long after the deadline something that was begun before may end. */
  #leftMs(afterMs: number): number {
    return this.#limits.deadlineMs + afterMs - this.#parts.timing.now();
  }
}

function receivesOf({ attributes }: ReceivedMessage): number {
  const count = Number(attributes.ApproximateReceiveCount);
  return Number.isInteger(count) && count > 0 ? count : 1;
}

function eventTime(source: string, timeMs: number): Total {
  return { metric: 'driftwire_last_event_timestamp_seconds', labels: { source }, value: Math.floor(timeMs / 1_000) };
}

/** Time was up before a sink had its turn: nothing is wrong with it. */
function isStopped({ results }: DeliveryReport): boolean {
  return results.every(({ result }) => result.kind === 'delivered' || result.reason === 'stopped');
}

function refusalOf({ results }: DeliveryReport): Readonly<Record<string, string>> {
  const refusals = results.flatMap(({ sink, result }) => (result.kind === 'refused' ? [{ sink, result }] : []));
  return {
    sink: refusals.map(({ sink }) => sink).join(','),
    reason: refusals.map(({ result }) => result.reason).join(','),
    hint: refusals.map(({ result }) => result.message).join('; '),
  };
}
