import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type HttpAnswer, type HttpClient, type HttpOutcome, shownUrl } from '../clients/http.ts';
import type { FailureReason } from '../clients/http-failure.ts';
import type { DeliveryReason } from '../core/model/delivery-result.ts';

/** Level 5 of zlib: 1.43 MB of audit records become 119 KB in 10 ms; higher levels gain little. */
const GZIP_LEVEL = 5;
/** Refusals name each entry: a thousand of them are 250 KB. */
const MAX_ANSWER_BYTES = 1024 * 1024;
/** Of an answer's text in messages. */
const MAX_SHOWN = 600;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being removed
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]+/g;

const compress = promisify(gzip);

/** Sends bodies to the push address of one Loki. */
export class PushHttp {
  readonly #client: HttpClient;
  readonly #url: string;
  /** What tells the tenant, for requests beside the push. */
  readonly tenantHeaders: Readonly<Record<string, string>>;

  constructor(client: HttpClient, url: string, tenant: string | undefined) {
    this.#client = client;
    this.#url = url;
    this.tenantHeaders = tenant === undefined ? {} : { 'x-scope-orgid': tenant };
  }

  get url(): string {
    return this.#url;
  }

  /** One push, compressed. A repeat does no harm, so one that met a dead connection is sent again at once. */
  async send(body: string, limits: { readonly signal: AbortSignal; readonly timeoutMs: number }): Promise<HttpOutcome> {
    const packed = await compress(body, { level: GZIP_LEVEL });
    return this.#client.send({
      method: 'POST',
      url: this.#url,
      headers: { ...this.tenantHeaders, 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: packed,
      idempotent: true,
      maxResponseBytes: MAX_ANSWER_BYTES,
      ...limits,
    });
  }
}

/** An answer in words: where, what, and the beginning of the text, without control characters. */
export function answerText({ status, body }: HttpAnswer, url: string): string {
  const text = body.slice(0, MAX_SHOWN).replace(CONTROLS, ' ').trim();
  return `${shownUrl(url)} answered ${status}${text === '' ? '' : `: ${text}`}`;
}

/** The reason of a delivery for a request that got no answer. */
export function unansweredReason(reason: FailureReason): DeliveryReason {
  switch (reason) {
    case 'timeout':
      return 'timeout';
    case 'aborted':
      return 'stopped';
    case 'tls':
    case 'invalid':
      return 'misconfigured';
    default:
      return 'unreachable';
  }
}
