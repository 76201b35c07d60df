import { describe, expect, test } from 'vitest';
import { LedgerSink } from '../../../../lib/core/deliver/ledger-sink.ts';
import { DriftwireError } from '../../../../lib/core/errors.ts';
import type { DeliveryResult } from '../../../../lib/core/model/delivery-result.ts';
import type { Ledger } from '../../../../lib/core/ports.ts';
import { MemoryStore } from '../../../../lib/stores/memory.ts';
import { deliveryWith } from '../../../support/deliveries.ts';
import { totalOf } from '../../../support/store-harness.ts';

const [a, b] = [deliveryWith({ id: 'a' }), deliveryWith({ id: 'b' })];
const findings = { metric: 'driftwire_records_total', labels: { source: 'k8s_audit', outcome: 'finding' } };

/** A ledger whose second mark meets an error. */
function failing(error: DriftwireError): Ledger {
  return {
    count: async (marks) => marks.map((_, at) => (at === 1 ? { kind: 'failed', error } : { kind: 'counted' })),
    add: async () => undefined,
    raise: async () => undefined,
    totals: () => Promise.reject(error),
  };
}

describe('the ledger as a sink', () => {
  test('counts each event once and has it each time', async () => {
    const store = new MemoryStore();
    const sink = new LedgerSink(store);
    expect(await sink.deliver([a, b])).toEqual([{ kind: 'delivered' }, { kind: 'delivered' }]);
    expect(await sink.deliver([b, a, a])).toEqual([{ kind: 'delivered' }, { kind: 'delivered' }, { kind: 'delivered' }]);
    expect(await totalOf(store, findings)).toBe(2);
    expect(await sink.check()).toEqual({ ok: true });
    sink.close();
    expect(await totalOf(store, findings)).toBe(2);
  });

  test('tells each result once', async () => {
    const told: (readonly [string, string, DeliveryResult['kind']])[] = [];
    const sink = new LedgerSink(new MemoryStore(), (name, delivery, result) => told.push([name, delivery.key, result.kind]));
    await sink.deliver([a, b]);
    expect(told).toEqual([
      ['ledger', a.key, 'delivered'],
      ['ledger', b.key, 'delivered'],
    ]);
  });

  test('wants an event again of which one mark was not counted, and only that', async () => {
    const sink = new LedgerSink(failing(new DriftwireError('DW_STORE_UNAVAILABLE', 'busy', { retryable: true })));
    expect(await sink.deliver([a, b])).toEqual([
      { kind: 'later', reason: 'unavailable', message: 'busy', afterMs: 1_000 },
      { kind: 'delivered' },
    ]);
  });

  test('that cannot be used is for people to look at', async () => {
    const sink = new LedgerSink(failing(new DriftwireError('DW_STORE_UNUSABLE', 'damaged')));
    expect(await sink.deliver([a])).toEqual([{ kind: 'refused', reason: 'misconfigured', permanent: false, message: 'damaged' }]);
    expect(await sink.check()).toEqual({ ok: false, reason: 'unavailable', message: 'DriftwireError: damaged' });
  });

  test('begins nothing when time is up', async () => {
    const store = new MemoryStore();
    const [result] = await new LedgerSink(store).deliver([a], { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ kind: 'later', reason: 'stopped' });
    expect(await store.totals()).toEqual([]);
  });
});
