import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type {
  Acceptance,
  AcceptOutcome,
  PendingBound,
  PendingEntry,
  Refusal,
  Settlement,
  SpoolEntry,
  SpoolUsage,
} from '../../core/ports.ts';
import { storeKey } from '../key.ts';
import { entryBytes, MAX_REFUSALS, type StoreSettings } from '../options.ts';
import type { SqliteTotals } from './totals.ts';

/** The spool of an embedded store, inside a transaction of the caller. */
export class SqliteSpool {
  readonly #settings: StoreSettings;
  readonly #totals: SqliteTotals;
  readonly #prepare: (sql: string) => StatementSync;

  constructor(db: DatabaseSync, totals: SqliteTotals, settings: StoreSettings) {
    this.#settings = settings;
    this.#totals = totals;
    const statements = new Map<string, StatementSync>();
    this.#prepare = (sql) => {
      const statement = statements.get(sql) ?? db.prepare(sql);
      statements.set(sql, statement);
      return statement;
    };
  }

  accept({ entries, sinks, cursors, increments, levels }: Acceptance): AcceptOutcome {
    const known = new Set(entries.map(({ key }) => key).filter((key) => this.#isAccepted(key)));
    const fresh = new Map(entries.filter(({ key }) => !known.has(key)).map((entry) => [entry.key, entry]));
    const sizeBytes = [...fresh.values()].reduce((sum, entry) => sum + entryBytes(entry), 0);
    const { usedBytes } = this.#size();
    const limitBytes = this.#settings.spoolLimitBytes;
    if (fresh.size > 0 && usedBytes > 0 && usedBytes + sizeBytes > limitBytes) return { kind: 'full', usedBytes, limitBytes };
    let kept = 0;
    for (const entry of entries) {
      if (known.has(entry.key)) this.#totals.add(entry.onRepeat);
      else {
        known.add(entry.key);
        this.#keep(entry, sinks);
        kept++;
      }
    }
    const setCursor = this.#prepare('INSERT INTO cursor VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value');
    for (const { name, value } of cursors) setCursor.run(name, value);
    this.#totals.add(increments);
    this.#totals.raise(levels);
    return { kind: 'accepted', entries: kept, repeated: entries.length - kept };
  }

  /** Sizes first, so that a thousand large bodies are never in memory at once. */
  pending(sink: string, { maxEntries, maxBytes, afterSeq = 0 }: PendingBound): readonly PendingEntry[] {
    const rows = this.#prepare('SELECT seq, bytes FROM due JOIN entry USING (seq) WHERE sink = ? AND seq > ? ORDER BY seq LIMIT ?').all(
      sink,
      afterSeq,
      Math.max(1, maxEntries),
    );
    let bytes = 0;
    const fitting = rows.filter((row, index) => {
      bytes += Number(row['bytes']);
      return index === 0 || bytes <= maxBytes;
    });
    return fitting.flatMap((row) => this.#entry(Number(row['seq'])));
  }

  settle(sink: string, settlements: readonly Settlement[]): void {
    const settled = this.#prepare('DELETE FROM due WHERE sink = ? AND seq = ?');
    const oneLess = this.#prepare('UPDATE sink SET entries = entries - 1 WHERE name = ?');
    for (const settlement of settlements) {
      if (settled.run(sink, settlement.seq).changes === 0) continue;
      oneLess.run(sink);
      if (settlement.kind === 'refused') this.#refuse(sink, settlement.seq, settlement.reason);
      this.#release(settlement.seq);
    }
  }

  keepSinks(names: readonly string[]): number {
    const rows = this.#prepare('SELECT sink, seq FROM due').all();
    const left = rows.filter(({ sink }) => !names.includes(String(sink)));
    for (const row of left) this.settle(String(row['sink']), [{ seq: Number(row['seq']), kind: 'delivered' }]);
    return left.length;
  }

  cursor(name: string): string | undefined {
    const row = this.#prepare('SELECT value FROM cursor WHERE name = ?').get(name);
    return row === undefined ? undefined : String(row['value']);
  }

  /** Asked with every scrape, so nothing here looks at all that waits. */
  usage(): SpoolUsage {
    const oldest = this.#prepare('SELECT accepted_ms FROM due JOIN entry USING (seq) WHERE sink = ? ORDER BY seq LIMIT 1');
    const rows = this.#prepare('SELECT name, entries FROM sink WHERE entries > 0').all();
    const sinks = rows.map((row) => {
      const name = String(row['name']);
      return [name, { entries: Number(row['entries']), oldestMs: Number(oldest.get(name)?.['accepted_ms']) }] as const;
    });
    return { ...this.#size(), limitBytes: this.#settings.spoolLimitBytes, sinks: Object.fromEntries(sinks) };
  }

  refusals(limit: number): readonly Refusal[] {
    const rows = this.#prepare('SELECT seq, sink, key, reason, body, refused_ms FROM refusal ORDER BY id DESC LIMIT ?').all(limit);
    return rows.map((row) => ({
      seq: Number(row['seq']),
      sink: String(row['sink']),
      key: String(row['key']),
      reason: String(row['reason']),
      body: String(row['body']),
      refusedMs: Number(row['refused_ms']),
    }));
  }

  #isAccepted(key: string): boolean {
    return this.#prepare('SELECT 1 FROM accepted WHERE key = ?').get(storeKey(key)) !== undefined;
  }

  #keep({ key, body }: SpoolEntry, sinks: readonly string[]): void {
    const nowMs = this.#settings.nowMs();
    this.#prepare('INSERT INTO accepted VALUES (?, ?)').run(storeKey(key), nowMs);
    if (sinks.length === 0) return;
    const bytes = entryBytes({ key, body });
    const insert = this.#prepare('INSERT INTO entry (key, body, bytes, accepted_ms) VALUES (?, ?, ?, ?)');
    const { lastInsertRowid } = insert.run(key, body, bytes, nowMs);
    const due = this.#prepare('INSERT INTO due VALUES (?, ?)');
    const oneMore = this.#prepare('INSERT INTO sink VALUES (?, 1) ON CONFLICT DO UPDATE SET entries = entries + 1');
    for (const sink of new Set(sinks)) {
      due.run(sink, lastInsertRowid);
      oneMore.run(sink);
    }
    this.#prepare('UPDATE spool SET entries = entries + 1, bytes = bytes + ?').run(bytes);
  }

  #entry(seq: number): readonly PendingEntry[] {
    const row = this.#prepare('SELECT key, body, accepted_ms FROM entry WHERE seq = ?').get(seq);
    return row === undefined ? [] : [{ seq, key: String(row['key']), body: String(row['body']), acceptedMs: Number(row['accepted_ms']) }];
  }

  #refuse(sink: string, seq: number, reason: string): void {
    this.#prepare(
      'INSERT INTO refusal (seq, sink, key, reason, body, refused_ms) SELECT seq, ?, key, ?, body, ? FROM entry WHERE seq = ?',
    ).run(sink, reason, this.#settings.nowMs(), seq);
    this.#prepare('DELETE FROM refusal WHERE id <= (SELECT max(id) FROM refusal) - ?').run(MAX_REFUSALS);
  }

  /** An entry that no sink waits for is gone. */
  #release(seq: number): void {
    if (this.#prepare('SELECT 1 FROM due WHERE seq = ? LIMIT 1').get(seq) !== undefined) return;
    const row = this.#prepare('DELETE FROM entry WHERE seq = ? RETURNING bytes').get(seq);
    this.#prepare('UPDATE spool SET entries = entries - 1, bytes = bytes - ?').run(Number(row?.['bytes']));
  }

  #size(): { readonly entries: number; readonly usedBytes: number } {
    const row = this.#prepare('SELECT entries, bytes FROM spool').get();
    return { entries: Number(row?.['entries']), usedBytes: Number(row?.['bytes']) };
  }
}
