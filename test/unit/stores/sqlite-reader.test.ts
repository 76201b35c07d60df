import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../../lib/stores/sqlite/open.ts';
import { SqliteReader } from '../../../lib/stores/sqlite/read-only.ts';
import { MIGRATIONS, NOISE_VERSION } from '../../../lib/stores/sqlite/schema.ts';
import { SqliteStore } from '../../../lib/stores/sqlite.ts';
import { noiseIn, seenOnce } from '../../contract/noise.ts';
import { mark, record, totalOf } from '../../support/store-harness.ts';

let folder = '';
const file = () => join(folder, 'driftwire.db');

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'driftwire-reader-')), 'state');
});
afterEach(() => {
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

const noisy = (key: string) => ({ ...mark(key, record('finding')), noise: [seenOnce()] });

function opening(): Error & { code?: string } {
  try {
    new SqliteReader(folder).close();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it opened');
}

/** A store as the version before this one left it, with an event that it has counted. */
function olderStore(): void {
  const db = openDatabase(folder, 100, MIGRATIONS.slice(0, NOISE_VERSION - 1));
  db.prepare('INSERT INTO counted VALUES (?, ?)').run('old', Date.now());
  db.prepare('INSERT INTO total VALUES (?, 1)').run('["driftwire_records_total",{"outcome":"finding","source":"k8s_audit"}]');
  db.close();
}

describe('a store that is only read', () => {
  test('is read while serve writes to it, and is not held up by that nor holds it up', async () => {
    const store = new SqliteStore(folder);
    await store.count([noisy('a')]);
    const reader = new SqliteReader(folder);
    expect(await noiseIn(reader)).toEqual([seenOnce()]);
    const other = new DatabaseSync(file());
    other.exec('BEGIN IMMEDIATE');
    expect(await noiseIn(reader, { to: '2026-11-20' })).toEqual([]);
    other.exec('ROLLBACK');
    other.close();
    await store.count([noisy('b')]);
    expect(await noiseIn(reader)).toMatchObject([{ count: 2 }]);
    reader.close();
    await store.close();
  });

  test('is read when nobody has it open, and stays as it is', async () => {
    const store = new SqliteStore(folder);
    await store.count([noisy('a')]);
    await store.close();
    const reader = new SqliteReader(folder, () => Date.now() + 31 * 24 * 3_600_000);
    expect(await noiseIn(reader)).toEqual([]);
    reader.close();
    const again = new SqliteReader(folder);
    expect(await noiseIn(again)).toEqual([seenOnce()]);
    again.close();
    const after = new SqliteStore(folder);
    expect(await after.count([noisy('a')])).toEqual([{ kind: 'repeated' }]);
    await after.close();
  });

  test('that is not there says what makes one, and is not made', () => {
    expect(opening()).toMatchObject({ code: 'DW_STORE_UNUSABLE', message: expect.stringContaining(`no store in ${folder}`) });
    expect(opening().message).toContain('serve.state_dir');
    expect(existsSync(folder)).toBe(false);
  });

  test('that may not be looked at says whose it is', () => {
    // root may read anything, so a link that leads nowhere stands for a folder that is closed
    mkdirSync(folder);
    symlinkSync('driftwire.db', file());
    expect(opening()).toMatchObject({
      code: 'DW_STORE_UNUSABLE',
      message: expect.stringContaining('may not be read (ELOOP): it is for the user'),
    });
    rmSync(folder, { recursive: true });
    writeFileSync(folder, '');
    expect(opening().message).toContain(`no store in ${folder}`);
  });

  test('of an older version says from when on there is something to read', async () => {
    olderStore();
    const reader = new SqliteReader(folder);
    await expect(noiseIn(reader)).rejects.toMatchObject({ code: 'DW_STORE_UNUSABLE', message: expect.stringContaining('older driftwire') });
    await new SqliteStore(folder).close();
    expect(await noiseIn(reader)).toEqual([]);
    reader.close();
  });

  test('of a newer version, of another program, or that is no database says so', async () => {
    await new SqliteStore(folder).close();
    const db = new DatabaseSync(file());
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    expect(opening().message).toContain('newer driftwire');
    db.exec('PRAGMA application_id = 77');
    db.close();
    expect(opening().message).toContain('another program');
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    writeFileSync(file(), 'this is a text of some length, and it is no database at all\n'.repeat(100));
    expect(opening()).toMatchObject({ code: 'DW_STORE_UNUSABLE', message: expect.stringContaining('no database') });
  });

  test('whose rows are damaged says so', async () => {
    const store = new SqliteStore(folder);
    await store.count([noisy('a')]);
    await store.close();
    const db = new DatabaseSync(file());
    db.exec("UPDATE noise SET seen = '{'");
    db.close();
    const reader = new SqliteReader(folder);
    await expect(noiseIn(reader)).rejects.toMatchObject({ code: 'DW_STORE_UNUSABLE' });
    reader.close();
  });
});

test('a store of the version before goes on, and keeps from then on what makes noise', async () => {
  olderStore();
  const store = new SqliteStore(folder);
  expect(await store.count([noisy('old'), noisy('new')])).toEqual([{ kind: 'repeated' }, { kind: 'counted' }]);
  expect(await totalOf(store, record('finding'))).toBe(2);
  expect(await noiseIn(store)).toEqual([seenOnce()]);
  await store.close();
});

test('what makes noise is forgotten with the rest, so that the file does not grow', async () => {
  let nowMs = Date.parse('2026-11-21T10:00:00Z');
  const store = new SqliteStore(folder, { nowMs: () => nowMs });
  await store.count([noisy('a')]);
  nowMs += 31 * 24 * 3_600_000;
  await store.count([mark('b', record('finding'))]);
  await store.close();
  const db = new DatabaseSync(file());
  expect(db.prepare('SELECT count(*) AS n FROM noise').get()).toEqual({ n: 0 });
  db.close();
});
