import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../../lib/stores/sqlite/open.ts';
import { MIGRATIONS } from '../../../lib/stores/sqlite/schema.ts';
import { SqliteStore } from '../../../lib/stores/sqlite.ts';
import { mark, record, totalOf } from '../../support/store-harness.ts';

let folder = '';
const file = () => join(folder, 'driftwire.db');

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'driftwire-file-')), 'state');
});
afterEach(() => {
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

/** Opens the file beside the store, as another program would. */
function beside<T>(work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(file());
  try {
    return work(db);
  } finally {
    db.close();
  }
}

async function stored(...keys: readonly string[]): Promise<void> {
  const store = new SqliteStore(folder);
  await store.count(keys.map((key) => mark(key, record('finding'))));
  await store.close();
}

function opening(): Error & { code?: string; retryable?: boolean } {
  try {
    void new SqliteStore(folder).close();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it opened');
}

describe('the file', () => {
  test('is for its owner only, the ones beside it too', async () => {
    const store = new SqliteStore(folder);
    await store.add([record('dropped')]);
    const modes = ['', 'driftwire.db', 'driftwire.db-wal', 'driftwire.db-shm'].map((name) => statSync(join(folder, name)).mode & 0o777);
    expect(modes).toEqual([0o700, 0o600, 0o600, 0o600]);
    await store.close();
    expect(existsSync(join(folder, 'driftwire.db-wal'))).toBe(false);
    chmodSync(file(), 0o644);
    await new SqliteStore(folder).close();
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  test('is written ahead and gives pages back', async () => {
    await stored('a');
    expect(beside((db) => db.prepare('PRAGMA journal_mode').get())).toEqual({ journal_mode: 'wal' });
    expect(beside((db) => db.prepare('PRAGMA auto_vacuum').get())).toEqual({ auto_vacuum: 2 });
    expect(beside((db) => db.prepare('PRAGMA user_version').get())).toEqual({ user_version: MIGRATIONS.length });
  });

  test('holds everything after it was closed', async () => {
    await stored('a', 'b');
    const store = new SqliteStore(folder);
    expect(await totalOf(store, record('finding'))).toBe(2);
    expect(await store.count([mark('b', record('finding'))])).toEqual([{ kind: 'repeated' }]);
    await store.close();
  });

  test('shrinks again after what was spooled is gone', { timeout: 60_000 }, async () => {
    let nowMs = 1_000_000;
    const store = new SqliteStore(folder, { nowMs: () => nowMs });
    const nothing = { cursors: [], increments: [], levels: [] };
    const entries = Array.from({ length: 200 }, (_, at) => ({ key: `k${at}`, body: 'x'.repeat(20_000), onRepeat: [] }));
    await store.accept({ ...nothing, entries, sinks: ['loki'] });
    const pending = await store.pending('loki', { maxEntries: 1_000, maxBytes: 1e9 });
    await store.settle(
      'loki',
      pending.map(({ seq }) => ({ seq, kind: 'delivered' })),
      [],
    );
    for (let minute = 0; minute < 8; minute++) {
      nowMs += 61_000;
      await store.add([record('dropped')]);
    }
    await store.close();
    expect(statSync(file()).size).toBeLessThan(1_000_000);
  });

  test('forgets marks after 30 days, a few thousand at a time', { timeout: 60_000 }, async () => {
    let nowMs = Date.parse('2026-10-01T00:00:00Z');
    const store = new SqliteStore(folder, { nowMs: () => nowMs });
    const old = Array.from({ length: 6_000 }, (_, at) => mark(`old ${at}`, record('finding')));
    await store.count(old);
    nowMs += 30 * 24 * 3_600_000;
    await store.count([mark('new', record('finding'))]);
    expect(beside((db) => db.prepare('SELECT count(*) AS n FROM counted').get())).toEqual({ n: 1_001 });
    await store.add([record('dropped')]);
    expect(beside((db) => db.prepare('SELECT count(*) AS n FROM counted').get())).toEqual({ n: 1 });
    expect(await store.count(old.slice(0, 1))).toEqual([{ kind: 'counted' }]);
    await store.close();
  });
});

describe('a file of an older version', () => {
  const next = [...MIGRATIONS, 'CREATE TABLE later (x INTEGER) STRICT; UPDATE total SET value = value + 100'];

  test('is brought up to date once, with all it holds', async () => {
    await stored('a');
    for (const opened of [1, 2]) {
      const db = openDatabase(folder, 100, next);
      expect([opened, db.prepare('SELECT value FROM total').all()]).toEqual([opened, [{ value: 101 }]]);
      expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: MIGRATIONS.length + 1 });
      db.close();
    }
    expect(opening().message).toContain('newer driftwire');
  });

  test('stays what it is when a step fails', async () => {
    await stored('a');
    expect(() => openDatabase(folder, 100, [...next, 'CREATE TABLE later (x)'])).toThrow('already exists');
    const store = new SqliteStore(folder);
    expect(await totalOf(store, record('finding'))).toBe(1);
    await store.close();
  });
});

describe('a file that cannot be used says what is wrong and what to do', () => {
  test('of another program, and leaves it as it is', () => {
    mkdirSync(folder);
    beside((db) => db.exec('CREATE TABLE theirs (x); PRAGMA application_id = 77'));
    const before = readFileSync(file());
    expect(opening()).toMatchObject({ code: 'DW_STORE_UNUSABLE', retryable: false, message: expect.stringContaining('another program') });
    expect(readFileSync(file()).equals(before)).toBe(true);
  });

  test('of another program that has no mark', () => {
    mkdirSync(folder);
    beside((db) => db.exec('CREATE TABLE theirs (x)'));
    expect(opening().message).toContain('another program');
  });

  test('of a newer version', async () => {
    await stored('a');
    beside((db) => db.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`));
    expect(opening()).toMatchObject({
      code: 'DW_STORE_UNUSABLE',
      message: expect.stringContaining(`newer driftwire (schema ${MIGRATIONS.length + 1}`),
    });
  });

  test('that is no database', () => {
    mkdirSync(folder);
    writeFileSync(file(), 'this is a text of some length, and it is no database at all\n'.repeat(100));
    expect(opening()).toMatchObject({ code: 'DW_STORE_UNUSABLE', message: expect.stringContaining('no database') });
  });

  test('that was cut', async () => {
    await stored(...Array.from({ length: 2_000 }, (_, at) => `key ${at}`));
    truncateSync(file(), Math.floor(statSync(file()).size / 2 / 4096) * 4096);
    const { message, ...error } = opening();
    expect(error).toMatchObject({ code: 'DW_STORE_UNUSABLE' });
    expect(message).toMatch(/damaged/);
    expect(message).toMatch(/backup/);
  });

  test('with a page of rubbish in the middle', async () => {
    await stored(...Array.from({ length: 2_000 }, (_, at) => `key ${at}`));
    const bytes = readFileSync(file());
    bytes.fill(0xa5, 4096 * 8, 4096 * 9);
    writeFileSync(file(), bytes);
    expect(opening()).toMatchObject({ code: 'DW_STORE_UNUSABLE', message: expect.stringContaining('.recover') });
  });

  test('in a folder that is a file', () => {
    writeFileSync(folder, '');
    expect(opening()).toMatchObject({ code: 'DW_STORE_UNUSABLE', message: expect.stringContaining(folder) });
  });
});

test('a store that another process holds for too long asks to be called again', async () => {
  const store = new SqliteStore(folder, { busyMs: 50 });
  const other = new DatabaseSync(file());
  other.exec('BEGIN IMMEDIATE');
  expect(await store.count([mark('a', record('finding'))])).toMatchObject([
    { kind: 'failed', error: { code: 'DW_STORE_UNAVAILABLE', retryable: true } },
  ]);
  await expect(store.add([record('dropped')])).rejects.toMatchObject({ code: 'DW_STORE_UNAVAILABLE', retryable: true });
  expect(await store.totals()).toEqual([]);
  other.exec('ROLLBACK');
  other.close();
  expect(await store.count([mark('a', record('finding'))])).toEqual([{ kind: 'counted' }]);
  await store.close();
});

test('a transaction that fails leaves nothing behind, and the store goes on', async () => {
  const store = new SqliteStore(folder);
  beside((db) => db.exec("CREATE TRIGGER no BEFORE INSERT ON total WHEN new.series LIKE '%failed%' BEGIN SELECT RAISE(ABORT, 'no'); END"));
  const [outcome] = await store.count([mark('a', record('finding'), record('failed'))]);
  expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'DW_STORE_UNUSABLE' } });
  expect(await store.totals()).toEqual([]);
  expect(await store.count([mark('a', record('finding'))])).toEqual([{ kind: 'counted' }]);
  await store.close();
});
