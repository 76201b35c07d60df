/**
 * Slack's Web API through Slack's own client, which knows the methods and how their arguments are written. Its retries, its
 * waiting for rate limits and its log are off: what is tried again, and when, is decided by whoever knows what the message was.
 * Requests travel by our own HTTP client, for its time limits, its reasons of failure and its bounded answers.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { WebAPIPlatformError, WebAPIRequestError, WebClient } from '@slack/web-api';
import { HttpClient, type HttpTls } from './http.ts';
import type { FailureReason } from './http-failure.ts';
import { retryAfterMs } from './retry-after.ts';

/** Where Slack is and who we are. */
export interface SlackWebOptions {
  /** Bot token. */
  readonly token: string;
  /** Another address than Slack's, with or without a `/` at its end. */
  readonly apiUrl?: string | undefined;
  /** Longest time of one call, in ms. */
  readonly timeoutMs: number;
  readonly tls?: HttpTls | undefined;
  /** The clock that pauses are measured by: ms since 1970. */
  readonly nowMs: () => number;
}

/** Bounds of one call. */
export interface SlackCallLimits {
  readonly signal?: AbortSignal | undefined;
  /** Shorter than the client's own when less time is left, in ms. */
  readonly timeoutMs?: number | undefined;
}

/** What came of one call; nothing is thrown. */
export type SlackOutcome =
  /** `ok: true`. */
  | { readonly kind: 'ok'; readonly data: Readonly<Record<string, unknown>> }
  /** `ok: false`: nothing was done, unless the error says otherwise. */
  | { readonly kind: 'error'; readonly error: string; readonly data: Readonly<Record<string, unknown>> }
  /** Another status than 200; `pauseMs` is what it asks to wait. */
  | { readonly kind: 'status'; readonly status: number; readonly text: string; readonly pauseMs: number | undefined }
  /** No answer. */
  | { readonly kind: 'failure'; readonly reason: FailureReason; readonly message: string };

/** Bytes of an answer that are kept: a page of a channel's history with metadata is the largest. */
const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;
/** Longest text of a refusal that is handed on. */
const MAX_TEXT = 300;

/** An answer that Slack's client must not interpret, carried through it as an error. */
class Carried extends Error {
  readonly outcome: SlackOutcome;
  constructor(outcome: SlackOutcome) {
    super(outcome.kind);
    this.outcome = outcome;
  }
}

/** A connection to Slack's Web API. */
export class SlackWeb {
  readonly #client: WebClient;
  readonly #http: HttpClient;
  readonly #limits = new AsyncLocalStorage<SlackCallLimits>();
  readonly #nowMs: () => number;

  /** @throws DriftwireError `DW_CONFIG_INVALID` for a token that no header can carry. */
  constructor({ token, apiUrl, timeoutMs, tls, nowMs }: SlackWebOptions) {
    this.#http = new HttpClient({ auth: { kind: 'bearer', token }, timeoutMs, tls, maxResponseBytes: MAX_RESPONSE_BYTES });
    this.#nowMs = nowMs;
    this.#client = new WebClient(token, {
      ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
      fetch: (url, init) => this.#fetch(String(url), init),
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      allowAbsoluteUrls: false,
      logger: SILENT,
    });
  }

  /** Calls one method. */
  async call(method: string, args: Readonly<Record<string, unknown>>, limits: SlackCallLimits = {}): Promise<SlackOutcome> {
    try {
      const data = await this.#limits.run(limits, () => this.#client.apiCall(method, args));
      return { kind: 'ok', data: { ...data } };
    } catch (cause) {
      // an answer that is no JSON comes as an error too, the whole of it
      if (cause instanceof WebAPIPlatformError)
        return { kind: 'error', error: String(cause.data.error).slice(0, MAX_TEXT), data: { ...cause.data } };
      if (cause instanceof WebAPIRequestError && cause.original instanceof Carried) return cause.original.outcome;
      return { kind: 'failure', reason: 'network', message: this.#http.redact(`${method}: ${messageOf(cause)}`) };
    }
  }

  /** Closes the connections; calls under way end as failures. */
  close(): void {
    this.#http.close();
  }

  async #fetch(url: string, init: RequestInit | undefined): Promise<Response> {
    const { body } = init ?? {};
    const headers = Object.fromEntries(new Headers(init?.headers).entries());
    const answer = await this.#http.send({
      method: 'POST',
      url,
      headers,
      body: typeof body === 'string' ? body : '',
      ...this.#limits.getStore(),
    });
    if (answer.kind === 'failure') throw new Carried(answer);
    const { status, headers: given, body: text, isCut } = answer;
    // half an answer to a call that was carried out
    if (status === 200 && isCut) throw new Carried({ kind: 'failure', reason: 'reset', message: `${url}: the answer broke off` });
    if (status !== 200) {
      throw new Carried({ kind: 'status', status, text: text.slice(0, MAX_TEXT), pauseMs: retryAfterMs(given, this.#nowMs()) });
    }
    return new Response(text, { status, headers: { 'content-type': 'application/json', 'x-oauth-scopes': given['x-oauth-scopes'] ?? '' } });
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

const nothing = (): void => undefined;
/** The client logs to the console, whole messages included. */
const SILENT: NonNullable<NonNullable<ConstructorParameters<typeof WebClient>[1]>['logger']> = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => 'error' as never,
  setName: nothing,
};
