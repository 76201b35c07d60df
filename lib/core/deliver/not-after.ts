import type { Total } from '../ports.ts';

/**
 * The time of a newest event in seconds, or now: one event of a machine whose clock is years ahead would make its source look alive for years,
 * because such a level only rises.
 */
export function notAfter(level: Total, nowMs: number): Total {
  return { ...level, value: Math.min(level.value, Math.floor(nowMs / 1_000)) };
}
