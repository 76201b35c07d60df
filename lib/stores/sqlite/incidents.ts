import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { IncidentMember, Versioned } from '../../core/ports.ts';
import { storeKey } from '../key.ts';
import type { StoreSettings } from '../options.ts';

/** Records of incidents and the events that were counted in them, inside a transaction of the caller. */
export class SqliteIncidents {
  readonly #settings: StoreSettings;
  readonly #record: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #member: StatementSync;
  readonly #join: StatementSync;

  constructor(db: DatabaseSync, settings: StoreSettings) {
    this.#settings = settings;
    this.#record = db.prepare('SELECT version, body FROM incident WHERE name = ?');
    this.#insert = db.prepare('INSERT OR IGNORE INTO incident VALUES (:name, :version + 1, :body, :now)');
    this.#update = db.prepare(
      'UPDATE incident SET version = version + 1, body = :body, made_ms = :now WHERE name = :name AND version = :version',
    );
    this.#member = db.prepare('SELECT note FROM member WHERE key = ?');
    this.#join = db.prepare('INSERT INTO member VALUES (?, ?, ?)');
  }

  record(name: string): Versioned | undefined {
    const row = this.#record.get(name);
    if (row === undefined) return undefined;
    const body = row['body'];
    return { version: Number(row['version']), body: body instanceof Uint8Array ? body : new Uint8Array() };
  }

  replace(name: string, body: Uint8Array, version: number, members: readonly IncidentMember[]): boolean {
    if (members.some(({ key }) => this.#member.get(storeKey(key)) !== undefined)) return false;
    const now = this.#settings.nowMs();
    const { changes } = (version === 0 ? this.#insert : this.#update).run({ name, version, body, now });
    if (Number(changes) !== 1) return false;
    for (const { key, note } of members) this.#join.run(storeKey(key), note, now);
    return true;
  }

  members(keys: readonly string[]): ReadonlyMap<string, string> {
    return new Map(
      keys.flatMap((key) => {
        const row = this.#member.get(storeKey(key));
        return row === undefined ? [] : [[key, String(row['note'])] as const];
      }),
    );
  }
}
