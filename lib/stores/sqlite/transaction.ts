import type { DatabaseSync } from 'node:sqlite';

/**
 * Does some work wholly or not at all. It is the writer from its beginning on, so that what it reads is still true when it
 * writes, whatever other processes do.
 */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (cause) {
    // SQLite itself has rolled back where the disk is full or fails.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw cause;
  }
}
