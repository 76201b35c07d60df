import type { Timing } from '../clients/retry.ts';
import type { DeliveryResult } from '../core/model/delivery-result.ts';
import type { IncidentBook } from './slack-book.ts';
import { CALL_SPACING_MS } from './slack-poster.ts';

/** How long nothing is tried after an answer that only a person can change, in ms. */
const BARRED_MS = 60_000;
/** Longer waits than Slack's own longest count as mistakes of a clock: a record from the future must not hold up messages, in ms. */
const MAX_AHEAD_MS = 24 * 3_600_000;

/** What a call counts against: posts each channel, other methods the whole workspace. */
export type Lane = `post ${string}` | 'edit' | 'find' | 'remove';

/** Says when Slack may be called. Lives as long as the sink. */
export class SlackPace {
  readonly #timing: Timing;
  readonly #spacing: Readonly<Record<keyof typeof CALL_SPACING_MS, number>>;
  readonly #notBefore = new Map<Lane, number>();
  readonly #barred = new Map<string, { readonly untilMs: number; readonly result: DeliveryResult }>();

  constructor(timing: Timing, spacing: Partial<typeof CALL_SPACING_MS> | Readonly<Record<string, number>> = {}) {
    this.#timing = timing;
    this.#spacing = { ...CALL_SPACING_MS, ...spacing };
  }

  /** When a call may be made as far as this process knows, in ms since 1970. */
  readyMs(lane: Lane): number {
    return this.#notBefore.get(lane) ?? 0;
  }

  /** Takes the next turn of a lane, if it has come; false: see `readyMs`. */
  async take(lane: Lane, book: IncidentBook): Promise<boolean> {
    const now = this.#timing.now();
    if (now < this.readyMs(lane)) return false;
    let isTaken = false;
    let nextMs = 0;
    await book.changePace(lane, (pace) => {
      const turnMs = pace === undefined || pace.nextMs > now + MAX_AHEAD_MS ? 0 : pace.nextMs;
      isTaken = turnMs <= now;
      nextMs = isTaken ? now + this.#spacing[methodOf(lane)] : turnMs;
      return isTaken ? { nextMs } : undefined;
    });
    this.#wait(lane, nextMs);
    return isTaken;
  }

  /** Slack asks to be left alone: everybody who shares the store is. */
  async pause(lane: Lane, ms: number, book: IncidentBook): Promise<void> {
    const untilMs = this.#timing.now() + Math.min(ms, MAX_AHEAD_MS);
    this.#wait(lane, untilMs);
    await book.changePace(lane, (pace) => ((pace?.nextMs ?? 0) >= untilMs ? undefined : { nextMs: untilMs }));
  }

  /** This process waits after a failure. */
  backOff(lane: Lane, ms: number): void {
    this.#wait(lane, this.#timing.now() + ms);
  }

  /** Answers everything for a channel, or for all of them (`*`), with this result for a minute. */
  bar(scope: string, result: DeliveryResult): void {
    this.#barred.set(scope, { untilMs: this.#timing.now() + BARRED_MS, result });
  }

  /** The answer that holds for a channel at the moment. */
  barred(channel: string): DeliveryResult | undefined {
    const bars = [this.#barred.get('*'), this.#barred.get(channel)];
    return bars.find((bar) => bar !== undefined && this.#timing.now() < bar.untilMs)?.result;
  }

  #wait(lane: Lane, untilMs: number): void {
    this.#notBefore.set(lane, Math.max(this.readyMs(lane), untilMs));
  }
}

function methodOf(lane: Lane): keyof typeof CALL_SPACING_MS {
  return lane === 'edit' || lane === 'find' || lane === 'remove' ? lane : 'post';
}
