/** What every store does, whatever it keeps things in. */
import { describe, expect, test } from 'vitest';
import { OVERFLOW_METRIC } from '../../lib/core/deliver/label-budget.ts';
import type { Ledger, SharedStore, Store } from '../../lib/core/ports.ts';
import { CHANGES, change, mark, record, type StoreHarness, totalOf } from '../support/store-harness.ts';
import { forgettingContract, incidentRecordsContract } from './incident-records.ts';
import { noiseContract } from './noise.ts';
import { spoolContract } from './spool.ts';

const DAY_MS = 24 * 3_600_000;

/** Values of one label with their totals. */
async function byUser(ledger: Ledger): Promise<Readonly<Record<string, number>>> {
  const totals = (await ledger.totals()).filter(({ metric }) => metric === CHANGES);
  return Object.fromEntries(totals.map(({ labels, value }) => [labels['user'] ?? '', value]).sort());
}

/** The contract of a ledger and its documents. */
export function sharedStoreContract(name: string, harness: StoreHarness<SharedStore>): void {
  noiseContract(name, harness);
  describe(`${name} as a ledger`, () => {
    test('counts a mark once, however often and with whatever others it comes', async () => {
      const store = await harness.open();
      const [a, b, c] = [mark('a', change('alice')), mark('b', change('alice'), record('finding')), mark('c', change('bob', 3))];
      expect(await store.count([a, b])).toEqual([{ kind: 'counted' }, { kind: 'counted' }]);
      expect(await store.count([b, c, a, c])).toEqual([
        { kind: 'repeated' },
        { kind: 'counted' },
        { kind: 'repeated' },
        { kind: 'repeated' },
      ]);
      expect(await byUser(store)).toEqual({ alice: 2, bob: 3 });
      expect(await totalOf(store, record('finding'))).toBe(1);
    });

    test('has nothing at first, and nothing to do for nothing', async () => {
      const store = await harness.open();
      expect(await store.count([])).toEqual([]);
      await store.add([]);
      await store.raise([]);
      expect(await store.totals()).toEqual([]);
    });

    test('has one series whatever the order of labels, and none for an empty label', async () => {
      const store = await harness.open();
      await store.add([{ metric: 'x', labels: { source: 'k8s_audit', outcome: 'failed' }, by: 1 }]);
      await store.count([mark('a', { metric: 'x', labels: { outcome: 'failed', source: 'k8s_audit', code: '' }, by: 2 })]);
      expect(await store.totals()).toEqual([{ metric: 'x', labels: { outcome: 'failed', source: 'k8s_audit' }, value: 3 }]);
    });

    test('knows a series that was declared at 0', async () => {
      const store = await harness.open();
      await store.add([record('failed', 0)]);
      expect(await totalOf(store, record('failed'))).toBe(0);
      await store.add([record('failed', 0), record('failed', 2)]);
      expect(await totalOf(store, record('failed'))).toBe(2);
    });

    test('is exact beyond what a 32-bit number holds', async () => {
      const store = await harness.open();
      await store.add([record('dropped', 2 ** 31), record('dropped', 2 ** 31)]);
      await store.add([record('dropped', 1)]);
      expect(await totalOf(store, record('dropped'))).toBe(2 ** 32 + 1);
    });

    test('keeps whatever a name can hold', async () => {
      const store = await harness.open();
      const users = ['__proto__', 'constructor', "'; DROP TABLE total; --", 'a\u0000b', 'x#y#z', '北京 😀', 'é'.repeat(256), '"],[{}'];
      await store.count(users.map((user) => mark(`key of ${user}`, change(user))));
      const totals = await store.totals();
      expect(totals.map(({ labels }) => labels['user']).toSorted()).toEqual(users.toSorted());
      expect(await store.count(users.map((user) => mark(`key of ${user}`, change(user))))).toEqual(users.map(() => ({ kind: 'repeated' })));
    });

    test('says which marks it has counted, and counts nothing by it', async () => {
      const store = await harness.open();
      const odd = ['a', 'a\u0000', '__proto__', 'k'.repeat(100_000), '北京 😀', ''];
      await store.count(odd.map((key) => mark(key, change('alice'))));
      const found = await store.marked([...odd, 'b', `${'k'.repeat(100_000)}!`, 'constructor', 'a', 'a']);
      expect([...found].toSorted()).toEqual(odd.toSorted());
      expect(await store.marked([])).toEqual(new Set());
      expect(await store.count([mark('b', change('bob'))])).toEqual([{ kind: 'counted' }]);
      expect(await byUser(store)).toEqual({ alice: 6, bob: 1 });
      expect(await (await harness.share(store)).marked(['b', 'c'])).toEqual(new Set(['b']));
    });

    test('keeps the note of whoever was first to count a mark', async () => {
      const store = await harness.open();
      const odd = ['a', 'a\u0000', '__proto__', 'k'.repeat(100_000), '北京 😀', ''];
      const outcomes = await store.count([
        ...odd.map((key) => ({ ...mark(key, change('alice')), note: `first of ${key.slice(0, 9)}` })),
        { ...mark('a', change('alice')), note: 'second in the same call' },
        mark('silent'),
      ]);
      expect(outcomes.map(({ kind }) => kind)).toEqual([...odd.map(() => 'counted'), 'repeated', 'counted']);
      expect(
        await store.count([
          { ...mark('a'), note: 'second' },
          { ...mark('silent'), note: 'late' },
        ]),
      ).toEqual([{ kind: 'repeated' }, { kind: 'repeated' }]);
      const notes = await (await harness.share(store)).notes([...odd, 'silent', 'nobody', 'a']);
      expect([...notes].toSorted()).toEqual(odd.map((key) => [key, `first of ${key.slice(0, 9)}`]).toSorted());
      expect(await store.notes([])).toEqual(new Map());
    });

    test('keeps the note of a mark of more series than one transaction takes', { timeout: 120_000 }, async () => {
      const store = await harness.open();
      const many = Array.from({ length: 120 }, (_, at) => ({ metric: 'driftwire_dropped_total', labels: { reason: `r${at}` }, by: 1 }));
      expect(await store.count([{ ...mark('big', ...many), note: 'noted' }])).toEqual([{ kind: 'counted' }]);
      expect(await store.notes(['big'])).toEqual(new Map([['big', 'noted']]));
    });

    test('says so of more marks than one question takes', { timeout: 60_000 }, async () => {
      const store = await harness.open();
      const keys = Array.from({ length: 250 }, (_, at) => `key ${at}`);
      await store.count(keys.filter((_, at) => at % 2 === 0).map((key) => mark(key)));
      expect((await store.marked(keys)).size).toBe(125);
    });

    test('tells long and odd keys apart', async () => {
      const store = await harness.open();
      const keys = [
        '',
        ' ',
        'k'.repeat(100_000),
        `${'k'.repeat(100_000)}!`,
        'a\u0000',
        'a',
        'a\ud800',
        'a\ufffd',
        'a\udfff',
        'é',
        'e\u0301',
      ];
      const marks = keys.map((key) => mark(`aws_cloudtrail ${key}`, change('alice')));
      expect(await store.count(marks)).toEqual(keys.map(() => ({ kind: 'counted' })));
      expect(await store.count(marks)).toEqual(keys.map(() => ({ kind: 'repeated' })));
      expect(await byUser(store)).toEqual({ alice: keys.length });
    });

    test('counts more marks and more new series in one call than one transaction takes', { timeout: 120_000 }, async () => {
      const store = await harness.open({ budget: { chosenValues: 1_000, placedValues: 1_000, series: 1_000 } });
      const marks = Array.from({ length: 160 }, (_, at) => mark(`k${at}`, change(`user-${at % 80}`), record('finding')));
      const outcomes = await store.count([...marks, ...marks.slice(0, 30)]);
      expect(outcomes.map(({ kind }) => kind)).toEqual([...marks.map(() => 'counted'), ...Array(30).fill('repeated')]);
      expect(Object.values(await byUser(store))).toEqual(Array(80).fill(2));
      expect(await totalOf(store, record('finding'))).toBe(160);
    });

    test('counts a mark of more series than one transaction takes', { timeout: 120_000 }, async () => {
      const store = await harness.open();
      const many = Array.from({ length: 120 }, (_, at) => ({ metric: 'driftwire_dropped_total', labels: { reason: `r${at}` }, by: 1 }));
      expect(await store.count([mark('big', ...many), mark('small', record('finding'))])).toEqual([
        { kind: 'counted' },
        { kind: 'counted' },
      ]);
      expect((await store.count([mark('big', ...many)])).map(({ kind }) => kind)).toEqual(['repeated']);
      const totals = await store.totals();
      expect(totals).toHaveLength(121);
      expect(totals.every(({ value }) => value === 1)).toBe(true);
    });

    test('counts a mark that brings more new values than one transaction takes', { timeout: 120_000 }, async () => {
      const store = await harness.open();
      const findings = Array.from({ length: 20 }, (_, at) => ({
        metric: 'falco_events',
        labels: {
          rule: `rule ${at}`,
          priority: '4',
          hostname: `host ${at}`,
          source: 'syscall',
          k8s_ns_name: `ns ${at}`,
          k8s_pod_name: `pod ${at}`,
        },
        by: 1,
      }));
      expect(await store.count([mark('rich', ...findings)])).toEqual([{ kind: 'counted' }]);
      expect(await store.count([mark('rich', ...findings)])).toEqual([{ kind: 'repeated' }]);
      const totals = await store.totals();
      expect(totals.map(({ labels }) => labels['rule']).toSorted()).toEqual(findings.map(({ labels }) => labels.rule).toSorted());
      expect(totals.every(({ value }) => value === 1)).toBe(true);
    });

    test('raises a value and never lowers it', async () => {
      const store = await harness.open();
      const level = (value: number) => ({ metric: 'driftwire_last_event_timestamp_seconds', labels: { source: 'k8s_audit' }, value });
      await store.raise([level(1_000)]);
      await store.raise([level(3_000), level(2_000)]);
      await store.raise([level(1_500)]);
      expect(await store.totals()).toEqual([level(3_000)]);
    });

    test('refuses what would make a total inexact, and changes nothing', async () => {
      const store = await harness.open();
      for (const by of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31 + 1]) {
        await expect(store.add([record('dropped'), record('dropped', by)])).rejects.toThrow('cannot be added');
        await expect(store.count([mark('a', record('dropped', by))])).rejects.toThrow('cannot be added');
      }
      await expect(store.raise([{ metric: 'x', labels: {}, value: 0.5 }])).rejects.toThrow('cannot be raised');
      expect(await store.totals()).toEqual([]);
    });

    test('forgets a mark after 30 days and no earlier', async () => {
      let nowMs = Date.parse('2026-11-21T08:00:00Z');
      const store = await harness.open({ nowMs: () => nowMs });
      await store.count([mark('a', change('alice'))]);
      nowMs += 30 * DAY_MS - 1;
      expect(await store.count([mark('a', change('alice'))])).toEqual([{ kind: 'repeated' }]);
      expect(await byUser(store)).toEqual({ alice: 1 });
    });
  });

  describe(`${name} and the budget of labels`, () => {
    const budget = { chosenValues: 3, placedValues: 5, series: 50 };

    test('gives the first values a series and the rest other, for ever', async () => {
      const store = await harness.open({ budget });
      const users = ['a', 'b', 'c', 'd', 'e', 'a', 'd', 'c'];
      await store.count(users.map((user, at) => mark(`k${at}`, change(user))));
      const again = await harness.share(store, { budget });
      await again.count(['d', 'b', 'f'].map((user, at) => mark(`l${at}`, change(user))));
      expect(await byUser(again)).toEqual({ a: 2, b: 2, c: 2, other: 5 });
      expect(await totalOf(again, { metric: OVERFLOW_METRIC, labels: { metric: CHANGES, label: 'user' } })).toBe(5);
    });

    test('decides the same for what is added without a mark', async () => {
      const store = await harness.open({ budget });
      await store.add(['a', 'b', 'c', 'd'].map((user) => change(user)));
      await store.add([change('d'), change('a')]);
      expect(await byUser(store)).toEqual({ a: 2, b: 1, c: 1, other: 2 });
    });

    test('bounds the series of a metric', async () => {
      const store = await harness.open({ budget: { chosenValues: 10, placedValues: 10, series: 2 } });
      await store.count(['a', 'b', 'c', 'a', 'd'].map((user, at) => mark(`k${at}`, change(user))));
      expect(await byUser(store)).toEqual({ a: 2, b: 1, other: 2 });
      expect(await totalOf(store, { metric: OVERFLOW_METRIC, labels: { metric: CHANGES, label: 'series' } })).toBe(2);
    });

    test('is kept by writers that know nothing of each other', { timeout: 60_000 }, async () => {
      const store = await harness.open({ budget });
      const writers = await Promise.all([1, 2, 3, 4].map(() => harness.share(store, { budget })));
      const rounds = Array.from({ length: 6 }, (_, round) => round);
      // Each writer meets the users in an order of its own, so that they compete for the last places.
      await Promise.all(
        writers.map(async (writer, at) => {
          for (const round of rounds) await writer.count([mark(`w${at} r${round}`, change(`user-${(round * (at + 1) + at) % 7}`))]);
        }),
      );
      const totals = await byUser(store);
      expect(Object.keys(totals).filter((user) => user !== 'other')).toHaveLength(3);
      expect(Object.values(totals).reduce((sum, value) => sum + value, 0)).toBe(writers.length * rounds.length);
      const before = totals['other'] ?? 0;
      await store.count([mark('later', change('somebody new'))]);
      expect((await byUser(store))['other']).toBe(before + 1);
    });
  });

  describe(`${name} with several writers`, () => {
    test('counts what all of them hand in at once only once', { timeout: 60_000 }, async () => {
      const store = await harness.open();
      const writers = await Promise.all([1, 2, 3, 4].map(() => harness.share(store)));
      const marks = Array.from({ length: 40 }, (_, at) => mark(`k${at}`, change(`user-${at % 5}`), record('finding')));
      const outcomes = await Promise.all(writers.map((writer, at) => writer.count(at % 2 === 0 ? marks : marks.toReversed())));
      expect(outcomes.flat().filter(({ kind }) => kind === 'counted')).toHaveLength(marks.length);
      expect(outcomes.flat().filter(({ kind }) => kind === 'failed')).toEqual([]);
      expect(await totalOf(store, record('finding'))).toBe(marks.length);
      expect(await byUser(store)).toEqual({ 'user-0': 8, 'user-1': 8, 'user-2': 8, 'user-3': 8, 'user-4': 8 });
    });
  });

  describe(`${name} and documents`, () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    const textOf = (body: Uint8Array | undefined) => new TextDecoder().decode(body);

    test('are replaced by one who has read what is there', async () => {
      const store = await harness.open();
      expect(await store.document('backlog')).toBeUndefined();
      expect(await store.replaceDocument('backlog', bytes('one'), 0)).toBe(true);
      expect(await store.replaceDocument('backlog', bytes('two'), 0)).toBe(false);
      expect(await store.document('backlog')).toMatchObject({ version: 1 });
      expect(await store.replaceDocument('backlog', bytes('two'), 1)).toBe(true);
      expect(await store.replaceDocument('backlog', bytes('three'), 1)).toBe(false);
      expect(await store.replaceDocument('backlog', bytes('three'), 7)).toBe(false);
      const found = await store.document('backlog');
      expect([found?.version, textOf(found?.body)]).toEqual([2, 'two']);
      expect(await store.document('another')).toBeUndefined();
    });

    test('hold megabytes, and nothing at all', { timeout: 60_000 }, async () => {
      const store = await harness.open();
      const large = new Uint8Array(3_000_000).map((_, at) => (at * 31) % 251);
      await store.replaceDocument('large', large, 0);
      expect(Buffer.compare((await store.document('large'))?.body ?? new Uint8Array(), large)).toBe(0);
      await store.replaceDocument('large', new Uint8Array(), 1);
      expect(await store.document('large')).toMatchObject({ version: 2, body: new Uint8Array() });
    });

    test('have one winner of many', async () => {
      const store = await harness.open();
      const writers = await Promise.all([1, 2, 3, 4].map(() => harness.share(store)));
      const won = await Promise.all(writers.map((writer, at) => writer.replaceDocument('lease', bytes(`writer ${at}`), 0)));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(textOf((await store.document('lease'))?.body)).toBe(`writer ${won.indexOf(true)}`);
    });
  });

  incidentRecordsContract(name, harness);

  test(`${name}, closed, says so`, async () => {
    const store = await harness.open();
    await store.close();
    await store.close();
    expect(await store.count([mark('a', change('alice'))])).toMatchObject([{ kind: 'failed', error: { code: 'DW_STORE_UNUSABLE' } }]);
    for (const call of [() => store.totals(), () => store.add([record('failed')]), () => store.document('x'), () => store.marked(['a'])]) {
      await expect(call()).rejects.toMatchObject({ code: 'DW_STORE_UNUSABLE', retryable: false });
    }
  });
}

/** The contract of a store that is also a spool. */
export function storeContract(name: string, harness: StoreHarness<Store>): void {
  sharedStoreContract(name, harness);
  forgettingContract(name, harness);
  spoolContract(name, harness);
}
