/** What is left of an invocation when nothing more is begun, in ms: for a call under way, the answer, and the middleware's own second. */
const RESERVE_MS = 3_500;

/** When a function stops to begin anything, in ms since 1970. */
export function deadlineOf({ getRemainingTimeInMillis }: { getRemainingTimeInMillis(): number }): number {
  return Date.now() + getRemainingTimeInMillis() - RESERVE_MS;
}
