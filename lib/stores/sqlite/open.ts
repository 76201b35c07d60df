/** Opening an embedded store: one file that only its owner may read, checked and brought up to date before anything else happens. */
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DriftwireError } from '../../core/errors.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';
import { DAMAGE_REMEDY, storeError } from './store-error.ts';
import { transaction } from './transaction.ts';

/** The file in the state folder; SQLite keeps its log and index beside it. */
export const STORE_FILE = 'driftwire.db';

/** Size to which the log is cut back, in bytes. */
const LOG_BYTES = 64 * 1024 * 1024;

/**
 * Opens the store of a folder, which is made if it is not there.
 *
 * @param busyMs - How long to wait for another process.
 * @param migrations - All steps there are, see `schema.ts`.
 * @throws {DriftwireError} `DW_STORE_UNUSABLE` when it is damaged, somebody else's, of a newer version or not accessible; `DW_STORE_UNAVAILABLE` when it is busy.
 */
export function openDatabase(folder: string, busyMs: number, migrations: readonly string[] = MIGRATIONS): DatabaseSync {
  const path = join(folder, STORE_FILE);
  let db: DatabaseSync | undefined;
  try {
    makeFile(folder, path);
    db = new DatabaseSync(path, { timeout: busyMs });
    checkOwner(db, path);
    prepare(db);
    checkWhole(db, path);
    migrate(db, path, migrations);
    return db;
  } catch (cause) {
    db?.close();
    throw storeError(cause, path);
  }
}

/** The log holds what people did and who they are. SQLite gives the files beside it the same mode. */
function makeFile(folder: string, path: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}

/** Before the first write: the file of another program is left as it is. @throws {DriftwireError} `DW_STORE_UNUSABLE`. */
export function checkOwner(db: DatabaseSync, path: string): void {
  const tables = Number(db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']);
  const id = pragma(db, 'application_id');
  if (id === APPLICATION_ID || (id === 0 && tables === 0)) return;
  throw new DriftwireError('DW_STORE_UNUSABLE', `${path} is the database of another program: name another folder in serve.state_dir`);
}

/**
 * A commit is on the disk before it is acknowledged: the log is synced with each (`synchronous=FULL`). The file gives freed
 * pages back in small steps, so that an hour without Loki does not leave it large for ever.
 */
function prepare(db: DatabaseSync): void {
  db.exec('PRAGMA auto_vacuum = INCREMENTAL');
  db.exec('PRAGMA journal_mode = WAL');
  db.exec('PRAGMA synchronous = FULL');
  // The log keeps its largest size otherwise: one post of hundreds of MB, for ever.
  db.exec(`PRAGMA journal_size_limit = ${LOG_BYTES}`);
  db.exec('PRAGMA foreign_keys = ON');
  db.exec('PRAGMA trusted_schema = OFF');
}

function checkWhole(db: DatabaseSync, path: string): void {
  const [first] = db.prepare('PRAGMA quick_check(1)').all();
  const said = String(first?.['quick_check']);
  if (said === 'ok') return;
  throw new DriftwireError('DW_STORE_UNUSABLE', `the store ${path} is damaged (${said}): ${DAMAGE_REMEDY}`);
}

function migrate(db: DatabaseSync, path: string, migrations: readonly string[]): void {
  transaction(db, () => {
    const version = checkVersion(db, path, migrations.length);
    for (const step of migrations.slice(version)) db.exec(step);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    db.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

/** The version of a store; @throws {DriftwireError} `DW_STORE_UNUSABLE` for one above what is known. */
export function checkVersion(db: DatabaseSync, path: string, known: number): number {
  const version = storedVersion(db);
  if (version <= known) return version;
  throw new DriftwireError(
    'DW_STORE_UNUSABLE',
    `the store ${path} was written by a newer driftwire (schema ${version}, this one knows ${known}): use that version`,
  );
}

/** The version of a store (`schema.ts`). */
export function storedVersion(db: DatabaseSync): number {
  return pragma(db, 'user_version');
}

function pragma(db: DatabaseSync, name: string): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}
