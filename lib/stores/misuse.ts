import { DriftwireError } from '../core/errors.ts';
import { type IncidentMember, type Increment, MAX_NEW_MEMBERS, type Total } from '../core/ports.ts';

/** Largest single addition: the sum of 2^22 of them is still exact in a JavaScript number. */
const MAX_INCREMENT = 2 ** 31;

/** @throws {DriftwireError} `DW_INTERNAL` for what would make a total inexact: a fraction, a negative number, no name. */
export function checkIncrements(increments: readonly Increment[]): void {
  for (const { metric, by } of increments) {
    if (metric !== '' && Number.isInteger(by) && by >= 0 && by <= MAX_INCREMENT) continue;
    throw new DriftwireError('DW_INTERNAL', `${by} cannot be added to the total "${metric}": only whole numbers from 0 to 2^31`);
  }
}

/** @throws {DriftwireError} `DW_INTERNAL` for what is no whole number. */
export function checkLevels(levels: readonly Total[]): void {
  for (const { metric, value } of levels) {
    if (metric !== '' && Number.isSafeInteger(value)) continue;
    throw new DriftwireError('DW_INTERNAL', `"${metric}" cannot be raised to ${value}: only whole numbers that are exact`);
  }
}

/** @throws {DriftwireError} `DW_INTERNAL` for more members than one transaction takes, or one that is named twice. */
export function checkMembers(members: readonly IncidentMember[]): void {
  if (members.length <= MAX_NEW_MEMBERS && new Set(members.map(({ key }) => key)).size === members.length) return;
  throw new DriftwireError(
    'DW_INTERNAL',
    `${members.length} events cannot join an incident at once: at most ${MAX_NEW_MEMBERS}, each once`,
  );
}
