/**
 * Works a backlog off: snapshot by snapshot and slice by slice, oldest first, until the receiver has all of it or wants no more.
 * What is in doubt after a lost answer is one slice, and that may be sent again; what another process began to send is in doubt
 * as a whole, and a strict receiver then refuses what is older than the newest that it has.
 */
import type { Timing } from '../clients/retry.ts';
import { type MetricSnapshot, MINUTE_MS } from '../core/deliver/snapshot.ts';
import { type Backlog, withSettled } from '../core/deliver/snapshot-backlog.ts';
import { type Slice, slicesOf } from '../core/deliver/snapshot-slices.ts';
import type { RefusedSample, RemoteWriteSender, SliceOutcome } from './remote-write-sender.ts';

/** Where this process stands in the oldest snapshot that is not settled. */
export interface Progress {
  readonly boundaryMs: number;
  /** Slices of it that are settled. */
  readonly slices: number;
  /** Flushes that ended at the next slice with an answer from 500. */
  readonly trips: number;
  /** Another process may have sent what comes next, and nothing has shown yet that it has not. */
  readonly isDoubted: boolean;
}

/** How far it went. */
export interface Drained {
  readonly left: Backlog;
  readonly progress: Progress | undefined;
  readonly refused: readonly RefusedSample[];
  /** What the receiver said to samples that are older than it takes. */
  readonly aged: readonly string[];
  /** Why it ended before the end. */
  readonly stop: Stop | undefined;
}

/** An answer after which nothing more is sent. */
export type Stop = Exclude<SliceOutcome, { kind: 'settled' | 'refused' }>;

/** Bounds of one run. */
export interface DrainLimits {
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
}

/** Samples older than this are refused by receivers for their age, which is nobody's fault (AMP one hour; Prometheus' head likewise). */
const OLD_MS = 50 * MINUTE_MS;
/** Flushes after which a slice that is answered with 500 is taken apart. */
const TRIPPED_AFTER = 3;

/** One run over a backlog whose last snapshot is new and was never sent. */
export class RemoteWriteDrain {
  readonly #sender: RemoteWriteSender;
  readonly #timing: Timing;
  readonly #limits: DrainLimits;
  readonly #refused: RefusedSample[] = [];
  readonly #aged: string[] = [];
  #progress: Progress | undefined;
  #isDoubted = false;

  constructor(sender: RemoteWriteSender, timing: Timing, limits: DrainLimits) {
    this.#sender = sender;
    this.#timing = timing;
    this.#limits = limits;
  }

  /** @param progress - Of the run before in this process. */
  async run(backlog: Backlog, progress: Progress | undefined): Promise<Drained> {
    const newest = backlog.pending.at(-1);
    this.#progress = progress;
    this.#isDoubted = progress?.boundaryMs === backlog.pending[0]?.boundaryMs ? progress?.isDoubted === true : true;
    let left = backlog;
    for (let head = left.pending[0]; head !== undefined; head = left.pending[0]) {
      if (head === newest) this.#isDoubted = false;
      const stop = await this.#snapshot(left.settled, head);
      if (stop !== undefined) return this.#drained(left, stop);
      left = withSettled(left);
    }
    return this.#drained(left, undefined);
  }

  async #snapshot(previous: MetricSnapshot, current: MetricSnapshot): Promise<Stop | undefined> {
    const { boundaryMs } = current;
    const begun = this.#progress?.boundaryMs === boundaryMs ? this.#progress : { slices: 0, trips: 0 };
    const slices = slicesOf(previous, current).slice(begun.slices);
    for (const [at, slice] of slices.entries()) {
      const trips = at === 0 ? begun.trips : 0;
      const stop = await this.#slice(slice, trips >= TRIPPED_AFTER);
      if (stop === undefined) continue;
      this.#progress = { boundaryMs, slices: begun.slices + at, trips: isTrip(stop) ? trips + 1 : trips, isDoubted: this.#isDoubted };
      return stop;
    }
    this.#progress = undefined;
    return undefined;
  }

  async #slice(slice: Slice, isTripped: boolean): Promise<Stop | undefined> {
    let outcome = await this.#send(slice, isTripped);
    if (isTrip(outcome) && (isTripped || this.#isDoubted) && (await this.#sender.isTaking(this.#limits))) {
      outcome = await this.#send(slice, isTripped);
      // A receiver that takes requests and trips over this one: with an out-of-order window it says 500 to samples before that window
      // (Prometheus before 2.50), and would be asked without end.
      if (isTrip(outcome)) outcome = { kind: 'refused', said: outcome.said };
    }
    switch (outcome.kind) {
      case 'settled':
        this.#isDoubted = false;
        this.#refused.push(...outcome.refused);
        return undefined;
      case 'refused':
        // in doubt it means that the samples are there; else they are lost, and the totals of the next minute make up for it
        if (!this.#isDoubted) this.#aged.push(outcome.said);
        return undefined;
      default:
        return outcome;
    }
  }

  #send(slice: Slice, isTripped: boolean): Promise<SliceOutcome> {
    const isOld = slice.timeMs < this.#timing.now() - OLD_MS;
    return this.#sender.send(slice, { ...this.#limits, onRefusal: this.#isDoubted || isOld ? 'leave' : 'search', isTripped });
  }

  #drained(left: Backlog, stop: Stop | undefined): Drained {
    return { left, progress: this.#progress, refused: this.#refused, aged: this.#aged, stop };
  }
}

/** The receiver itself answered, with a status from 500. */
function isTrip(outcome: SliceOutcome): outcome is Extract<SliceOutcome, { kind: 'later' }> {
  return outcome.kind === 'later' && outcome.isAnswer;
}
