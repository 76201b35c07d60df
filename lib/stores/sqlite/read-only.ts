/** An embedded store for somebody who only looks: the file as it is, while `serve` may be writing to it. */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DriftwireError } from '../../core/errors.ts';
import type { DayRange, Noise } from '../../core/ports.ts';
import type { DayNoise } from '../../core/tune/day-noise.ts';
import { readNoise } from './noise.ts';
import { checkOwner, checkVersion, STORE_FILE, storedVersion } from './open.ts';
import { MIGRATIONS, NOISE_VERSION } from './schema.ts';
import { storeError } from './store-error.ts';

/** How long to wait where a reader waits for a writer at all (while the log is being cut back), in ms. */
const BUSY_MS = 5_000;

/** Reads a store and changes nothing in it. */
export class SqliteReader implements Noise {
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #nowMs: () => number;

  /**
   * @param folder - Folder of the store (`serve.state_dir`).
   * @throws {DriftwireError} `DW_STORE_UNUSABLE` when there is none, or one that this version cannot read.
   */
  constructor(folder: string, nowMs: () => number = Date.now) {
    this.#path = join(folder, STORE_FILE);
    this.#nowMs = nowMs;
    checkThere(folder, this.#path);
    let db: DatabaseSync | undefined;
    try {
      db = new DatabaseSync(this.#path, { readOnly: true, timeout: BUSY_MS });
      checkOwner(db, this.#path);
      checkVersion(db, this.#path, MIGRATIONS.length);
    } catch (cause) {
      db?.close();
      throw storeError(cause, this.#path);
    }
    this.#db = db;
  }

  async noise(days: DayRange, take: (noise: DayNoise) => void): Promise<void> {
    if (storedVersion(this.#db) < NOISE_VERSION) {
      throw new DriftwireError(
        'DW_STORE_UNUSABLE',
        `the store ${this.#path} was written by an older driftwire, which did not keep what makes noise: it is kept from when serve or scan --push of this version opens it`,
      );
    }
    try {
      readNoise(this.#db, days, this.#nowMs(), take);
    } catch (cause) {
      throw storeError(cause, this.#path);
    }
  }

  close(): void {
    this.#db.close();
  }
}

/** SQLite says of both that it cannot open the file, and a person does something else about each. */
function checkThere(folder: string, path: string): void {
  try {
    accessSync(path, constants.R_OK);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const message =
      code === 'ENOENT' || code === 'ENOTDIR'
        ? `there is no store in ${folder}: serve and scan --push make one in the folder that serve.state_dir of the configuration names`
        : `the store ${path} may not be read (${code}): it is for the user only that serve runs as`;
    throw new DriftwireError('DW_STORE_UNUSABLE', message, { cause });
  }
}
