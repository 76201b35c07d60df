/**
 * Runs something that may fail in one expected way.
 *
 * @param kind - The expected failure; every other one is thrown on.
 * @returns what was made, or the failure.
 */
export function attempt<T, E extends Error>(
  kind: abstract new (...args: never[]) => E,
  make: () => T,
): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E } {
  try {
    return { ok: true, value: make() };
  } catch (cause) {
    if (!(cause instanceof kind)) throw cause;
    return { ok: false, error: cause };
  }
}
