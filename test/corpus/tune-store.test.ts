/** What `tune` says of a store, beside what it says of the log that was counted in it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { SqliteStore } from '../../lib/stores/sqlite.ts';
import { alike, countIn, deliveriesIn, type PrintedGroup } from '../support/counted.ts';
import { runMain } from '../support/run-main.ts';
import { sharedPath } from '../support/shared.ts';

/** Groups that are silenced one by one; they are taken from all over the ranking. */
const TRIED = 4;

const folder = mkdtempSync(join(tmpdir(), 'driftwire-tune-store-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LOGS: Readonly<Record<string, { readonly path: string | undefined; readonly least: number; readonly hasIds?: false }>> = {
  sample: { path: fileURLToPath(new URL('../../samples/logs', import.meta.url)), least: 40 },
  cluster: { path: sharedPath('samples/kubernetes-cluster'), least: 100 },
  // made-up records, some of which share an id: of those a store, like a scan, counts the first that makes a finding
  cloudtrail: { path: sharedPath('samples/panther-labs__panther-analysis'), least: 15, hasIds: false },
};

/** A configuration whose store is a new folder. */
function configIn(name: string): { readonly config: string; readonly state: string } {
  const [config, state] = [join(folder, `${name}.yaml`), join(folder, name)];
  writeFileSync(config, `serve: { state_dir: ${name} }\n`);
  return { config, state };
}

async function counted(path: string, name: string, ...ruleFiles: readonly string[]): Promise<string> {
  const { config, state } = configIn(name);
  const store = new SqliteStore(state);
  await countIn(store, await deliveriesIn(path, config, ...ruleFiles));
  await store.close();
  return config;
}

async function printed(...args: readonly string[]): Promise<readonly PrintedGroup[]> {
  const { out, status } = await runMain('tune', ...args, '--format', 'json');
  expect([0, 3]).toContain(status);
  return JSON.parse(out).groups;
}

const keyOf = ({ rule, principal, action }: PrintedGroup): string => JSON.stringify([rule, principal, action]);

for (const [name, { path = '', least, hasIds }] of Object.entries(LOGS)) {
  describe.skipIf(path === '')(`the log ${name}`, () => {
    test('is ranked in a store as it is itself', { timeout: 120_000 }, async () => {
      const config = await counted(path, name);
      const [log, store] = [await printed(path, '--config', config), await printed('--store', '--config', config)];
      expect(log.length).toBeGreaterThanOrEqual(least);
      expect(alike(store)).toEqual(alike(log));
      expect(store.map(({ count }) => count)).toEqual(log.map(({ count }) => count));
      const users = new Map(log.map((group) => [keyOf(group), group.users]));
      for (const group of store) {
        const known = users.get(keyOf(group)) ?? 0;
        expect(Math.abs(group.users - known), keyOf(group)).toBeLessThanOrEqual(1 + known / 5);
      }
    });

    if (hasIds === false) return;
    test('makes no finding of a group any more whose exception the store has offered, and all others', { timeout: 180_000 }, async () => {
      const config = await counted(path, `${name}-before`);
      const before = await printed('--store', '--config', config);
      const step = Math.ceil(before.length / TRIED);
      for (const [index, { exception, count, ...group }] of before.entries()) {
        if (index % step !== 0) continue;
        const file = join(folder, `${name}-${index}.yaml`);
        writeFileSync(file, exception ?? '');
        const after = await counted(path, `${name}-after-${index}`, file);
        const left = before.filter((each) => keyOf(each) !== keyOf({ ...group, count, exception }));
        expect(alike(await printed('--store', '--config', after))).toEqual(alike(left));
        // what was counted before is not offered again
        const { out } = await runMain('tune', '--store', '--config', config, '--rules', file, '--format', 'json');
        const again = JSON.parse(out);
        expect(again.groups.map(keyOf)).toEqual(left.map(keyOf));
        expect(again.summary.silenced_findings).toBe(count);
      }
    });
  });
}
