import { DriftwireError } from '../../core/errors.ts';

/** SQLite's result codes that pass by themselves or when somebody makes room (https://www.sqlite.org/rescode.html). */
const PASSING: ReadonlyMap<number, string> = new Map([
  [5, 'another process has held it for too long'],
  [6, 'another process has held it for too long'],
  [7, 'the process is out of memory'],
  [10, 'the disk reports an error: look at the kernel log'],
  [13, 'the disk is full: make room'],
]);

/** Those that do not. */
const LASTING: ReadonlyMap<number, string> = new Map([
  [3, 'it may not be opened: check who owns it'],
  [8, 'it may not be written: check who owns it, and that the file system is writable'],
  [11, 'it is damaged'],
  [14, 'it cannot be opened: check that the folder is there and may be written'],
  [26, 'it is no database: something else has written there'],
]);

/** What can be done about a damaged file; said wherever one is met. */
export const DAMAGE_REMEDY =
  'stop driftwire, keep a copy of the folder, and put back a backup or the output of "sqlite3 driftwire.db .recover"; with an empty folder all totals begin anew';

/** Any failure of SQLite as an error that says whether trying again can help. */
export function storeError(cause: unknown, place: string): DriftwireError {
  if (cause instanceof DriftwireError) return cause;
  const primary = resultCode(cause) & 0xff;
  const passing = PASSING.get(primary);
  if (passing !== undefined) {
    return new DriftwireError('DW_STORE_UNAVAILABLE', `the store ${place} does not answer: ${passing}`, { retryable: true, cause });
  }
  const lasting = LASTING.get(primary) ?? (cause instanceof Error ? cause.message : String(cause));
  const remedy = primary === 11 ? `; ${DAMAGE_REMEDY}` : '';
  return new DriftwireError('DW_STORE_UNUSABLE', `the store ${place} cannot be used: ${lasting}${remedy}`, { cause });
}

function resultCode(cause: unknown): number {
  return cause instanceof Error && 'errcode' in cause && typeof cause.errcode === 'number' ? cause.errcode : 0;
}
