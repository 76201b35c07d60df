/** Why no answer came. */
export type FailureReason =
  | 'timeout' // the time of the request was up
  | 'aborted' // the caller ended it
  | 'refused' // nobody listens there
  | 'reset' // the connection broke before the answer was there
  | 'dns' // the host has no address
  | 'tls' // the certificate is not trusted, or no TLS could be agreed on
  | 'invalid' // the address or a header cannot be sent
  | 'network'; // anything else on the way

const BY_CODE: Readonly<Record<string, FailureReason>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ECONNABORTED: 'reset',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ERR_INVALID_URL: 'invalid',
  ERR_INVALID_PROTOCOL: 'invalid',
  ERR_INVALID_CHAR: 'invalid',
  ERR_INVALID_HTTP_TOKEN: 'invalid',
  ERR_UNESCAPED_CHARACTERS: 'invalid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls',
  UNABLE_TO_GET_ISSUER_CERT: 'tls',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls',
  CERT_HAS_EXPIRED: 'tls',
  CERT_NOT_YET_VALID: 'tls',
  CERT_UNTRUSTED: 'tls',
  CERT_REJECTED: 'tls',
  CERT_SIGNATURE_FAILURE: 'tls',
  INVALID_CA: 'tls',
};

/** What kind of failure an error of Node's HTTP client is; a failed address selection counts as its first error. */
export function failureReason(cause: unknown, limits: { readonly timeout: AbortSignal }): FailureReason {
  const error = firstOf(cause);
  if (nameOf(error) === 'AbortError' || nameOf(error) === 'TimeoutError') return limits.timeout.aborted ? 'timeout' : 'aborted';
  const code = codeOf(error);
  if (code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || code === 'EPROTO') return 'tls';
  return Object.hasOwn(BY_CODE, code) ? (BY_CODE[code] ?? 'network') : 'network';
}

/** The failure in words, with what to do about it where that is known. */
export function failureText(reason: FailureReason, cause: unknown, timeoutMs: number): string {
  const error = firstOf(cause);
  const said = error instanceof Error ? error.message : String(error);
  switch (reason) {
    case 'timeout':
      return `no answer within ${timeoutMs} ms`;
    case 'aborted':
      return 'ended before the answer came';
    case 'tls':
      return `${said} (${codeOf(error)}): name the authority in tls.ca_file if it is your own`;
    case 'invalid':
      return `cannot be sent (${codeOf(error)}): check the address and the headers`;
    default:
      return said;
  }
}

function firstOf(cause: unknown): unknown {
  return cause instanceof AggregateError && cause.errors.length > 0 ? cause.errors[0] : cause;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
