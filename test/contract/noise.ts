/** What every store does with what makes noise, whatever it keeps things in. */
import { describe, expect, test } from 'vitest';
import type { DayRange, Mark, Noise, SharedStore } from '../../lib/core/ports.ts';
import { type DayNoise, type GroupNoise, mergeNoise, type NoiseGroupId } from '../../lib/core/tune/day-noise.ts';
import { mark, record, type StoreHarness } from '../support/store-harness.ts';

const DAY_MS = 24 * 3_600_000;

/** One finding of a group: by default that a role has updated a function, at eight o'clock. */
export function seenOnce(change: Partial<NoiseGroupId> & { day?: string; atMs?: number; user?: number; id?: string } = {}): GroupNoise {
  const { day = '2026-11-21', atMs = 8 * 3_600_000, user = 7, id = 'e-1', ...group } = change;
  const timeMs = Date.parse(`${day}T00:00:00Z`) + atMs;
  return {
    kind: 'group',
    day,
    group: {
      rule: 'Manual AWS change',
      source: 'aws_cloudtrail',
      principal: '111122223333:role/deploy',
      action: 'UpdateFunctionCode',
      ...group,
    },
    count: 1,
    seen: {
      priority: 'Warning',
      reason: 'role_session',
      users: [user],
      firstMs: timeMs,
      lastMs: timeMs,
      last: { id, message: `${id} by hand` },
    },
  };
}

/** What makes noise by itself, under a mark. */
function noisy(key: string, ...noise: readonly DayNoise[]): Mark {
  return { ...mark(key, record('finding')), noise };
}

/** All that is kept of these days, the parts joined, sorted. */
export async function noiseIn(store: Noise, days: DayRange = {}): Promise<readonly DayNoise[]> {
  const taken: DayNoise[] = [];
  await store.noise(days, (each) => taken.push(each));
  const text = (noise: DayNoise) => `${noise.day} ${noise.kind === 'group' ? JSON.stringify(noise.group) : '~'}`;
  return [...mergeNoise(taken)].sort((left, right) => (text(left) < text(right) ? -1 : 1));
}

/** The contract of what makes noise. */
export function noiseContract(name: string, harness: StoreHarness<SharedStore>): void {
  describe(`${name} and what makes noise`, () => {
    test('counts it with its mark: once, however often and with whatever others it comes', async () => {
      const store = await harness.open();
      expect(await noiseIn(store)).toEqual([]);
      const [a, b, c] = [
        noisy('a', seenOnce()),
        noisy('b', seenOnce({ atMs: 9 * 3_600_000, user: 9, id: 'e-2' })),
        noisy('c', seenOnce({ action: 'RunInstances' }), { kind: 'further', day: '2026-11-21', count: 1 }),
      ];
      await store.count([a, b]);
      await store.count([b, c, a, c]);
      expect(await noiseIn(store)).toEqual([
        seenOnce({ action: 'RunInstances' }),
        {
          ...seenOnce(),
          count: 2,
          seen: {
            ...seenOnce({ atMs: 9 * 3_600_000, id: 'e-2' }).seen,
            users: [7, 9],
            firstMs: Date.parse('2026-11-21T08:00:00Z'),
          },
        },
        { kind: 'further', day: '2026-11-21', count: 1 },
      ]);
      expect(await noiseIn(await harness.share(store))).toEqual(await noiseIn(store));
    });

    test('is no metric', async () => {
      const store = await harness.open();
      await store.count([noisy('a', seenOnce(), { kind: 'further', day: '2026-11-21', count: 1 })]);
      expect(await store.totals()).toEqual([{ ...record('finding'), by: undefined, value: 1 }].map(({ by: _, ...total }) => total));
    });

    test('is kept by the days of the events, and given for those asked for', async () => {
      const store = await harness.open();
      const days = ['0001-01-01', '2026-11-19', '2026-11-20', '2026-11-21', '9999-12-31'];
      await store.count(days.map((day) => noisy(day, seenOnce({ day }), { kind: 'further', day, count: 2 })));
      const given = async (range: DayRange) => [...new Set((await noiseIn(store, range)).map(({ day }) => day))];
      expect(await given({})).toEqual(days);
      expect(await given({ from: '2026-11-20' })).toEqual(days.slice(2));
      expect(await given({ to: '2026-11-20' })).toEqual(days.slice(0, 3));
      expect(await given({ from: '2026-11-20', to: '2026-11-20' })).toEqual(['2026-11-20']);
      expect(await given({ from: '2026-11-22', to: '2026-11-23' })).toEqual([]);
      expect((await noiseIn(store, { from: '2026-11-20', to: '2026-11-20' })).map(({ kind, count }) => [kind, count])).toEqual([
        ['group', 1],
        ['further', 2],
      ]);
    });

    test('keeps groups of whatever names apart', async () => {
      const store = await harness.open();
      const names = ['__proto__', "'; DROP TABLE noise; --", 'a\u0000b', 'a', '北京 😀', '"],[{}', 'n'.repeat(512), `${'n'.repeat(511)}m`];
      const groups = names.flatMap((text) => [seenOnce({ principal: text }), seenOnce({ action: text }), seenOnce({ rule: text })]);
      await store.count(groups.map((each, at) => noisy(`k${at}`, each)));
      await store.count(groups.map((each, at) => noisy(`l${at}`, each)));
      const kept = await noiseIn(store);
      expect(kept).toHaveLength(groups.length);
      expect(kept.every(({ count }) => count === 2)).toBe(true);
      const text = (each: DayNoise) => JSON.stringify(each.kind === 'group' ? each.group : '');
      expect(kept.map(text).toSorted()).toEqual(groups.map(text).toSorted());
    });

    test('has room for so many new groups a day; the rest is counted without names', async () => {
      let nowMs = Date.parse('2026-11-21T10:00:00Z');
      const options = { noiseGroupsADay: 3, nowMs: () => nowMs };
      const store = await harness.open(options);
      const of = (action: string, day?: string) => seenOnce(day === undefined ? { action } : { action, day });
      await store.count(['A', 'B', 'C', 'D', 'A', 'D', 'E'].map((action, at) => noisy(`k${at}`, of(action))));
      const told = async () => (await noiseIn(store)).map((each) => [each.kind === 'group' ? each.group.action : each.kind, each.count]);
      expect(await told()).toEqual([
        ['A', 2],
        ['B', 1],
        ['C', 1],
        ['further', 3],
      ]);
      const again = await harness.share(store, options);
      await again.count([noisy('m', of('D')), noisy('n', of('B'))]);
      // what is counted the next day, of whatever day, has room again
      nowMs += DAY_MS;
      await again.count(['D', 'E', 'F', 'G'].map((action, at) => noisy(`o${at}`, of(action, '2026-11-22'))));
      expect(await told()).toEqual([
        ['A', 2],
        ['B', 2],
        ['C', 1],
        ['further', 4],
        ['D', 1],
        ['E', 1],
        ['F', 1],
        ['further', 1],
      ]);
    });

    test('keeps the room with writers that know nothing of each other', { timeout: 60_000 }, async () => {
      const options = { noiseGroupsADay: 4 };
      const store = await harness.open(options);
      const writers = await Promise.all([1, 2, 3].map(() => harness.share(store, options)));
      await Promise.all(
        writers.map(async (writer, at) => {
          for (let round = 0; round < 6; round++) {
            await writer.count([noisy(`w${at} r${round}`, seenOnce({ action: `action-${(round * (at + 1) + at) % 7}` }))]);
          }
        }),
      );
      const kept = await noiseIn(store);
      expect(kept.filter(({ kind }) => kind === 'group')).toHaveLength(4);
      expect(kept.reduce((sum, { count }) => sum + count, 0)).toBe(18);
    });

    test('counts more groups in one call, and in one mark, than one transaction takes', { timeout: 120_000 }, async () => {
      const store = await harness.open();
      const many = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => seenOnce({ action: `${prefix}-${at}` }));
      await store.count(many('single', 30).map((each, at) => noisy(`k${at}`, each)));
      const rich = noisy('rich', ...many('rich', 60));
      expect(await store.count([rich])).toEqual([{ kind: 'counted' }]);
      expect(await store.count([rich])).toEqual([{ kind: 'repeated' }]);
      const kept = await noiseIn(store);
      expect(kept).toHaveLength(90);
      expect(kept.every(({ kind, count }) => kind === 'group' && count === 1)).toBe(true);
    });

    test('is forgotten 30 days after it was last added to, and no earlier', async () => {
      let nowMs = Date.parse('2026-11-21T10:00:00Z');
      const store = await harness.open({ nowMs: () => nowMs });
      await store.count([noisy('a', seenOnce({ action: 'A' })), noisy('b', seenOnce({ action: 'B' }))]);
      nowMs += DAY_MS;
      await store.count([noisy('c', seenOnce({ action: 'A' }))]);
      nowMs += 29 * DAY_MS - 1_000;
      expect(await noiseIn(store)).toHaveLength(2);
      nowMs += 2_000;
      expect(await noiseIn(store)).toMatchObject([{ group: { action: 'A' }, count: 2 }]);
      nowMs += DAY_MS;
      expect(await noiseIn(store)).toEqual([]);
    });
  });
}
