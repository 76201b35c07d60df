/** What every store does with the records of incidents. */
import { describe, expect, test } from 'vitest';
import type { SharedStore } from '../../lib/core/ports.ts';
import type { StoreHarness } from '../support/store-harness.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = (body: Uint8Array | undefined) => new TextDecoder().decode(body);
const member = (key: string) => ({ key, note: `note of ${key}` });

/** The contract of the records. */
export function incidentRecordsContract(name: string, harness: StoreHarness<SharedStore>): void {
  describe(`the records of incidents of ${name}`, () => {
    test('are replaced by one who has read what is there, together with the events that join', async () => {
      const store = await harness.open();
      expect(await store.incidentRecord('group a')).toBeUndefined();
      expect(await store.replaceIncidentRecord('group a', bytes('one'), 0, [member('k1'), member('k2')])).toBe(true);
      expect(await store.replaceIncidentRecord('group a', bytes('two'), 0, [member('k3')])).toBe(false);
      expect(await store.replaceIncidentRecord('group a', bytes('two'), 2, [member('k3')])).toBe(false);
      expect(await store.replaceIncidentRecord('group a', bytes('two'), 1, [])).toBe(true);
      const found = await store.incidentRecord('group a');
      expect([found?.version, textOf(found?.body)]).toEqual([2, 'two']);
      expect(await store.incidentRecord('group b')).toBeUndefined();
      expect([...(await store.incidentMembers(['k3', 'k2', 'k1', 'k1']))].sort()).toEqual([
        ['k1', 'note of k1'],
        ['k2', 'note of k2'],
      ]);
    });

    test('take no event twice, whatever the record, and change nothing by it', async () => {
      const store = await harness.open();
      await store.replaceIncidentRecord('group a', bytes('one'), 0, [member('k1')]);
      expect(await store.replaceIncidentRecord('group a', bytes('two'), 1, [member('k2'), member('k1')])).toBe(false);
      expect(await store.replaceIncidentRecord('group b', bytes('two'), 0, [member('k1')])).toBe(false);
      expect(textOf((await store.incidentRecord('group a'))?.body)).toBe('one');
      expect(await store.incidentRecord('group b')).toBeUndefined();
      expect(await store.incidentMembers(['k2'])).toEqual(new Map());
    });

    test('take many events at once, with odd and long keys, and refuse more than a transaction holds', { timeout: 60_000 }, async () => {
      const store = await harness.open();
      const keys = ['__proto__', 'é', '', 'k'.repeat(5_000), `${'k'.repeat(5_000)}!`, ...Array.from({ length: 85 }, (_, n) => `key ${n}`)];
      expect(await store.replaceIncidentRecord('group a', new Uint8Array(), 0, keys.map(member))).toBe(true);
      expect((await store.incidentMembers([...keys, 'none'])).size).toBe(90);
      expect((await store.incidentRecord('group a'))?.body).toEqual(new Uint8Array());
      expect(await store.incidentMembers([])).toEqual(new Map());
      const more = Array.from({ length: 91 }, (_, n) => member(`more ${n}`));
      await expect(store.replaceIncidentRecord('group b', bytes('x'), 0, more)).rejects.toMatchObject({ code: 'DW_INTERNAL' });
      await expect(store.replaceIncidentRecord('group b', bytes('x'), 0, [member('a'), member('a')])).rejects.toMatchObject({
        code: 'DW_INTERNAL',
      });
    });

    test('have one winner of many', { timeout: 60_000 }, async () => {
      const store = await harness.open();
      const writers = await Promise.all([1, 2, 3, 4].map(() => harness.share(store)));
      const won = await Promise.all(
        writers.map((writer, at) => writer.replaceIncidentRecord('group', bytes(`${at}`), 0, [member(`k${at}`)])),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(textOf((await store.incidentRecord('group'))?.body)).toBe(`${won.indexOf(true)}`);
      expect([...(await store.incidentMembers(['k0', 'k1', 'k2', 'k3'])).keys()]).toEqual([`k${won.indexOf(true)}`]);
    });

    test('and of many who count the same event', { timeout: 60_000 }, async () => {
      const store = await harness.open();
      const writers = await Promise.all([1, 2, 3, 4].map(() => harness.share(store)));
      const won = await Promise.all(writers.map((writer, at) => writer.replaceIncidentRecord(`group ${at}`, bytes('x'), 0, [member('k')])));
      expect(won.filter(Boolean)).toHaveLength(1);
    });

    test('closed, say so', async () => {
      const store = await harness.open();
      await store.close();
      for (const call of [
        () => store.incidentRecord('x'),
        () => store.incidentMembers(['x']),
        () => store.replaceIncidentRecord('x', bytes('x'), 0, []),
      ]) {
        await expect(call()).rejects.toMatchObject({ code: 'DW_STORE_UNUSABLE' });
      }
    });
  });
}

/** What a store does that forgets by itself; DynamoDB forgets by its time to live. */
export function forgettingContract(name: string, harness: StoreHarness<SharedStore>): void {
  test(`${name} forgets an incident and its events after 30 days and no earlier`, async () => {
    let now = Date.UTC(2026, 0, 1);
    const store = await harness.open({ nowMs: () => now });
    await store.replaceIncidentRecord('old', bytes('x'), 0, [member('k1')]);
    now += 29 * 86_400_000;
    await store.replaceIncidentRecord('new', bytes('x'), 0, [member('k2')]);
    expect((await store.incidentMembers(['k1', 'k2'])).size).toBe(2);
    now += 86_400_000;
    await store.replaceIncidentRecord('new', bytes('y'), 1, []);
    expect([...(await store.incidentMembers(['k1', 'k2'])).keys()]).toEqual(['k2']);
    expect([await store.incidentRecord('old'), (await store.incidentRecord('new'))?.version]).toEqual([undefined, 2]);
  });
}
