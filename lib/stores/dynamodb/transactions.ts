/** Counting in transactions: as many marks in each as fit, again without those that were counted before, again after those in the way. */
import type { DynamoDb } from '../../clients/aws.ts';
import { backoffMs, type Timing } from '../../clients/retry.ts';
import type { Admission, LabelBudget } from '../../core/deliver/label-budget.ts';
import { seriesKey } from '../../core/deliver/series-key.ts';
import type { CountOutcome, Increment, Mark } from '../../core/ports.ts';
import { cancellation, dynamoError, isPassing, isPassingReason, persistently, STORE_RETRY } from './attempt.ts';
import type { LabelView } from './label-view.ts';
import { type Action, admitActions, countActions, MAX_ACTIONS, type Resolved, resolve, type Wanted } from './plan.ts';

/** Marks of one transaction: with more, a repeat among them costs more than the others save. */
const MARKS_AT_ONCE = 25;

/** The reason of an action whose condition did not hold. */
const CONDITION_FAILED = 'ConditionalCheckFailed';

/** What transactions need. */
export interface TransactionOptions {
  readonly client: DynamoDb;
  readonly table: string;
  readonly timing: Timing;
  readonly budget: LabelBudget;
  readonly noiseGroupsADay: number;
  readonly nowMs: () => number;
  readonly labels: LabelView;
  /** Makes an idempotency token: a transaction that is sent again because its answer was lost is made once. */
  readonly newToken: () => string;
}

/** How a transaction ended: done, or the places of the marks that were counted before, or the labels are not as they were seen. */
type Ended = { readonly kind: 'done' } | { readonly kind: 'stale'; readonly repeated: ReadonlySet<number>; readonly isInTheWay: boolean };

/** Writes marks and totals. */
export class Transactions {
  readonly #options: TransactionOptions;

  constructor(options: TransactionOptions) {
    this.#options = options;
  }

  /** Counts marks with different keys; by key. */
  async count(marks: readonly Mark[]): Promise<ReadonlyMap<string, CountOutcome>> {
    const outcomes = new Map<string, CountOutcome>();
    const left = [...marks];
    while (left.length > 0) {
      const chunk = left.splice(0, MARKS_AT_ONCE);
      try {
        await this.#countChunk(chunk, outcomes);
      } catch (cause) {
        // What is left would wait as long for the same answer; all of it can be handed in again.
        const error = dynamoError(cause, this.#options.table);
        for (const { key } of [...chunk, ...left.splice(0)]) if (!outcomes.has(key)) outcomes.set(key, { kind: 'failed', error });
      }
    }
    return outcomes;
  }

  /** Adds without a mark, in as many transactions as it takes. */
  async add(increments: readonly Increment[]): Promise<void> {
    const left = [...increments];
    while (left.length > 0) {
      const taken = left.slice(0, MARKS_AT_ONCE);
      while (taken.length > 1 && (await this.#plan([], withoutNoise(taken))).actions.length > MAX_ACTIONS) taken.splice(taken.length >> 1);
      await this.#untilDone(async () => this.#plan([], withoutNoise(taken)), []);
      left.splice(0, taken.length);
    }
  }

  async #countChunk(chunk: readonly Mark[], outcomes: Map<string, CountOutcome>): Promise<void> {
    let size = chunk.length;
    for (let at = 0; at < chunk.length; ) {
      const some = chunk.slice(at, at + size);
      const plan = await this.#plan(some, wantedOf(some));
      if (plan.actions.length <= MAX_ACTIONS) {
        await this.#countTogether(some, outcomes);
        at += some.length;
      } else if (some.length > 1) size = some.length >> 1;
      else {
        for (const mark of some) await this.#countLarge(mark, plan.resolved, outcomes);
        at += some.length;
      }
    }
  }

  async #countTogether(marks: readonly Mark[], outcomes: Map<string, CountOutcome>): Promise<void> {
    const left = [...marks];
    const repeated = await this.#untilDone(() => this.#plan(left, wantedOf(left)), left);
    for (const { key } of repeated) outcomes.set(key, { kind: 'repeated' });
    for (const { key } of left) outcomes.set(key, { kind: 'counted' });
  }

  /**
   * A mark that no transaction takes. Values that are new get their series first, in transactions of their own; where even the
   * series alone are too many, each is counted under a mark of its own, and each group of noise, and the mark itself comes last.
   */
  async #countLarge(mark: Mark, { admissions }: Resolved, outcomes: Map<string, CountOutcome>): Promise<void> {
    for (const admission of admissions) await this.#admit(admission);
    const { resolved, actions } = await this.#plan([mark], wantedOf([mark]));
    if (actions.length <= MAX_ACTIONS) return this.#countTogether([mark], outcomes);
    const parts: readonly Mark[] = [
      ...resolved.increments.map((increment) => ({ key: `${mark.key} ${seriesKey(increment)}`, increments: [increment] })),
      // by their places in the event, not by what has room today: a repeat of this must come to the same keys
      ...(mark.noise ?? []).map((each, at) => ({ key: `${mark.key} noise ${at}`, increments: [], noise: [each] })),
    ];
    for (let at = 0; at < parts.length; at += MARKS_AT_ONCE) await this.#countChunk(parts.slice(at, at + MARKS_AT_ONCE), new Map());
    await this.#countTogether([{ key: mark.key, note: mark.note, increments: [] }], outcomes);
  }

  /** That somebody else was faster, or that there is no room any more, is seen by the plan that follows. */
  async #admit(admission: Admission): Promise<void> {
    const { table, labels, nowMs } = this.#options;
    const resolved = { ...withoutNoise([]), admissions: [admission], unknown: [] };
    const plan = { resolved, actions: admitActions(table, [admission], nowMs()) };
    if ((await this.#send(plan, this.#options.newToken())).kind === 'done') labels.admitted([admission]);
  }

  /** Repeats a transaction until it is made; takes out of `marks` those that were counted before, and gives them. */
  async #untilDone(makePlan: () => Promise<Plan>, marks: Mark[]): Promise<readonly Mark[]> {
    const { timing, labels, newToken } = this.#options;
    const repeated: Mark[] = [];
    const end = timing.now() + STORE_RETRY.totalMs;
    for (let number = 1; ; number++) {
      const plan = await makePlan();
      if (plan.actions.length === 0) return repeated;
      const ended = await this.#send(plan, newToken());
      if (ended.kind === 'done') {
        labels.admitted(plan.resolved.admissions);
        return repeated;
      }
      for (const at of [...ended.repeated].sort((a, b) => b - a)) repeated.push(...marks.splice(at, 1));
      if (ended.repeated.size > 0 && marks.length === 0) return repeated;
      // Marks that turn out to be counted can do so once each; everything else is somebody in the way, and has an end.
      if (ended.isInTheWay) {
        const waitMs = backoffMs(number, STORE_RETRY, timing);
        if (number >= STORE_RETRY.maxAttempts || timing.now() + waitMs > end) throw new Contended();
        await timing.sleep(waitMs);
      }
    }
  }

  /** Sends a transaction, the same one again where the answer was lost. */
  async #send({ actions }: Plan, token: string): Promise<Ended> {
    const { client, timing } = this.#options;
    try {
      await persistently(
        async () => client.transactWriteItems({ TransactItems: actions.map(({ write }) => write), ClientRequestToken: token }),
        timing,
        STORE_RETRY,
        (error) => cancellation(error) === undefined && isPassing(error),
      );
      return { kind: 'done' };
    } catch (error) {
      const reasons = cancellation(error);
      if (reasons === undefined) throw error;
      const failed = actions.map(({ guards }, at) => ({ guards, code: reasons[at] ?? 'None' })).filter(({ code }) => code !== 'None');
      if (failed.some(({ code }) => code !== CONDITION_FAILED && !isPassingReason(code))) throw error;
      const repeated = failed.flatMap(({ guards, code }) => (typeof guards === 'object' && code === CONDITION_FAILED ? [guards.mark] : []));
      return { kind: 'stale', repeated: new Set(repeated), isInTheWay: failed.length === 0 || failed.length > repeated.length };
    }
  }

  async #plan(marks: readonly Mark[], wanted: Wanted): Promise<Plan> {
    const { table, budget, noiseGroupsADay, labels, timing } = this.#options;
    const nowMs = this.#options.nowMs();
    const seen = labels.begin();
    for (;;) {
      const resolved = resolve(wanted, { budget, noiseGroupsADay, nowMs }, seen);
      if (resolved.unknown.length === 0) {
        return { resolved, actions: countActions(table, marks, resolved, { nowMs, random: timing.random }) };
      }
      await persistently(() => seen.lookUp(resolved.unknown), timing);
    }
  }
}

/** A transaction and what it was made of. */
interface Plan {
  readonly resolved: Resolved;
  readonly actions: readonly Action[];
}

/** Too many other writers at the same items, for too long. */
class Contended extends Error {
  override readonly name = 'TransactionConflictException';
  override readonly message = 'other transactions were in the way each time';
}

function wantedOf(marks: readonly Mark[]): Wanted {
  return { increments: marks.flatMap(({ increments }) => increments), noise: marks.flatMap(({ noise = [] }) => noise) };
}

function withoutNoise(increments: readonly Increment[]): Wanted {
  return { increments, noise: [] };
}
