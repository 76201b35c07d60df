import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { SqliteStore } from '../../../lib/stores/sqlite.ts';
import { storeContract } from '../../contract/store.ts';

const folders = new Map<SqliteStore, string>();

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'driftwire-store-'));
}

function opened(folder: string, store: SqliteStore): SqliteStore {
  folders.set(store, folder);
  return store;
}

afterEach(async () => {
  for (const store of folders.keys()) await store.close();
  for (const folder of new Set(folders.values())) rmSync(folder, { recursive: true, force: true });
  folders.clear();
});

storeContract('the store in SQLite', {
  open: async (options) => {
    const folder = newFolder();
    return opened(folder, new SqliteStore(folder, options));
  },
  share: async (store, options) => {
    if (!(store instanceof SqliteStore)) throw new Error('not a store of this test');
    const folder = folders.get(store) ?? '';
    return opened(folder, new SqliteStore(folder, options));
  },
});
