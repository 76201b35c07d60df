/**
 * Brings the samples of one time to the receiver: in requests that it takes, repeated as it asks, and around the series that it
 * will never take. No answer makes it ask without end: tries, time and the search for culprits are bounded.
 */
import type { MetricMetadata } from '../clients/remote-write-codec.ts';
import { type RetryPolicy, retry, type Timing } from '../clients/retry.ts';
import type { Slice } from '../core/deliver/snapshot-slices.ts';
import type { DeliveryReason } from '../core/model/delivery-result.ts';
import { type Sample, seriesId } from '../core/model/series.ts';
import type { RemoteWriteEndpoint, WriteVerdict } from './remote-write-request.ts';

/** Samples of one request; Prometheus' own sender takes as many (`max_samples_per_send`). */
const MAX_SAMPLES = 2_000;
/** Requests that the search for culprits may take: one culprit among 2,000 series is found with 22. */
const MAX_SEARCH = 128;
/** The same for series that are known to be refused, to see whether they still are. */
const MAX_REVIEW = 8;
/** The same where a receiver answers 500 again and again: it is down, or one series trips it. */
const MAX_PROBE = 24;
/** One time for each request of a search; what it did not settle is asked again with the next flush. */
const ONCE = { maxAttempts: 1, baseMs: 0, capMs: 0, totalMs: 0 } as const;

/** A sample that the receiver does not take, and its own words. */
export interface RefusedSample {
  readonly sample: Sample;
  readonly said: string;
}

/** What became of a slice. */
export type SliceOutcome =
  /** The receiver has all of it but what it refused for good. */
  | { readonly kind: 'settled'; readonly refused: readonly RefusedSample[] }
  /** At least one request of it was refused and nobody was singled out, as the caller wished. */
  | { readonly kind: 'refused'; readonly said: string }
  /** Hand it in again, at the earliest after `afterMs`. */
  | { readonly kind: 'later'; readonly reason: DeliveryReason; readonly said: string; readonly afterMs: number; readonly isAnswer: boolean }
  /** Nothing passes until somebody changes something. */
  | { readonly kind: 'barred'; readonly reason: DeliveryReason; readonly said: string };

/** How a slice is to be sent. */
export interface SendOptions {
  readonly signal?: AbortSignal | undefined;
  /** Nothing is begun after this time, in ms since 1970. */
  readonly deadlineMs: number;
  /** What to do when it is refused: look for the culprits, or leave it at that. */
  readonly onRefusal: 'search' | 'leave';
  /** A status from 500 is a refusal too: it has come for so long that a series of the slice may be what trips the receiver. */
  readonly isTripped?: boolean;
}

/** What a sender is made of. */
export interface SenderParts {
  readonly endpoint: RemoteWriteEndpoint;
  readonly metadataOf: (name: string) => MetricMetadata | undefined;
  readonly retry: RetryPolicy;
  readonly timing: Timing;
  /** Told when 2.0 turns out not to be spoken. */
  readonly onDowngrade: (said: string) => void;
}

type Part = readonly Sample[];
/** A part of a slice that was not simply stored. */
type Setback = Extract<SliceOutcome, { kind: 'later' | 'barred' }>;

/** Sends slices to one receiver, one after the other. */
export class RemoteWriteSender {
  readonly #parts: SenderParts;
  /** Ids of series that were refused when they were last sent. */
  readonly #refused = new Set<string>();
  #notBeforeMs = 0;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** How many series the receiver refuses at present. */
  get refusedSeries(): number {
    return this.#refused.size;
  }

  /** Until when the receiver has asked to be left alone, in ms since 1970. */
  get pausedUntilMs(): number {
    return this.#notBeforeMs;
  }

  /** Sends one slice; never rejects. Sending the same slice again changes nothing at the receiver. */
  async send(slice: Slice, options: SendOptions): Promise<SliceOutcome> {
    const isKnown = (sample: Sample) => this.#refused.has(seriesId(sample.series));
    const { fresh = [], known = [] } = Object.groupBy(slice.samples, (sample) => (isKnown(sample) ? 'known' : 'fresh'));
    const refused: RefusedSample[] = [];
    let left: SliceOutcome | undefined;
    for (let at = 0; at < fresh.length; at += MAX_SAMPLES) {
      const outcome = await this.#store(fresh.slice(at, at + MAX_SAMPLES), slice.timeMs, options, refused);
      if (outcome?.kind === 'refused') left = outcome;
      else if (outcome !== undefined) return outcome;
    }
    // series that were refused go by themselves, so that they do not take the others with them each minute
    const review = { ...options, onRefusal: 'search' as const };
    for (let at = 0; at < known.length; at += MAX_SAMPLES) {
      const setback = await this.#search([known.slice(at, at + MAX_SAMPLES)], slice.timeMs, review, MAX_REVIEW, refused);
      if (setback !== undefined) return setback;
    }
    return left ?? { kind: 'settled', refused };
  }

  /** Asks with a request that holds nothing whether the receiver takes requests at the moment. */
  async isTaking(options: Pick<SendOptions, 'signal' | 'deadlineMs'>): Promise<boolean> {
    return (await this.#request([], 0, { ...options, onRefusal: 'leave' }, ONCE)).kind === 'stored';
  }

  async #store(part: Part, timeMs: number, options: SendOptions, refused: RefusedSample[]): Promise<SliceOutcome | undefined> {
    const policy = options.isTripped === true ? ONCE : this.#parts.retry;
    const verdict = await this.#request(part, timeMs, options, policy);
    if (verdict.kind === 'stored') return undefined;
    const isTrip = options.isTripped === true && verdict.kind === 'later' && verdict.isAnswer;
    if (verdict.kind !== 'refused' && verdict.kind !== 'too_large' && !isTrip) return setbackOf(verdict);
    if (options.onRefusal === 'leave' && verdict.kind === 'refused') return { kind: 'refused', said: verdict.said };
    if (part.length === 1 && !isTrip) return void this.#refuse(part, verdict.said, refused);
    const halves = halvesOf(part);
    if (!isTrip) return this.#search(halves, timeMs, options, MAX_SEARCH, refused);
    const culprits: RefusedSample[] = [];
    const setback = await this.#search(halves, timeMs, options, MAX_PROBE, culprits);
    // a receiver that takes no part of it is down, and nobody's series is at fault
    if (setback === undefined && culprits.length < part.length) {
      refused.push(...culprits);
      return undefined;
    }
    for (const { sample } of culprits) this.#refused.delete(seriesId(sample.series));
    return setback ?? setbackOf(verdict);
  }

  /**
   * Halves what is refused until single series remain, the largest parts first, so that what can be stored is stored early. When
   * the requests are used up, what is left of it counts as refused.
   */
  async #search(
    parts: readonly Part[],
    timeMs: number,
    options: SendOptions,
    requests: number,
    refused: RefusedSample[],
  ): Promise<Setback | undefined> {
    const queue = [...parts];
    let said = '';
    for (let sent = 0; ; sent++) {
      const part = queue.shift();
      if (part === undefined) return undefined;
      if (sent >= requests) {
        for (const rest of [part, ...queue]) this.#refuse(rest, `${said} (looked at as a part of ${rest.length} series)`, refused);
        return undefined;
      }
      const verdict = await this.#request(part, timeMs, options, options.isTripped === true ? ONCE : this.#parts.retry);
      const isTrip = options.isTripped === true && verdict.kind === 'later' && verdict.isAnswer;
      if (verdict.kind === 'stored') {
        for (const { series } of part) this.#refused.delete(seriesId(series));
        continue;
      }
      if (verdict.kind !== 'refused' && verdict.kind !== 'too_large' && !isTrip) return setbackOf(verdict);
      said = verdict.said;
      if (part.length === 1) this.#refuse(part, said, refused);
      else queue.push(...halvesOf(part));
    }
  }

  #refuse(part: Part, said: string, refused: RefusedSample[]): void {
    for (const sample of part) {
      this.#refused.add(seriesId(sample.series));
      refused.push({ sample, said });
    }
  }

  /** One request with its repeats; a version that is not spoken is left at once and for good. */
  async #request(
    part: Part,
    timeMs: number,
    options: SendOptions,
    policy: RetryPolicy,
  ): Promise<Exclude<WriteVerdict, { kind: 'not_spoken' }> & Waiting> {
    const { endpoint, metadataOf, timing } = this.#parts;
    const { signal, deadlineMs } = options;
    const left = () => deadlineMs - timing.now();
    const pauseMs = this.#notBeforeMs - timing.now();
    if (pauseMs > 0) return paused(pauseMs);
    if (left() <= 0) return { kind: 'later', reason: 'stopped', said: 'the time for this minute is up', isAnswer: false, afterMs: 0 };
    const series = part.map(({ series, value }) => ({ series, samples: [{ timeMs, value }] }));
    const { outcome } = await retry(
      () => endpoint.write(series, metadataOf, { signal, timeoutMs: left(), nowMs: timing.now() }),
      ({ advice }) => advice,
      { ...policy, totalMs: Math.min(policy.totalMs, left()) },
      timing,
      signal,
    );
    const { verdict, advice } = outcome;
    const afterMs = advice.again ? (advice.afterMs ?? 0) : 0;
    if (afterMs > 0) this.#notBeforeMs = timing.now() + afterMs;
    if (verdict.kind !== 'not_spoken') return { ...verdict, afterMs };
    endpoint.downgrade();
    this.#parts.onDowngrade(verdict.said);
    return this.#request(part, timeMs, options, policy);
  }
}

interface Waiting {
  readonly afterMs: number;
}

function setbackOf(verdict: Extract<WriteVerdict, { kind: 'later' | 'barred' }> & Waiting): Setback {
  return verdict;
}

function paused(afterMs: number): Extract<WriteVerdict, { kind: 'later' }> & Waiting {
  const said = `the receiver has asked to be left alone for another ${Math.ceil(afterMs / 1000)} s`;
  return { kind: 'later', reason: 'paused', said, isAnswer: false, afterMs };
}

function halvesOf(part: Part): readonly Part[] {
  const middle = Math.ceil(part.length / 2);
  return [part.slice(0, middle), part.slice(middle)].filter((half) => half.length > 0);
}
