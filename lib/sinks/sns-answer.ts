/** What the errors of Amazon SNS mean (https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html, read 2026-11-21). */
import { failureReason } from '../clients/http-failure.ts';
import { retryAfterMs } from '../clients/retry-after.ts';
import type { DeliveryReason } from '../core/model/delivery-result.ts';
import type { ItemVerdict, SendVerdict } from './receiver-protocol.ts';

const UNAUTHORIZED =
  /^(?:AuthorizationError|InvalidClientTokenId|InvalidSecurity|SignatureDoesNotMatch|ExpiredToken|AccessDenied|MissingAuthenticationToken|UnrecognizedClient|OptInRequired|KMSAccessDenied|CredentialsProvider|TokenProvider|Incomplete ?Signature|RequestExpired)/;
const MISCONFIGURED =
  /^(?:NotFound|KMS(?:NotFound|Disabled|InvalidState|OptInRequired)|InvalidAction|EndpointDisabled|PlatformApplicationDisabled)/;
const THROTTLED = /^(?:Throttl|KMSThrottling|RequestLimitExceeded|TooManyRequests|SlowDown|BandwidthLimitExceeded)/;
const TOO_LARGE = /^(?:BatchRequestTooLong|RequestEntityTooLarge)/;

/** What an error of a call means. The SDK's errors name the error of the service; those of Node's sockets come as they are. */
export function snsVerdict(error: unknown, topic: string, nowMs: number): Exclude<SendVerdict, { kind: 'taken' | 'each' }> {
  const name = error instanceof Error ? error.name : 'Error';
  const message = `${topic}: ${name}: ${error instanceof Error ? error.message : String(error)}`.slice(0, 600);
  if (UNAUTHORIZED.test(name)) return { kind: 'barred', reason: 'unauthorized', message };
  if (MISCONFIGURED.test(name)) return { kind: 'barred', reason: 'misconfigured', message };
  const { status, headers } = responseOf(error);
  const pauseMs = headers === undefined ? undefined : retryAfterMs(headers, nowMs);
  if (THROTTLED.test(name) || status === 429) return { kind: 'wait', reason: 'rate_limited', message, pauseMs, mayHaveCome: false };
  if (TOO_LARGE.test(name) || status === 413) return { kind: 'refused', reason: 'too_large', message };
  if (status >= 500) return { kind: 'wait', reason: 'unavailable', message, pauseMs, mayHaveCome: status !== 503 };
  if (status === 403 || status === 401) return { kind: 'barred', reason: 'unauthorized', message };
  if (status >= 400) return { kind: 'refused', reason: 'invalid', message };
  const reason = networkReason(error, name);
  if (reason === 'misconfigured') return { kind: 'barred', reason, message };
  return { kind: 'wait', reason, message, mayHaveCome: !/ECONNREFUSED|ENOTFOUND|EAI_AGAIN/.test(message) };
}

/** What the failed entry of a batch means. */
export function entryVerdict(code: string, said: string, isSendersFault: boolean): ItemVerdict {
  const message = `${code}: ${said}`.slice(0, 600);
  if (!isSendersFault) return { kind: 'wait', reason: THROTTLED.test(code) ? 'rate_limited' : 'unavailable', message, mayHaveCome: false };
  return { kind: 'refused', reason: 'invalid', message };
}

const BROKEN: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ECONNABORTED']);

/** The SDK calls a broken connection a timeout, too; the code of the socket tells the two apart. */
function networkReason(error: unknown, name: string): DeliveryReason {
  if (error instanceof Error && 'code' in error && BROKEN.has(error.code)) return 'unreachable';
  if (name === 'AbortError') return 'stopped';
  if (name === 'TimeoutError') return 'timeout';
  return failureReason(error, { timeout: AbortSignal.abort() }) === 'tls' ? 'misconfigured' : 'unreachable';
}

function responseOf(error: unknown): { readonly status: number; readonly headers?: Readonly<Record<string, string>> } {
  if (typeof error !== 'object' || error === null || !('$response' in error)) return { status: 0 };
  const response = error.$response;
  if (typeof response !== 'object' || response === null || !('statusCode' in response) || typeof response.statusCode !== 'number') {
    return { status: 0 };
  }
  const headers = 'headers' in response && typeof response.headers === 'object' && response.headers !== null ? response.headers : {};
  return {
    status: response.statusCode,
    headers: Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), String(value)])),
  };
}
