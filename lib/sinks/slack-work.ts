import { backoffMs, type RetryPolicy, type Timing } from '../clients/retry.ts';
import type { RenderSettings } from '../core/deliver/slack/render.ts';
import type { DeliveryReason, DeliveryResult } from '../core/model/delivery-result.ts';
import type { IncidentBook } from './slack-book.ts';
import type { Lane, SlackPace } from './slack-pace.ts';
import type { CallLimits, Failed, SlackPoster } from './slack-poster.ts';

/** What one call of the sink works with. */
export interface WorkParts {
  readonly poster: SlackPoster;
  readonly book: IncidentBook;
  readonly pace: SlackPace;
  readonly timing: Timing;
  readonly retry: RetryPolicy;
  readonly render: RenderSettings;
  readonly signal: AbortSignal;
  /** Nothing is begun after it. */
  readonly endMs: number;
  /** The caller is gone after it. */
  readonly deadlineMs: number;
  /** Longest time of one request, in ms. */
  readonly timeoutMs: number;
}

/** How long a message of unknown fate is left alone before Slack is asked for it, in ms: it may just be being written. */
export const SETTLE_MS = 2_000;
/** How long after a message was given up it may still appear, in ms: longer than any request is under way. */
export const DOUBT_MS = 15_000;
/** Less time than this is too little for a call, in ms. */
const LEAST_MS = 500;
/** Beyond the time of a request, a claim holds for so long, in ms: the store is asked before and after. */
const LEASE_RESERVE_MS = 2_000;

/** How one call of the sink is getting on: its limits, its failures, and when it has to end. */
export class SlackWork {
  readonly parts: WorkParts;
  #failures = 0;
  #lastFailure: { readonly reason: DeliveryReason; readonly message: string } | undefined;

  constructor(parts: WorkParts) {
    this.parts = parts;
  }

  get nowMs(): number {
    return this.parts.timing.now();
  }

  /** How long a claim holds, in ms. */
  get leaseMs(): number {
    return this.parts.timeoutMs + LEASE_RESERVE_MS;
  }

  get limits(): CallLimits {
    const { signal, timeoutMs, deadlineMs } = this.parts;
    return { signal, timeoutMs: Math.max(1, Math.min(timeoutMs, deadlineMs - this.nowMs)) };
  }

  /** Nothing more is begun in this call. */
  get isOver(): boolean {
    const { signal, endMs, deadlineMs, retry } = this.parts;
    // a message that is sent in the last moment is one whose fate is unknown
    return signal.aborted || this.nowMs >= Math.min(endMs, deadlineMs - LEAST_MS) || this.#failures >= retry.maxAttempts;
  }

  /** Takes the turn of a lane, if it has come. */
  take(lane: Lane): Promise<boolean> {
    return this.parts.pace.take(lane, this.parts.book);
  }

  succeeded(): void {
    this.#failures = 0;
    this.#lastFailure = undefined;
  }

  /** Takes note of a call that did not succeed; what that means for its message is the caller's to say. */
  async failed(lane: Lane, channel: string, { verdict, message, pauseMs }: Failed): Promise<void> {
    const { pace, book, retry, timing } = this.parts;
    if (verdict.kind === 'barred') {
      pace.bar(verdict.scope === 'token' ? '*' : channel, { kind: 'refused', reason: verdict.reason, permanent: false, message });
      return;
    }
    if (verdict.kind !== 'wait' && verdict.kind !== 'unknown') return;
    this.#lastFailure = { reason: verdict.reason, message };
    if (pauseMs !== undefined) await pace.pause(lane, pauseMs, book);
    // asked to wait, nothing has failed; a Slack that says so again and again is left alone by the waits themselves
    if (pauseMs !== undefined && verdict.kind === 'wait') return;
    this.#failures++;
    pace.backOff(lane, backoffMs(this.#failures, retry, timing));
  }

  /** The result of what this call leaves open; `readyMs` is when the next step could be taken. */
  leftOver(readyMs: number): DeliveryResult {
    const { signal } = this.parts;
    const afterMs = Math.max(0, readyMs - this.nowMs);
    if (signal.aborted) return { kind: 'later', reason: 'stopped', message: 'ended by the caller', afterMs: 0 };
    if (this.#lastFailure !== undefined) return { kind: 'later', ...this.#lastFailure, afterMs };
    return { kind: 'later', reason: 'queued', message: 'waits for its turn: Slack takes about a message a second and channel', afterMs };
  }
}
