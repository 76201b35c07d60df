/**
 * The embedded store: SQLite in one folder. Each method is one transaction that is on the disk when it ends. SQLite works in
 * the calling thread, so a method never interleaves with another of the same process; other processes wait their turn.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { DriftwireError } from '../core/errors.ts';
import type {
  Acceptance,
  AcceptOutcome,
  CountOutcome,
  DayRange,
  IncidentMember,
  Increment,
  Mark,
  PendingBound,
  PendingEntry,
  Refusal,
  Settlement,
  SpoolUsage,
  Store,
  Total,
  Versioned,
} from '../core/ports.ts';
import type { DayNoise } from '../core/tune/day-noise.ts';
import { storeKey } from './key.ts';
import { checkIncrements, checkLevels, checkMembers } from './misuse.ts';
import { MARK_TTL_MS, type StoreOptions, type StoreSettings, storeSettings } from './options.ts';
import { SqliteIncidents } from './sqlite/incidents.ts';
import { readNoise, SqliteNoise } from './sqlite/noise.ts';
import { openDatabase } from './sqlite/open.ts';
import { SqliteSpool } from './sqlite/spool.ts';
import { storeError } from './sqlite/store-error.ts';
import { SqliteTotals } from './sqlite/totals.ts';
import { transaction } from './sqlite/transaction.ts';

/** How often old marks are forgotten, in ms, and how many at once: few enough that no caller waits for it. */
const FORGET_EVERY_MS = 60_000;
const FORGET_AT_ONCE = 5_000;
/** Tables whose rows are forgotten, with their keys. */
const DATED = [
  ['counted', 'key'],
  ['accepted', 'key'],
  ['member', 'key'],
  ['incident', 'name'],
  ['noise', 'day, grp'],
] as const;

/** Options of a store in a folder. */
export interface SqliteOptions extends StoreOptions {
  /**
   * How long to wait for another process's transaction, in ms. The whole process waits, and theirs are short: longer means that
   * somebody is stuck.
   */
  readonly busyMs?: number;
}

/** One process waits this long for another, in ms, unless it is told otherwise. */
const BUSY_MS = 5_000;

/** A store in a folder. */
export class SqliteStore implements Store {
  readonly #folder: string;
  readonly #db: DatabaseSync;
  readonly #settings: StoreSettings;
  readonly #totals: SqliteTotals;
  readonly #spool: SqliteSpool;
  readonly #incidents: SqliteIncidents;
  readonly #noise: SqliteNoise;
  readonly #mark: StatementSync;
  readonly #isMarked: StatementSync;
  readonly #note: StatementSync;
  #forgotMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  /** @throws {DriftwireError} `DW_STORE_UNUSABLE` or `DW_STORE_UNAVAILABLE`, see `openDatabase`. */
  constructor(folder: string, { busyMs = BUSY_MS, ...options }: SqliteOptions = {}) {
    this.#folder = folder;
    this.#settings = storeSettings(options);
    this.#db = openDatabase(folder, busyMs);
    this.#totals = new SqliteTotals(this.#db, this.#settings);
    this.#spool = new SqliteSpool(this.#db, this.#totals, this.#settings);
    this.#incidents = new SqliteIncidents(this.#db, this.#settings);
    this.#noise = new SqliteNoise(this.#db, this.#settings);
    this.#mark = this.#db.prepare('INSERT OR IGNORE INTO counted (key, made_ms, note) VALUES (?, ?, ?)');
    this.#isMarked = this.#db.prepare('SELECT 1 FROM counted WHERE key = ?');
    this.#note = this.#db.prepare('SELECT note FROM counted WHERE key = ?');
  }

  async count(marks: readonly Mark[]): Promise<readonly CountOutcome[]> {
    checkIncrements(marks.flatMap(({ increments }) => increments));
    if (marks.length === 0) return [];
    try {
      return this.#write(() => {
        const outcomes = marks.map((mark) => this.#count(mark));
        // joined first: events that come together are mostly of few groups
        this.#noise.add(marks.flatMap(({ noise = [] }, at) => (outcomes[at]?.kind === 'counted' ? noise : [])));
        return outcomes;
      });
    } catch (cause) {
      const error = storeError(cause, this.#folder);
      return marks.map(() => ({ kind: 'failed', error }));
    }
  }

  async marked(keys: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#read(() => new Set(keys.filter((key) => this.#isMarked.get(storeKey(key)) !== undefined)));
  }

  async notes(keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#read(() => {
      const noted = keys.map((key) => [key, this.#note.get(storeKey(key))?.['note']] as const);
      return new Map(noted.flatMap(([key, note]) => (typeof note === 'string' ? [[key, note] as const] : [])));
    });
  }

  async add(increments: readonly Increment[]): Promise<void> {
    checkIncrements(increments);
    this.#write(() => this.#totals.add(increments));
  }

  async raise(levels: readonly Total[]): Promise<void> {
    checkLevels(levels);
    this.#write(() => this.#totals.raise(levels));
  }

  async totals(): Promise<readonly Total[]> {
    return this.#read(() => this.#totals.all());
  }

  async noise(days: DayRange, take: (noise: DayNoise) => void): Promise<void> {
    this.#read(() => readNoise(this.#db, days, this.#settings.nowMs(), take));
  }

  async document(name: string): Promise<Versioned | undefined> {
    const row = this.#read(() => this.#db.prepare('SELECT version, body FROM document WHERE name = ?').get(name));
    if (row === undefined) return undefined;
    const body = row['body'];
    return { version: Number(row['version']), body: body instanceof Uint8Array ? body : new Uint8Array() };
  }

  async replaceDocument(name: string, body: Uint8Array, version: number): Promise<boolean> {
    const sql =
      version === 0
        ? 'INSERT OR IGNORE INTO document SELECT :name, :version + 1, :body'
        : 'UPDATE document SET version = version + 1, body = :body WHERE name = :name AND version = :version';
    return this.#write(() => Number(this.#db.prepare(sql).run({ name, version, body }).changes) === 1);
  }

  async incidentRecord(name: string): Promise<Versioned | undefined> {
    return this.#read(() => this.#incidents.record(name));
  }

  async replaceIncidentRecord(name: string, body: Uint8Array, version: number, members: readonly IncidentMember[]): Promise<boolean> {
    checkMembers(members);
    return this.#write(() => this.#incidents.replace(name, body, version, members));
  }

  async incidentMembers(keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#read(() => this.#incidents.members(keys));
  }

  async accept(batch: Acceptance): Promise<AcceptOutcome> {
    checkIncrements([...batch.increments, ...batch.entries.flatMap(({ onRepeat }) => onRepeat)]);
    checkLevels(batch.levels);
    return this.#write(() => this.#spool.accept(batch));
  }

  async pending(sink: string, bound: PendingBound): Promise<readonly PendingEntry[]> {
    return this.#read(() => this.#spool.pending(sink, bound));
  }

  async settle(sink: string, settlements: readonly Settlement[], increments: readonly Increment[]): Promise<void> {
    checkIncrements(increments);
    this.#write(() => {
      this.#spool.settle(sink, settlements);
      this.#totals.add(increments);
    });
  }

  async keepSinks(names: readonly string[]): Promise<number> {
    return this.#write(() => this.#spool.keepSinks(names));
  }

  async cursor(name: string): Promise<string | undefined> {
    return this.#read(() => this.#spool.cursor(name));
  }

  async usage(): Promise<SpoolUsage> {
    return this.#read(() => this.#spool.usage());
  }

  async refusals(limit: number): Promise<readonly Refusal[]> {
    return this.#read(() => this.#spool.refusals(limit));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#db.close();
  }

  #count({ key, increments, note }: Mark): CountOutcome {
    if (Number(this.#mark.run(storeKey(key), this.#settings.nowMs(), note ?? null).changes) === 0) return { kind: 'repeated' };
    this.#totals.add(increments);
    return { kind: 'counted' };
  }

  #read<T>(work: () => T): T {
    if (this.#isClosed) throw new DriftwireError('DW_STORE_UNUSABLE', 'the store is closed');
    try {
      return work();
    } catch (cause) {
      throw storeError(cause, this.#folder);
    }
  }

  #write<T>(work: () => T): T {
    return this.#read(() => {
      this.#forget();
      return transaction(this.#db, work);
    });
  }

  /** Before the work and in a transaction of its own: if it fails, nothing of the work has been done. */
  #forget(): void {
    const nowMs = this.#settings.nowMs();
    if (nowMs - this.#forgotMs < FORGET_EVERY_MS) return;
    let isMore = false;
    for (const [table, key] of DATED) {
      const old = `SELECT ${key} FROM ${table} WHERE made_ms <= ? ORDER BY made_ms LIMIT ?`;
      const { changes } = this.#db.prepare(`DELETE FROM ${table} WHERE (${key}) IN (${old})`).run(nowMs - MARK_TTL_MS, FORGET_AT_ONCE);
      isMore ||= Number(changes) === FORGET_AT_ONCE;
    }
    this.#db.exec('PRAGMA incremental_vacuum(256)');
    if (!isMore) this.#forgotMs = nowMs;
  }
}
