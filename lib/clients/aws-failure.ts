/** What an error of AWS's SDK means for whoever made the call. */

/**
 * Names of errors after which the same call may succeed, beside those that the status tells: throttling is 400 in the JSON protocols
 * (https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/CommonErrors.html, read 2026-11-21).
 */
const PASSING: ReadonlySet<string> = new Set([
  'InternalFailure',
  'InternalServerError',
  'LimitExceededException',
  'RequestLimitExceeded',
  'RequestTimeout',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'Throttling',
  'ThrottledException',
  'ThrottlingException',
  'TimeoutError',
  'TooManyRequestsException',
]);

/** What the SDK hands on of Node's sockets and resolver. */
const NETWORK: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** The error's code; empty for what is no error. */
export function awsErrorName(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** True when the same call may succeed later: throttled, failed inside, or no answer. */
export function isPassingAwsError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (PASSING.has(error.name)) return true;
  if ('code' in error && typeof error.code === 'string' && NETWORK.has(error.code)) return true;
  const status = statusOf(error);
  return status === 429 || status >= 500;
}

function statusOf(error: Error): number {
  if (!('$metadata' in error)) return 0;
  const metadata = error.$metadata;
  return typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata && typeof metadata.httpStatusCode === 'number'
    ? metadata.httpStatusCode
    : 0;
}
