/**
 * The one middy stack of all handlers: one line of JSON for a failure, none for a success, and enough time left before
 * Lambda's own limit to hand failures back. What a handler does with an event stays in `lib/`.
 */
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { DriftwireError } from '../../lib/core/errors.ts';

/** Milliseconds before Lambda's own timeout at which a handler is stopped, so that a partial result can still be returned. */
const EARLY_MS = 1_000;

/** A handler as Lambda calls it. */
export type LambdaHandler<Event, Result> = (event: Event, context: Context) => Promise<Result>;

/**
 * Wraps a handler in the stack.
 *
 * @throws whatever the handler throws: Lambda retries, or hands the event to the failure destination.
 */
export function lambda<Event, Result>(handler: (event: Event, context: Context) => Promise<Result>): LambdaHandler<Event, Result> {
  const stack = middy<Event, Result, Error, Context>({
    timeoutEarlyInMillis: EARLY_MS,
    timeoutEarlyResponse: () => {
      throw new DriftwireError('DW_INTERNAL', 'the handler ran out of time', { retryable: true });
    },
  });
  stack.onError(({ error }) => {
    // Never the event itself: it may hold secrets of the account it came from.
    process.stderr.write(`${JSON.stringify(failureLine(error))}\n`);
  });
  return stack.handler(handler) as LambdaHandler<Event, Result>;
}

function failureLine(error: unknown): Readonly<Record<string, unknown>> {
  if (isDriftwireError(error)) return { level: 'error', code: error.code, retryable: error.retryable, message: error.message };
  return { level: 'error', code: 'DW_INTERNAL', retryable: true, message: error instanceof Error ? error.message : String(error) };
}

/** By its name: handler and work are bundled apart, and each has a class of its own. */
function isDriftwireError(error: unknown): error is DriftwireError {
  return error instanceof Error && error.name === 'DriftwireError' && 'code' in error && 'retryable' in error;
}
