/** What an answer of DynamoDB means, and repeating what may succeed later. */
import { type RetryPolicy, retry, type Timing } from '../../clients/retry.ts';
import { DriftwireError } from '../../core/errors.ts';

/**
 * Names of errors after which the same call may succeed
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html, read 2026-11-20).
 */
const PASSING: ReadonlySet<string> = new Set([
  'InternalServerError',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'ReplicatedWriteConflictException',
  'RequestLimitExceeded',
  'ServiceUnavailable',
  'ThrottlingException',
  'TimeoutError',
  'TransactionConflictException',
  'TransactionInProgressException',
]);

/** Reasons for which one item cancels a transaction that may succeed later. */
const PASSING_REASONS: ReadonlySet<string> = new Set(['TransactionConflict', 'ProvisionedThroughputExceeded', 'ThrottlingError']);

/** Short and many: transactions meet for milliseconds. In all less than the second half of a function's time. */
export const STORE_RETRY: RetryPolicy = { maxAttempts: 20, baseMs: 25, capMs: 1_000, totalMs: 15_000 };

/** Why a transaction was cancelled: the code of each action, `None` where it was not the reason. Undefined: it was not cancelled. */
export function cancellation(error: unknown): readonly string[] | undefined {
  if (nameOf(error) !== 'TransactionCanceledException' || !(error instanceof Error) || !('CancellationReasons' in error)) return undefined;
  const reasons: unknown = error.CancellationReasons;
  return Array.isArray(reasons) ? reasons.map(codeOf) : undefined;
}

/** True for an action that was cancelled by another transaction or by the table's limit, and may succeed later. */
export function isPassingReason(code: string): boolean {
  return PASSING_REASONS.has(code);
}

/** True when a condition of a single write did not hold. */
export function isConditionFailure(error: unknown): boolean {
  return nameOf(error) === 'ConditionalCheckFailedException';
}

/** True when the same call may succeed later: throttled, in the way of another, failed inside, or no answer. */
export function isPassing(error: unknown): boolean {
  const reasons = cancellation(error);
  if (reasons !== undefined) return reasons.some(isPassingReason);
  return PASSING.has(nameOf(error)) || statusOf(error) >= 500 || isNetworkFailure(error);
}

/** Calls until it succeeds, fails for good, or tries and time are up. */
export async function persistently<T>(
  call: () => Promise<T>,
  timing: Timing,
  policy: RetryPolicy = STORE_RETRY,
  isWorthIt: (error: unknown) => boolean = isPassing,
): Promise<T> {
  const attempt = async (): Promise<{ readonly value: T } | { readonly error: unknown }> => {
    try {
      return { value: await call() };
    } catch (error) {
      return { error };
    }
  };
  const { outcome } = await retry(attempt, (tried) => ({ again: 'error' in tried && isWorthIt(tried.error) }), policy, timing);
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

/** Any failure as an error that says whether trying again can help, and what to do when not. */
export function dynamoError(cause: unknown, table: string): DriftwireError {
  if (cause instanceof DriftwireError) return cause;
  const said = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  if (isPassing(cause)) {
    return new DriftwireError('DW_STORE_UNAVAILABLE', `the table ${table} does not answer in time (${said})`, { retryable: true, cause });
  }
  return new DriftwireError('DW_STORE_UNUSABLE', `the table ${table} cannot be used (${said})${remedyFor(cause)}`, { cause });
}

/** What a person does about it: functions have their region and credentials from Lambda. */
function remedyFor(cause: unknown): string {
  switch (nameOf(cause)) {
    case 'ResourceNotFoundException':
      return ': deploy the stack that makes it, or check its name and region';
    case 'CredentialsProviderError':
    case 'ExpiredTokenException':
    case 'UnrecognizedClientException':
      return ': sign in as for the AWS CLI (aws sso login, AWS_PROFILE)';
    default:
      return cause instanceof Error && cause.message === 'Region is missing' ? ': name it with --region or AWS_REGION' : '';
  }
}

function codeOf(reason: unknown): string {
  return typeof reason === 'object' && reason !== null && 'Code' in reason && typeof reason.Code === 'string' ? reason.Code : 'None';
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

function statusOf(error: unknown): number {
  if (!(error instanceof Error) || !('$metadata' in error)) return 0;
  const metadata = error.$metadata;
  return typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata && typeof metadata.httpStatusCode === 'number'
    ? metadata.httpStatusCode
    : 0;
}

/** The SDK hands on the errors of Node's sockets and resolver. */
function isNetworkFailure(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  return ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'ECONNABORTED'].includes(error.code);
}
