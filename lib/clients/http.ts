/**
 * The one HTTP client of the sinks. Node's own `node:http` and `node:https` carry it and not `fetch`: only they take a
 * certificate authority of one's own without a second copy of undici (535 KB in a Lambda bundle), and only they tell that a
 * connection was a kept one (`reusedSocket`), which dies unseen when a Lambda sandbox is frozen. Redirects are never followed:
 * a followed POST would carry credentials and records to an address nobody configured.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { DriftwireError } from '../core/errors.ts';
import { type FailureReason, failureReason, failureText } from './http-failure.ts';
import { Redactor } from './redact.ts';

/** How the client shows who it is. */
export type HttpAuth =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string };

/** Whom the client believes on `https:` connections. */
export interface HttpTls {
  /** Certificates in PEM that are trusted instead of the system's, as with `ca_file` of Prometheus. */
  readonly ca?: string | undefined;
  /** True: any certificate is taken. For tests and first steps only: anybody on the way can read and change what is sent. */
  readonly insecure?: boolean | undefined;
}

/** What is the same for every request of one client. */
export interface HttpClientOptions {
  readonly auth?: HttpAuth | undefined;
  readonly tls?: HttpTls | undefined;
  /** Sent with every request; names of a request win over these. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Longest time of one request, from the first byte to the last, in ms. */
  readonly timeoutMs: number;
  /** Bytes of an answer's body that are kept; what is longer is cut and the connection closed. Default 64 KiB. */
  readonly maxResponseBytes?: number | undefined;
  /** Connections to one host at a time. Default 4. */
  readonly maxSockets?: number | undefined;
}

/** One request; `url` is absolute. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Uint8Array | string | undefined;
  /** Ends the request; the outcome is then a failure with reason `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Shorter than the client's own when less time is left, in ms. */
  readonly timeoutMs?: number | undefined;
  /** Instead of the client's own, for an answer that is known to be larger. */
  readonly maxResponseBytes?: number | undefined;
  /**
   * True when the receiver takes a repeat without harm. Only then is a request repeated, at once and once, that met a kept
   * connection which the other side had closed already.
   */
  readonly idempotent?: boolean | undefined;
}

/** The receiver has spoken, whatever it said. */
export interface HttpAnswer {
  readonly kind: 'answer';
  readonly status: number;
  /** Names in lower case; a repeated header's values are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** As text, at most `maxResponseBytes`, with the client's own secrets blacked out. */
  readonly body: string;
  /** The body was longer than is kept, or broke off. */
  readonly isCut: boolean;
}

/** No answer came; whether the receiver has taken the request is not known. */
export interface HttpFailure {
  readonly kind: 'failure';
  readonly reason: FailureReason;
  /** For people: method, address without credentials and query, what went wrong. */
  readonly message: string;
}

export type HttpOutcome = HttpAnswer | HttpFailure;

const DEFAULT_RESPONSE_BYTES = 64 * 1024;
const DEFAULT_SOCKETS = 4;

/** Sends requests; every outcome is a value, nothing is thrown after construction. Keeps its connections until `close`. */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #authorization: string | undefined;
  readonly #redactor: Redactor;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;

  /** @throws DriftwireError `DW_CONFIG_INVALID` for a credential that cannot be sent in a header. */
  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#authorization = options.auth === undefined ? undefined : authorizationOf(options.auth);
    this.#redactor = new Redactor(secretsOf(options.auth, this.#authorization));
    const pool = { keepAlive: true, maxSockets: options.maxSockets ?? DEFAULT_SOCKETS };
    this.#http = new HttpAgent(pool);
    const { ca, insecure } = options.tls ?? {};
    this.#https = new HttpsAgent({ ...pool, ...(ca === undefined ? {} : { ca }), rejectUnauthorized: insecure !== true });
  }

  /** Sends one request and waits for the whole answer. */
  async send(request: HttpRequest): Promise<HttpOutcome> {
    const first = await this.#attempt(request);
    return 'outcome' in first ? first.outcome : (await this.#attempt({ ...request, idempotent: false })).outcome;
  }

  /** Blacks out this client's secrets in a text. */
  redact(text: string): string {
    return this.#redactor.redact(text);
  }

  /** Closes the connections; requests under way end as failures. */
  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #attempt(request: HttpRequest & { readonly idempotent: false }): Promise<{ readonly outcome: HttpOutcome }>;
  #attempt(request: HttpRequest): Promise<{ readonly outcome: HttpOutcome } | { readonly stale: true }>;
  #attempt(request: HttpRequest): Promise<{ readonly outcome: HttpOutcome } | { readonly stale: true }> {
    return new Promise((resolve) => {
      const limits = this.#limits(request);
      const fail = (cause: unknown) => resolve({ outcome: this.#failure(request, cause, limits) });
      if (limits.signal.aborted) return fail(limits.signal.reason);
      const secure = request.url.startsWith('https:');
      const body = typeof request.body === 'string' ? Buffer.from(request.body) : request.body;
      try {
        const sending = (secure ? httpsRequest : httpRequest)(request.url, {
          method: request.method,
          agent: secure ? this.#https : this.#http,
          signal: limits.signal,
          headers: this.#headers(request, body),
        });
        sending.on('response', (message) => {
          readAnswer(message, request.maxResponseBytes ?? this.#options.maxResponseBytes ?? DEFAULT_RESPONSE_BYTES, (answer) =>
            resolve({ outcome: { ...answer, body: this.#redactor.redact(answer.body) } }),
          );
        });
        sending.on('error', (cause) => {
          const reason = failureReason(cause, limits);
          if (request.idempotent === true && sending.reusedSocket && reason === 'reset') resolve({ stale: true });
          else fail(cause);
        });
        sending.end(body);
      } catch (cause) {
        // an address or a header that Node refuses before anything is sent
        fail(cause);
      }
    });
  }

  #headers(request: HttpRequest, body: Uint8Array | undefined): Record<string, string | number> {
    return {
      'user-agent': 'driftwire',
      ...this.#options.headers,
      ...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
      ...request.headers,
      ...(body === undefined ? {} : { 'content-length': body.byteLength }),
    };
  }

  #limits(request: HttpRequest): { readonly signal: AbortSignal; readonly timeout: AbortSignal; readonly timeoutMs: number } {
    // Node takes whole numbers only
    const timeoutMs = Math.ceil(Math.max(0, Math.min(this.#options.timeoutMs, request.timeoutMs ?? Number.POSITIVE_INFINITY)));
    const timeout = AbortSignal.timeout(timeoutMs);
    return { signal: request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout]), timeout, timeoutMs };
  }

  #failure(request: HttpRequest, cause: unknown, limits: { readonly timeout: AbortSignal; readonly timeoutMs: number }): HttpFailure {
    const reason = failureReason(cause, limits);
    const text = failureText(reason, cause, limits.timeoutMs);
    return { kind: 'failure', reason, message: this.#redactor.redact(`${request.method} ${shownUrl(request.url)}: ${text}`) };
  }
}

/** An address for messages: scheme, host, port and path; credentials, query and fragment may hold secrets. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return 'an address that is none';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

function readAnswer(message: IncomingMessage, maxBytes: number, done: (answer: HttpAnswer) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const end = (isCut: boolean) => {
    const body = Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8');
    done({ kind: 'answer', status: message.statusCode ?? 0, headers: headersOf(message), body, isCut });
  };
  message.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes <= maxBytes) return;
    end(true);
    message.destroy();
  });
  message.on('end', () => end(false));
  // the status is the receiver's word even when the text behind it breaks off
  message.on('error', () => end(true));
}

function headersOf(message: IncomingMessage): Readonly<Record<string, string>> {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

function authorizationOf(auth: HttpAuth): string {
  const value =
    auth.kind === 'bearer' ? `Bearer ${auth.token}` : `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
  if (/^[\x20-\x7e]+$/.test(value)) return value;
  throw new DriftwireError(
    'DW_CONFIG_INVALID',
    'the bearer token holds a line break or another character that no header can carry: look at the file or variable it comes from',
  );
}

function secretsOf(auth: HttpAuth | undefined, authorization: string | undefined): readonly string[] {
  if (auth === undefined || authorization === undefined) return [];
  return auth.kind === 'bearer' ? [auth.token] : [auth.password, authorization.slice('Basic '.length)];
}
