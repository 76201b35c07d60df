/**
 * One remote-write request and what its answer means. Decided by the status alone: the specification forbids reading a meaning
 * into texts, which differ between receivers and versions; they are passed on to people as they are.
 *
 * @see https://prometheus.io/docs/specs/prw/remote_write_spec/ (read 2026-11-20)
 */
import { type HttpAnswer, HttpClient, type HttpClientOptions, type HttpFailure, shownUrl } from '../clients/http.ts';
import {
  compress,
  encodeV1,
  encodeV1Metadata,
  encodeV2,
  type MetricMetadata,
  type RemoteWriteProtocol,
  type WriteSeries,
} from '../clients/remote-write-codec.ts';
import { type Advice, isRetryableStatus, judgeHttp } from '../clients/retry.ts';
import { type AwsCredentialSource, RequestSigner } from '../clients/sigv4.ts';
import type { DeliveryReason } from '../core/model/delivery-result.ts';

/** How one receiver is reached. */
export interface RemoteWriteAddress {
  /** Full address of the endpoint. */
  readonly url: string;
  /** The version that is tried first; 2.0 falls back for good where the receiver does not speak it. */
  readonly protocol: RemoteWriteProtocol;
  readonly http: HttpClientOptions;
  /** Sent as `X-Scope-OrgID`. */
  readonly tenant?: string | undefined;
  /** Signs for Amazon Managed Service for Prometheus. */
  readonly sigv4?: { readonly region: string; readonly credentials: AwsCredentialSource } | undefined;
  /** `name/version`, as the specification wants it. */
  readonly userAgent: string;
}

/** What an answer, or none, means for the samples of the request. */
export type WriteVerdict =
  | { readonly kind: 'stored' }
  /** The receiver finds fault with something in it, and will again. */
  | { readonly kind: 'refused'; readonly said: string }
  /** Too large in one piece. */
  | { readonly kind: 'too_large'; readonly said: string }
  /** The receiver does not speak this version of the protocol. */
  | { readonly kind: 'not_spoken'; readonly said: string }
  /** Not now. `isAnswer`: the receiver itself says so, with a status from 500. */
  | { readonly kind: 'later'; readonly reason: DeliveryReason; readonly said: string; readonly isAnswer: boolean }
  /** Nothing will pass until somebody changes something. */
  | { readonly kind: 'barred'; readonly reason: DeliveryReason; readonly said: string };

/** What came back from one request. */
export interface WriteOutcome {
  readonly verdict: WriteVerdict;
  readonly advice: Advice;
}

/** Signed for this service, whatever the address looks like. */
const AMP_SERVICE = 'aps';
/** Of an answer's text, in UTF-16 units. */
const MAX_SAID = 600;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]+/g;
/** Any of these shows that the receiver has understood 2.0; one that takes it for an empty 1.0 message sends none (and answers 204). */
const WRITTEN_HEADERS = ['samples', 'histograms', 'exemplars'].map((what) => `x-prometheus-remote-write-${what}-written`);

/** The endpoint of one receiver. */
export class RemoteWriteEndpoint {
  readonly #address: RemoteWriteAddress;
  readonly #client: HttpClient;
  readonly #signer: RequestSigner | undefined;
  #protocol: RemoteWriteProtocol;
  #hasSpokenV2 = false;

  /** @throws DriftwireError `DW_CONFIG_INVALID` for a credential that cannot be sent in a header. */
  constructor(address: RemoteWriteAddress) {
    this.#address = address;
    this.#protocol = address.protocol;
    this.#client = new HttpClient(address.http);
    this.#signer = address.sigv4 === undefined ? undefined : new RequestSigner({ ...address.sigv4, service: AMP_SERVICE });
  }

  /** The version that is spoken at present. */
  get protocol(): RemoteWriteProtocol {
    return this.#protocol;
  }

  /** Speaks 1.0 from now on. */
  downgrade(): void {
    this.#protocol = '1.0';
  }

  /** Writes series; none of them is a request as well, which stores nothing and is answered like any other. */
  async write(
    series: readonly WriteSeries[],
    metadataOf: (name: string) => MetricMetadata | undefined,
    limits: RequestLimits,
  ): Promise<WriteOutcome> {
    if (this.#protocol === '1.0') return this.#post(encodeV1(series), '1.0', limits);
    return this.#post(
      encodeV2(series, ({ name }) => metadataOf(name)),
      '2.0',
      limits,
    );
  }

  /** Tells types and help texts, in a request of its own; 2.0 has them beside each series. */
  async describe(metadata: readonly MetricMetadata[], limits: RequestLimits): Promise<WriteOutcome> {
    return this.#post(encodeV1Metadata(metadata), '1.0', limits);
  }

  close(): void {
    this.#client.close();
  }

  async #post(message: Uint8Array, protocol: RemoteWriteProtocol, { signal, timeoutMs, nowMs }: RequestLimits): Promise<WriteOutcome> {
    const { url } = this.#address;
    const body = compress(message);
    const headers = await this.#headers(protocol, body, nowMs);
    if ('verdict' in headers) return headers;
    // each time stands once for a series in it, so a repeat changes nothing
    const outcome = await this.#client.send({ method: 'POST', url, headers: headers.headers, body, signal, timeoutMs, idempotent: true });
    const advice = judgeHttp(outcome, nowMs);
    return { verdict: outcome.kind === 'failure' ? failed(outcome) : this.#judge(outcome, protocol), advice };
  }

  async #headers(
    protocol: RemoteWriteProtocol,
    body: Uint8Array,
    nowMs: number,
  ): Promise<WriteOutcome | { readonly headers: Readonly<Record<string, string>> }> {
    const { url, tenant, userAgent } = this.#address;
    const headers: Record<string, string> = {
      ...(tenant === undefined ? {} : { 'x-scope-orgid': tenant }),
      'content-encoding': 'snappy',
      'content-type': protocol === '1.0' ? 'application/x-protobuf' : 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
      'user-agent': userAgent,
      'x-prometheus-remote-write-version': protocol === '1.0' ? '0.1.0' : '2.0.0',
    };
    if (this.#signer === undefined) return { headers };
    try {
      return { headers: await this.#signer.sign({ method: 'POST', url, headers, body }, nowMs) };
    } catch (cause) {
      // asked again with the next snapshot: credentials of an instance come and go with its metadata service
      const said = `no AWS credentials to sign with: ${cause instanceof Error ? cause.message : String(cause)}`;
      return { verdict: { kind: 'barred', reason: 'unauthorized', said }, advice: { again: false } };
    }
  }

  #judge(answer: HttpAnswer, protocol: RemoteWriteProtocol): WriteVerdict {
    const { status, headers } = answer;
    const said = saidBy(answer, this.#address.url);
    const isWritten = WRITTEN_HEADERS.some((name) => headers[name] !== undefined);
    if (protocol === '2.0' && isWritten) this.#hasSpokenV2 = true;
    if (status === 200 || status === 204) {
      return protocol === '1.0' || isWritten
        ? { kind: 'stored' }
        : { kind: 'not_spoken', said: `${said}, without having written anything` };
    }
    if (status === 415) return protocol === '2.0' ? { kind: 'not_spoken', said } : { kind: 'barred', reason: 'misconfigured', said };
    // one that has never shown that it speaks 2.0 may find fault with the protocol; one that has finds fault with the samples
    if (status === 400 && protocol === '2.0' && !this.#hasSpokenV2) return { kind: 'not_spoken', said };
    if (status === 413) return { kind: 'too_large', said };
    if (status === 401 || status === 403) return { kind: 'barred', reason: 'unauthorized', said };
    if (status === 404 || status === 405) return { kind: 'barred', reason: 'misconfigured', said };
    if (isRetryableStatus(status)) {
      return { kind: 'later', reason: status === 429 ? 'rate_limited' : 'unavailable', said, isAnswer: status >= 500 };
    }
    if (status >= 400) return { kind: 'refused', said };
    return { kind: 'barred', reason: 'unexpected', said };
  }
}

/** Bounds of one request. */
export interface RequestLimits {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  readonly nowMs: number;
}

function failed({ reason, message: said }: HttpFailure): WriteVerdict {
  switch (reason) {
    case 'tls':
    case 'invalid':
      return { kind: 'barred', reason: 'misconfigured', said };
    case 'aborted':
      return { kind: 'later', reason: 'stopped', said, isAnswer: false };
    case 'timeout':
      return { kind: 'later', reason: 'timeout', said, isAnswer: false };
    default:
      return { kind: 'later', reason: 'unreachable', said, isAnswer: false };
  }
}

/** Where, what, and the beginning of the text, on one line. */
function saidBy({ status, body }: HttpAnswer, url: string): string {
  const text = body.slice(0, MAX_SAID).replace(CONTROLS, ' ').trim();
  return `${shownUrl(url)} answered ${status}${text === '' ? '' : `: ${text}`}`;
}
