/** Loki, the record: one entry for each event that made findings, whatever is repeated, refused or interrupted. */
import { HttpClient, type HttpClientOptions } from '../clients/http.ts';
import { DEFAULT_RETRY, type RetryPolicy, SYSTEM_TIMING, type Timing } from '../clients/retry.ts';
import { retryAfterMs } from '../clients/retry-after.ts';
import { judgePush } from '../core/deliver/loki-answer.ts';
import { type BatchBounds, DEFAULT_BOUNDS } from '../core/deliver/loki-batch.ts';
import type { Delivery } from '../core/model/delivery.ts';
import type { DeliveryResult, SinkCheck } from '../core/model/delivery-result.ts';
import type { DeliverOptions, OnResult, Sink } from '../core/ports.ts';
import { type LokiAddress, lokiAddress } from './loki-address.ts';
import { LokiMemory } from './loki-memory.ts';
import { StreamPace } from './loki-pace.ts';
import { answerText, PushHttp, unansweredReason } from './loki-push.ts';
import { LokiRun } from './loki-run.ts';
import { SinkGate } from './sink-gate.ts';

/** How one Loki is reached and what is sent to it. */
export interface LokiSinkOptions {
  /** Base address, or the whole push address. */
  readonly url: string;
  readonly http: HttpClientOptions;
  /** Sent as `X-Scope-OrgID`. */
  readonly tenant?: string | undefined;
  /** Names of structured metadata that become labels. */
  readonly promoted?: readonly string[] | undefined;
  /** False for a Loki without structured metadata. Default true. */
  readonly structuredMetadata?: boolean | undefined;
  /** Bound of a line, in bytes. Default Loki's own: 256 KB. A lower one that Loki names is learnt. */
  readonly maxLineBytes?: number | undefined;
  readonly bounds?: BatchBounds | undefined;
  readonly retry?: RetryPolicy | undefined;
  /**
   * How long an entry that Loki calls too far behind, and that is so old that only written chunks are searched for it, is put
   * off before it is taken for missing, in ms. Chunks are written after 30 minutes of quiet at the latest. Default 40 minutes.
   */
  readonly patienceMs?: number | undefined;
}

/** What a sink is given from outside. */
export interface LokiSinkParts {
  readonly timing?: Timing | undefined;
  readonly onResult?: OnResult | undefined;
}

const NAME = 'loki';
const DEFAULT_LINE_BYTES = 262_144;
const DEFAULT_PATIENCE_MS = 40 * 60 * 1000;

/** The sink of one Loki. Calls of one sink are worked off one after the other, so that what Loki asks of the sender holds for all. */
export class LokiSink implements Sink {
  readonly name = NAME;
  readonly #options: LokiSinkOptions;
  readonly #address: LokiAddress;
  readonly #client: HttpClient;
  readonly #push: PushHttp;
  readonly #gate: SinkGate;
  readonly #memory: LokiMemory;
  readonly #pace: StreamPace;
  readonly #timing: Timing;
  readonly #onResult: OnResult | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @throws DriftwireError `DW_CONFIG_INVALID` for an address or a credential that cannot work. */
  constructor(options: LokiSinkOptions, { timing = SYSTEM_TIMING, onResult }: LokiSinkParts = {}) {
    this.#options = options;
    this.#address = lokiAddress(options.url);
    this.#client = new HttpClient(options.http);
    this.#push = new PushHttp(this.#client, this.#address.push, options.tenant);
    this.#gate = new SinkGate(timing);
    this.#memory = new LokiMemory(timing, options.maxLineBytes ?? DEFAULT_LINE_BYTES);
    this.#pace = new StreamPace(timing);
    this.#timing = timing;
    this.#onResult = onResult;
  }

  /** Until when Loki has asked to be left alone, in ms since 1970; in the past when it has not. */
  get pausedUntilMs(): number {
    return this.#gate.notBeforeMs;
  }

  deliver(deliveries: readonly Delivery[], options: DeliverOptions = {}): Promise<readonly DeliveryResult[]> {
    const results = this.#last.then(() => this.#deliver(deliveries, options));
    // a call that failed for a fault of this program must not take the next ones with it
    this.#last = results.catch(() => undefined);
    return results;
  }

  /** Pushes a stream without entries, which takes the whole way of a push (address, credentials, tenant) and stores nothing. */
  async check(options: DeliverOptions = {}): Promise<SinkCheck> {
    const wait = this.#gate.notBeforeMs - this.#timing.now();
    if (wait > 0)
      return { ok: false, reason: 'paused', message: `Loki has asked to be left alone for another ${Math.ceil(wait / 1000)} s` };
    const { signal, release } = abortSignalOf(options);
    const outcome = await this.#push.send('{"streams":[{"stream":{"service_name":"driftwire"},"values":[]}]}', {
      signal,
      timeoutMs: (options.deadlineMs ?? Number.POSITIVE_INFINITY) - this.#timing.now(),
    });
    release();
    if (outcome.kind === 'failure') return { ok: false, reason: unansweredReason(outcome.reason), message: outcome.message };
    const pauseMs = retryAfterMs(outcome.headers, this.#timing.now());
    if (pauseMs !== undefined) this.#gate.pause(pauseMs);
    const verdict = judgePush(outcome.status, outcome.body);
    if (verdict.kind === 'stored') return { ok: true };
    const reason = 'reason' in verdict ? verdict.reason : 'unexpected';
    return { ok: false, reason, message: answerText(outcome, this.#address.push) };
  }

  close(): void {
    this.#client.close();
  }

  async #deliver(deliveries: readonly Delivery[], options: DeliverOptions): Promise<readonly DeliveryResult[]> {
    const { signal, release } = abortSignalOf(options);
    const run = new LokiRun(deliveries, {
      push: this.#push,
      client: this.#client,
      address: this.#address,
      gate: this.#gate,
      memory: this.#memory,
      pace: this.#pace,
      timing: this.#timing,
      retry: this.#options.retry ?? DEFAULT_RETRY,
      bounds: this.#options.bounds ?? DEFAULT_BOUNDS,
      entry: { promoted: this.#options.promoted ?? [], structuredMetadata: this.#options.structuredMetadata ?? true },
      patienceMs: this.#options.patienceMs ?? DEFAULT_PATIENCE_MS,
      deadlineMs: options.deadlineMs ?? Number.POSITIVE_INFINITY,
      signal,
      notes: options.notes,
      onSettled: (delivery, result) => this.#onResult?.(NAME, delivery, result),
    });
    const results = await run.results();
    release();
    return results;
  }
}

/** Node's own kind of signal for the caller's, and what to call when it is no longer needed. */
function abortSignalOf({ signal }: DeliverOptions): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  if (signal?.aborted === true) abort();
  signal?.addEventListener('abort', abort);
  return { signal: controller.signal, release: () => signal?.removeEventListener('abort', abort) };
}
