/** Slack, for people: one message for what somebody does, which stays true; nothing is lost when Slack is slow, and nothing is said twice. */
import { DEFAULT_RETRY, type RetryPolicy, SYSTEM_TIMING, type Timing } from '../clients/retry.ts';
import { channelOf, isAtLeast, type Routing } from '../core/deliver/incident/channel-route.ts';
import { mutedBy } from '../core/deliver/mute.ts';
import type { RenderSettings } from '../core/deliver/slack/render.ts';
import { DriftwireError } from '../core/errors.ts';
import type { Delivery } from '../core/model/delivery.ts';
import type { DeliveryResult, SinkCheck } from '../core/model/delivery-result.ts';
import type { Priority } from '../core/model/finding.ts';
import type { DeliverOptions, IncidentRecords, OnResult, Sink } from '../core/ports.ts';
import { IncidentBook } from './slack-book.ts';
import type { Routed } from './slack-cases.ts';
import type { MuteBook } from './slack-mutes.ts';
import { SlackPace } from './slack-pace.ts';
import type { CALL_SPACING_MS, SlackPoster } from './slack-poster.ts';
import { SlackRun } from './slack-run.ts';
import { SlackWork } from './slack-work.ts';

/** What is told, where, and how. */
export interface SlackSinkOptions {
  readonly routing: Routing;
  readonly minimumPriority: Priority;
  /** Events of one person within this time share a message, in ms. */
  readonly windowMs: number;
  /** New incidents a minute and channel that get a message of their own; the rest are told as a digest. */
  readonly maxIncidentsAMinute: number;
  readonly render: RenderSettings;
  /** Longest time of one request, in ms. */
  readonly timeoutMs: number;
  readonly retry?: RetryPolicy | undefined;
  /** How far apart calls are, in ms. Default: what Slack asks for. */
  readonly spacing?: Partial<Record<keyof typeof CALL_SPACING_MS, number>> | undefined;
}

/** What a sink is given from outside. */
export interface SlackSinkParts {
  readonly poster: SlackPoster;
  readonly records: IncidentRecords;
  /** What people have asked not to be told of; read once a call. */
  readonly mutes?: Pick<MuteBook, 'inForce'> | undefined;
  readonly timing?: Timing | undefined;
  readonly onResult?: OnResult | undefined;
}

const NAME = 'slack';
/** One call ends after this time, in ms: what came meanwhile may be more urgent than what is left. */
const CALL_MS = 30_000;
/** When a store that could not be used is asked again, in ms. */
const STORE_AGAIN_MS = 1_000;
const DELIVERED: DeliveryResult = { kind: 'delivered' };
const SKIPPED: DeliveryResult = { kind: 'delivered', skipped: true };
const MUTED: DeliveryResult = { kind: 'delivered', skipped: 'muted' };
const STOPPED: DeliveryResult = { kind: 'later', reason: 'stopped', message: 'ended before it was told', afterMs: 0 };

/** The sink of one Slack. Calls of one sink are worked off one after the other. */
export class SlackSink implements Sink {
  readonly name = NAME;
  readonly takesAlerts = true;
  readonly #options: SlackSinkOptions;
  readonly #parts: SlackSinkParts;
  readonly #timing: Timing;
  readonly #pace: SlackPace;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: SlackSinkOptions, parts: SlackSinkParts) {
    this.#options = options;
    this.#parts = parts;
    this.#timing = parts.timing ?? SYSTEM_TIMING;
    this.#pace = new SlackPace(this.#timing, options.spacing);
  }

  deliver(deliveries: readonly Delivery[], options: DeliverOptions = {}): Promise<readonly DeliveryResult[]> {
    return this.#inTurn(async () => {
      const meant = deliveries.filter((delivery) => isAtLeast(delivery, this.#options.minimumPriority));
      const results = meant.length === 0 ? new Map<string, DeliveryResult>() : await this.#deliver(meant, options);
      return deliveries.map((delivery) => {
        const result = isAtLeast(delivery, this.#options.minimumPriority) ? (results.get(delivery.key) ?? DELIVERED) : SKIPPED;
        this.#parts.onResult?.(NAME, delivery, result);
        return result;
      });
    });
  }

  /**
   * Brings the message of an incident up to date after somebody has acknowledged or muted it, beside whatever is being delivered.
   * What cannot be done now is done with its next event. Rejects when the store cannot be used.
   */
  async refresh(marker: string, options: DeliverOptions = {}): Promise<void> {
    const { signal, release } = abortSignalOf(options);
    try {
      await this.#run(signal, options).refresh(marker);
    } finally {
      release();
    }
  }

  async check(options: DeliverOptions = {}): Promise<SinkCheck> {
    const { routes, clusters, accounts, channel } = this.#options.routing;
    const channels = new Set([channel, ...routes.map((route) => route.channel), ...Object.values(clusters), ...Object.values(accounts)]);
    const { signal, release } = abortSignalOf(options);
    const leftMs = (options.deadlineMs ?? Number.POSITIVE_INFINITY) - this.#timing.now();
    const checked = await this.#parts.poster.check([...channels], { signal, timeoutMs: Math.min(this.#options.timeoutMs, leftMs) });
    release();
    return checked;
  }

  close(): void {
    this.#parts.poster.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    // a call that failed for a fault of this program must not take the next ones with it
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** By key; one that is not there is not to be told. */
  async #deliver(deliveries: readonly Delivery[], options: DeliverOptions): Promise<ReadonlyMap<string, DeliveryResult>> {
    if (options.signal?.aborted === true || this.#timing.now() >= (options.deadlineMs ?? Number.POSITIVE_INFINITY)) {
      return new Map(deliveries.map(({ key }) => [key, STOPPED]));
    }
    const { signal, release } = abortSignalOf(options);
    try {
      const { events, muted } = await this.#sorted(deliveries);
      const barred = events.flatMap(({ delivery, channel }) => {
        const result = this.#pace.barred(channel);
        return result === undefined ? [] : [[delivery.key, result] as const];
      });
      const run = this.#run(signal, options);
      const told = await run.tell(events.filter(({ channel }) => this.#pace.barred(channel) === undefined));
      return new Map([...muted.map((key) => [key, MUTED] as const), ...barred, ...told]);
    } catch (cause) {
      const result = failure(cause);
      return new Map(deliveries.map(({ key }) => [key, result]));
    } finally {
      release();
    }
  }

  /** What is to be told, and the keys of what people have muted; each event once. */
  async #sorted(deliveries: readonly Delivery[]): Promise<{ readonly events: readonly Routed[]; readonly muted: readonly string[] }> {
    const unique = [...new Map(deliveries.map((delivery) => [delivery.key, delivery])).values()];
    const now = this.#timing.now();
    const mutes = (await this.#parts.mutes?.inForce(now)) ?? [];
    const unwanted = unique.filter((delivery) => mutedBy(mutes, delivery, now) !== undefined).map(({ key }) => key);
    // what was counted before somebody muted it is told to its end: the message has its number already
    const counted = unwanted.length === 0 ? new Map() : await this.#parts.records.incidentMembers(unwanted);
    const muted = new Set(unwanted.filter((key) => !counted.has(key)));
    const events = unique
      .filter(({ key }) => !muted.has(key))
      .map((delivery) => ({ delivery, channel: channelOf(delivery, this.#options.routing) }));
    return { events, muted: [...muted] };
  }

  #run(signal: AbortSignal, { deadlineMs = Number.POSITIVE_INFINITY }: DeliverOptions): SlackRun {
    const { timeoutMs, retry, render, windowMs, maxIncidentsAMinute } = this.#options;
    const { poster, records } = this.#parts;
    const endMs = Math.min(deadlineMs, this.#timing.now() + CALL_MS);
    const parts = {
      poster,
      book: new IncidentBook(records),
      pace: this.#pace,
      timing: this.#timing,
      retry: retry ?? DEFAULT_RETRY,
      render,
      signal,
      endMs,
      deadlineMs,
      timeoutMs,
    };
    return new SlackRun(new SlackWork(parts), { grouping: { windowMs, manner: poster.manner }, maxAMinute: maxIncidentsAMinute });
  }
}

function failure(cause: unknown): DeliveryResult {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (!(cause instanceof DriftwireError)) return { kind: 'later', reason: 'unexpected', message, afterMs: STORE_AGAIN_MS };
  return cause.retryable
    ? { kind: 'later', reason: 'unavailable', message, afterMs: STORE_AGAIN_MS }
    : { kind: 'refused', reason: 'misconfigured', permanent: false, message };
}

/** Node's own kind of signal for the caller's, and what to call when it is no longer needed. */
function abortSignalOf({ signal }: DeliverOptions): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  if (signal?.aborted === true) abort();
  signal?.addEventListener('abort', abort);
  return { signal: controller.signal, release: () => signal?.removeEventListener('abort', abort) };
}
