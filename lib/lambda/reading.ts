/**
 * One invocation of a function that reads records: unit by unit (a message, a record of a stream, a payload), each of which ends in
 * exactly one way - worked off, or to come again. What was found goes to the findings queue; a record that cannot be read
 * takes its unit aside, with the reason, while its siblings go on; what was counted waits for a cheap way (`counts.ts`).
 */
import type { Timing } from '../clients/retry.ts';
import { asAccepted } from '../core/deliver/accepted.ts';
import type { IntakeBatch } from '../core/intake.ts';
import type { Delivery } from '../core/model/delivery.ts';
import type { Log } from '../core/model/log.ts';
import type { Failure } from '../core/model/raw-record.ts';
import { asideMessage } from './aside.ts';
import type { HeldCounts } from './counts.ts';
import { ANSWER_WITHIN_MS } from './deadline.ts';
import type { Outgoing, Queue } from './queue.ts';
import { countsMessage, deliveryMessage } from './queue-message.ts';

export interface ReadingParts {
  /** Name of the function, for what goes aside. */
  readonly name: string;
  readonly findings: Queue;
  /** Undefined: units with records that cannot be read come again, until their queue gives them up. */
  readonly aside: Queue | undefined;
  readonly counts: HeldCounts;
  readonly timing: Pick<Timing, 'now'>;
  readonly log: Log;
}

/** Bounds of one invocation. */
export interface InvocationLimits {
  /** Nothing is begun after this time, in ms since 1970: what is left of the invocation is for its answer. */
  readonly deadlineMs: number;
}

/** What is gathered before it is sent, in UTF-16 units: a few batches, so that an object of any size needs little memory. */
const GATHERED_CHARS = 4 * 1024 * 1024;

/** A unit on its way. */
interface Unit {
  /** As it came, for the queue of what goes aside. */
  readonly body: () => string;
  readonly counts: Pick<IntakeBatch, 'increments' | 'levels'>[];
  readonly failures: Failure[];
  /** Records that could not be read. */
  failed: number;
  /** Why it must come again. */
  problem: string | undefined;
}

/** The units of one invocation. */
export class Reading {
  readonly #parts: ReadingParts;
  readonly #limits: InvocationLimits;
  readonly #units = new Map<string, Unit>();
  #waiting: (Outgoing & { readonly unit: Unit })[] = [];
  #chars = 0;

  constructor(parts: ReadingParts, limits: InvocationLimits) {
    this.#parts = parts;
    this.#limits = limits;
  }

  /** Whether there is no time left to begin anything. */
  get isOver(): boolean {
    return this.#parts.timing.now() >= this.#limits.deadlineMs;
  }

  /** Time until nothing more is begun, in ms. */
  get leftMs(): number {
    return this.#limits.deadlineMs - this.#parts.timing.now();
  }

  /** Begins a unit. */
  begin(id: string, body: () => string): void {
    this.#units.set(id, { body, counts: [], failures: [], failed: 0, problem: undefined });
  }

  /** Takes what a unit, or a part of it, came to. An event that comes late is marked so now, once. */
  add(id: string, { deliveries, increments, levels, failed, failures }: IntakeBatch): void {
    const unit = this.#unit(id);
    unit.counts.push({ increments, levels });
    unit.failed += failed;
    unit.failures.push(...failures);
    const nowMs = this.#parts.timing.now();
    for (const delivery of deliveries) this.#put(unit, asAccepted(delivery, nowMs));
  }

  /** Says that a unit must come again. */
  fail(id: string, problem: string): void {
    this.#unit(id).problem ??= problem;
  }

  /** Sends what has gathered if it is much; to be called between two pieces of an input. */
  async between(): Promise<void> {
    if (this.#chars >= GATHERED_CHARS) await this.#sendFindings();
  }

  /**
   * Sends the rest and tells which units must come again.
   *
   * @param isOrdered - The units are of a stream, of which everything from the first failure on comes again.
   */
  async finish(isOrdered = false): Promise<ReadonlySet<string>> {
    await this.#sendFindings();
    if (isOrdered) this.#failFollowers();
    await this.#setAside();
    if (isOrdered) this.#failFollowers();
    this.#failTooLate();
    await this.#settleCounts();
    const failed = [...this.#units].filter(([, { problem }]) => problem !== undefined);
    for (const [id, { problem }] of failed) this.#parts.log('warn', 'not worked off, it comes again', { unit: id, said: problem });
    return new Set(failed.map(([id]) => id));
  }

  #unit(id: string): Unit {
    const unit = this.#units.get(id);
    if (unit === undefined) throw new RangeError(`the unit ${id} was not begun`);
    return unit;
  }

  #put(unit: Unit, delivery: Delivery): void {
    const body = deliveryMessage(delivery);
    this.#waiting.push({ unit, body });
    this.#chars += body.length;
  }

  async #sendFindings(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#chars = 0;
    if (waiting.length === 0) return;
    const answers = await this.#parts.findings.send(waiting, this.#limits);
    waiting.forEach(({ unit }, at) => {
      const answer = answers[at];
      if (answer?.ok !== true) unit.problem ??= `a finding could not be sent: ${answer?.message}`;
    });
  }

  async #setAside(): Promise<void> {
    const poisoned = [...this.#units.values()].filter(({ failed, problem }) => failed > 0 && problem === undefined);
    if (poisoned.length === 0) return;
    const { aside, name, log } = this.#parts;
    for (const { failed, failures } of poisoned) {
      const [first] = failures;
      log('error', 'a record cannot be read; its siblings went on', {
        code: first?.code,
        hint: first?.hint,
        origin: first?.origin,
        failed,
      });
    }
    const messages = poisoned.map(({ body, failed, failures }) => asideMessage(body(), name, failures, failed));
    const answers = aside === undefined ? [] : await aside.send(messages, this.#limits);
    poisoned.forEach((unit, at) => {
      const answer = answers[at];
      if (answer?.ok !== true)
        unit.problem = `a record of it cannot be read, and it could not be set aside: ${answer?.message ?? 'there is no queue for that'}`;
    });
  }

  /** Nobody hears this answer any more, so everything comes again; counted now, it would be counted twice. */
  #failTooLate(): void {
    if (this.#parts.timing.now() < this.#limits.deadlineMs + ANSWER_WITHIN_MS) return;
    for (const unit of this.#units.values()) unit.problem ??= 'the invocation was over before everything was sent';
  }

  /** A stream goes back to the first failure, so what is behind it is neither counted nor set aside now. */
  #failFollowers(): void {
    let before: string | undefined;
    for (const unit of this.#units.values()) {
      if (unit.problem === undefined && before !== undefined) unit.problem = 'comes again with the one before it';
      before ??= unit.problem;
    }
  }

  /**
   * Counts of units that come again are left out: they will be counted then. The rest goes along when the client is there anyway, or
   * has waited for a minute; a function that has found nothing loads no SDK for it.
   */
  async #settleCounts(): Promise<void> {
    const { counts, findings, timing, log } = this.#parts;
    for (const unit of this.#units.values()) {
      if (unit.problem === undefined) for (const each of unit.counts) counts.add(each, timing.now());
    }
    if (!findings.isOpen && !counts.isDue(timing.now())) return;
    const held = counts.take();
    if (held === undefined) return;
    const [answer] = await findings.send([{ body: countsMessage(held) }], this.#limits);
    if (answer?.ok === true) return;
    // Kept for the next time: this is no reason to have the records again.
    counts.add(held, timing.now());
    log('warn', 'counts of records wait: the findings queue could not be written to', { said: answer?.message });
  }
}
