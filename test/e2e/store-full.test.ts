/** A disk that takes no more: what was accepted stays, what was not is not there in part, and with room the store goes on. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { SqliteStore } from '../../lib/stores/sqlite.ts';

const CHILD = fileURLToPath(new URL('../support/children/fill-store.ts', import.meta.url));

test('a full disk refuses a batch as a whole, and nothing that was accepted is lost', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'driftwire-full-'));
  // In units of 512 bytes (POSIX): no file of the process grows beyond 3 MB.
  const said = execFileSync('sh', ['-c', 'ulimit -f 6000; exec "$0" "$@"', process.execPath, CHILD, folder], { encoding: 'utf8' });
  const { accepted, failure, entries, cursor } = JSON.parse(said);
  expect(failure).toEqual({ code: 'DW_STORE_UNAVAILABLE', retryable: true });
  expect(accepted).toBeGreaterThan(5);
  expect([entries, cursor]).toEqual([accepted * 20, String(accepted)]);

  const store = new SqliteStore(folder);
  expect(await store.usage()).toMatchObject({ entries, sinks: { loki: { entries } } });
  expect(await store.pending('loki', { maxEntries: 1e6, maxBytes: 1e9 })).toHaveLength(entries);
  const again = [{ key: `${accepted} 0`, body: 'x', onRepeat: [] }];
  const outcome = await store.accept({ entries: again, sinks: ['loki'], cursors: [], increments: [], levels: [] });
  expect(outcome).toEqual({ kind: 'accepted', entries: 1, repeated: 0 });
  await store.close();
  rmSync(folder, { recursive: true });
});
