/** What is left of an invocation when nothing more is begun, in ms: for a call under way, the answer, and the middleware's own second. */
const RESERVE_MS = 3_500;

/**
 * How long after the deadline an answer still reaches Lambda, in ms. Later the middleware has told it that everything failed: what is still at
 * work then, or goes on when the process is woken for its next event, is done again by another invocation and must count nothing.
 */
export const ANSWER_WITHIN_MS = 2_000;

/** When a function stops to begin anything, in ms since 1970. */
export function deadlineOf({ getRemainingTimeInMillis }: { getRemainingTimeInMillis(): number }): number {
  return Date.now() + getRemainingTimeInMillis() - RESERVE_MS;
}
