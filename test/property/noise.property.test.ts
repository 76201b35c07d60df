import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Mark, Store } from '../../lib/core/ports.ts';
import { dayOf } from '../../lib/core/tune/day-noise.ts';
import { NoiseTally, type Sighting } from '../../lib/core/tune/noise.ts';
import { noiseOf } from '../../lib/core/tune/noise-of.ts';
import { StoredNoise } from '../../lib/core/tune/stored-noise.ts';
import { MemoryStore } from '../../lib/stores/memory.ts';
import { SqliteStore } from '../../lib/stores/sqlite.ts';
import { foundWith } from '../support/findings.ts';

const NOW_MS = Date.parse('2026-11-21T12:00:00Z');
const HOUR_MS = 3_600_000;
const EVENTS = 30;

/** An event by its number: each has a time of its own, in no order, over some days. */
const sighting = fc.record({
  rule: fc.constantFrom('Rule one', 'Rule two'),
  principal: fc.constantFrom('kubernetes:alice', 'kubernetes:bob', '__proto__'),
  action: fc.constantFrom('patch pods', 'delete pods'),
  user: fc.constantFrom('alice', 'bob', 'carol'),
  hoursAgo: fc.nat(80),
});
const events = fc.array(sighting, { minLength: 1, maxLength: EVENTS });
const schedule = fc.array(fc.record({ writer: fc.nat(1), numbers: fc.array(fc.nat(EVENTS - 1), { maxLength: 12 }) }), { maxLength: 8 });

type Given = Omit<Sighting, 'priority' | 'source' | 'reason' | 'timeMs' | 'id' | 'message' | 'fields'> & { readonly hoursAgo: number };

function sightingOf({ hoursAgo, ...given }: Given, number: number): Sighting {
  const timeMs = NOW_MS - hoursAgo * HOUR_MS + number;
  const common = { priority: 'Warning', source: 'k8s_audit', reason: 'kubernetes_user', message: 'm', fields: {} } as const;
  return { ...given, ...common, timeMs, id: `e-${number}` };
}

function markOf({ rule, principal, action, user, timeMs, id, message }: Sighting): Mark {
  const found = foundWith({ rule, id, message, actor: { user }, action: { name: action } });
  return { key: id, increments: [], noise: noiseOf({ principal, findings: [{ ...found, timeMs }] }) };
}

/** What both rankings must agree on. */
function ranking(tally: Pick<NoiseTally, 'groups' | 'total' | 'further'>): object {
  const groups = tally.groups().map(({ usersAreEstimated: _, last: { id }, ...group }) => ({ ...group, id }));
  const text = ({ rule, principal, action }: (typeof groups)[number]) => JSON.stringify([rule, principal, action]);
  return { groups: groups.toSorted((left, right) => (text(left) < text(right) ? -1 : 1)), total: tally.total, further: tally.further };
}

const STORES: readonly { readonly name: string; readonly runs: number; open(folder: string): readonly Store[] }[] = [
  { name: 'in memory', runs: 200, open: () => Array(2).fill(new MemoryStore({ nowMs: () => NOW_MS })) },
  { name: 'in SQLite', runs: 20, open: (folder) => [0, 1].map(() => new SqliteStore(folder, { nowMs: () => NOW_MS })) },
];

describe.each(STORES)('what makes noise $name', ({ open, runs }) => {
  test('is ranked as the log would be, in whatever order, batches and repeats it was counted', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(events, schedule, fc.nat(90), async (given, batches, hours) => {
        const folder = mkdtempSync(join(tmpdir(), 'driftwire-noise-'));
        const writers = open(folder);
        const sightings = given.map(sightingOf);
        const handedIn = new Set<Sighting>();
        for (const { writer, numbers } of batches) {
          const some = numbers.flatMap((number) => sightings[number] ?? []);
          for (const each of some) handedIn.add(each);
          await writers[writer]?.count(some.map(markOf));
        }
        const from = dayOf(NOW_MS - hours * HOUR_MS);
        const [log, stored] = [new NoiseTally(), new StoredNoise()];
        for (const each of handedIn) if (dayOf(each.timeMs) >= from) log.add(each);
        await writers[0]?.noise({ from }, (noise) => stored.add(noise));
        for (const store of writers) await store.close();
        rmSync(folder, { recursive: true, force: true });
        expect(ranking(stored)).toEqual(ranking(log));
      }),
      { numRuns: runs },
    );
  });
});
