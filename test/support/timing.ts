import type { Timing } from '../../lib/clients/retry.ts';

/** A clock that moves only when somebody sleeps, with the waits it was asked for. */
export interface ManualTiming extends Timing {
  readonly slept: readonly number[];
  /** Moves the clock without a sleep. */
  advance(ms: number): void;
}

/** Makes a clock that stands at `startMs`; chance is 0.5 unless told. */
export function manualTiming(
  over: { readonly startMs?: number; readonly random?: () => number; readonly onSleep?: (ms: number) => void } = {},
): ManualTiming {
  let now = over.startMs ?? Date.UTC(2026, 10, 20, 9, 0, 0);
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
    sleep: (ms) => {
      slept.push(ms);
      now += ms;
      over.onSleep?.(ms);
      return Promise.resolve();
    },
    random: over.random ?? (() => 0.5),
  };
}
