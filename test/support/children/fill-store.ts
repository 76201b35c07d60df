/**
 * A process that puts entries into a store until that fails: the test gives it a limit on the size of files, which SQLite meets as
 * a disk that takes no more. Argument: folder. It prints what it met as one line of JSON.
 */
import { DriftwireError } from '../../../lib/core/errors.ts';
import { SqliteStore } from '../../../lib/stores/sqlite.ts';

const [, , folder = ''] = process.argv;
const store = new SqliteStore(folder);
const nothing = { sinks: ['loki'], cursors: [], increments: [], levels: [] };
let accepted = 0;
let failure: { readonly code: string; readonly retryable: boolean } | undefined;
for (let batch = 0; batch < 500 && failure === undefined; batch++) {
  const entries = Array.from({ length: 20 }, (_, at) => ({ key: `${batch} ${at}`, body: 'x'.repeat(5_000), onRepeat: [] }));
  try {
    await store.accept({ ...nothing, entries, cursors: [{ name: 'audit.log', value: String(batch + 1) }] });
    accepted++;
  } catch (error) {
    if (!(error instanceof DriftwireError)) throw error;
    failure = { code: error.code, retryable: error.retryable };
  }
}
const { entries } = await store.usage();
process.stdout.write(JSON.stringify({ accepted, failure, entries, cursor: await store.cursor('audit.log') }));
await store.close();
