import { describe, expect, test } from 'vitest';
import { Counting } from '../../../../lib/core/deliver/counting.ts';
import { FirstCopySink } from '../../../../lib/core/deliver/first-copy-sink.ts';
import { LedgerNotes, type NoteStore } from '../../../../lib/core/deliver/ledger-notes.ts';
import { LedgerSink } from '../../../../lib/core/deliver/ledger-sink.ts';
import { DriftwireError } from '../../../../lib/core/errors.ts';
import type { Delivery } from '../../../../lib/core/model/delivery.ts';
import type { Sink } from '../../../../lib/core/ports.ts';
import { MemoryStore } from '../../../../lib/stores/memory.ts';
import { deliveryWith } from '../../../support/deliveries.ts';
import { DELIVERED, later, RecordingSink, refused } from '../../../support/recording-sink.ts';

const UNKNOWN = {
  kind: 'later',
  reason: 'unavailable',
  afterMs: 1_000,
  message: expect.stringContaining('which copy of it came first is not known'),
};

/** An event as the bus brings it, and as an object of the trail does minutes later. */
const live = deliveryWith({ id: 'a', recordText: '{"auditID":"a","verb":"patch"}' });
const late = deliveryWith({ id: 'a', recordText: '{"verb":"patch","auditID":"a"}', ingest: 'backfill' });
const other = deliveryWith({ id: 'b' });

/** A place, and a way to hand it what one process has read. */
function placeOf(store: NoteStore = new MemoryStore(), answer?: ConstructorParameters<typeof RecordingSink>[1]) {
  const loki = new RecordingSink('loki', answer);
  const sent: Delivery[] = [];
  const noted: Sink = {
    name: 'loki',
    deliver: (deliveries, options) => {
      sent.push(...deliveries);
      return loki.deliver(deliveries, options);
    },
    check: () => loki.check(),
    close: () => loki.close(),
  };
  return {
    store,
    sent,
    hand: (deliveries: readonly Delivery[], holds: 'kept' | 'loose' = 'kept') =>
      new FirstCopySink(noted, new Counting(store, { holds }), store).deliver(deliveries),
  };
}

describe('an event that comes by several ways', () => {
  test('is there in the copy that was counted first, whichever that is', async () => {
    for (const [first, second] of [
      [live, late],
      [late, live],
    ] as const) {
      const { hand, sent } = placeOf();
      expect(await hand([first])).toEqual([DELIVERED]);
      expect(await hand([second, other])).toEqual([DELIVERED, DELIVERED]);
      expect(sent).toEqual([first, other]);
    }
  });

  test('is there once when both copies are handed in together', async () => {
    const { hand, sent } = placeOf();
    expect(await hand([late, other, live])).toEqual([DELIVERED, DELIVERED, DELIVERED]);
    expect(sent).toEqual([late, other]);
  });

  test('waits for its first copy, which its queue hands in again, while the place is down', async () => {
    let isDown = true;
    const { hand, sent } = placeOf(new MemoryStore(), () => (isDown ? later(5) : DELIVERED));
    expect(await hand([live])).toEqual([later(5)]);
    expect(await hand([late])).toEqual([DELIVERED]);
    isDown = false;
    expect(await hand([{ ...live }])).toEqual([DELIVERED]);
    expect(sent.map(({ ingest }) => ingest)).toEqual([undefined, undefined]);
  });

  test('is sent when it was counted while there was no such place', async () => {
    const { hand, sent, store } = placeOf();
    await new Counting(store).of([live]);
    await hand([late], 'loose');
    expect(sent).toEqual([late]);
  });

  test('is sent as it was before marks had notes', async () => {
    const { hand, sent, store } = placeOf();
    await store.count([{ key: live.key, increments: [] }]);
    await hand([live, late]);
    expect(sent).toEqual([live, late]);
  });
});

describe('the copy that was first', () => {
  test('is sent again each time, and to the place that it was moved to', async () => {
    const { hand, sent, store } = placeOf();
    await hand([live]);
    await hand([live]);
    await new LedgerNotes('loki', store).move([live]);
    await hand([live]);
    expect(sent.map(({ ingest }) => ingest)).toEqual([undefined, undefined, 'backfill']);
  });

  test('tells the place what it noted before: what was open, since when, what it moves', async () => {
    const store = new MemoryStore();
    const told: unknown[] = [];
    const moving = new RecordingSink('loki', async (delivery, { notes }) => {
      told.push(notes?.isOpen(delivery), await notes?.openSince([delivery], 1_000 + told.length));
      if (told.length > 2) await notes?.move([delivery]);
      return later(0);
    });
    const hand = () => new FirstCopySink(moving, new Counting(store, { holds: 'kept' }), store).deliver([{ ...live }]);
    await hand();
    await hand();
    expect(told).toEqual([false, [1_000], true, [1_000]]);
    expect(await store.marked([new LedgerNotes('loki', store).movedKey(live)])).toHaveLength(1);
  });
});

describe('a first copy that the place refused for good', () => {
  const scanned = { ...late, findings: live.findings };

  test('gives way to one that somebody brings again, by which it is there once', async () => {
    let refuses = true;
    const { hand, sent } = placeOf(new MemoryStore(), () => (refuses ? refused(true) : DELIVERED));
    expect(await hand([live])).toEqual([refused(true)]);
    expect(await hand([scanned], 'loose')).toEqual([refused(true)]);
    refuses = false;
    expect(await hand([scanned], 'loose')).toEqual([DELIVERED]);
    expect(await hand([live])).toEqual([DELIVERED]);
    expect(await hand([late])).toEqual([DELIVERED]);
    expect(sent).toEqual([live, scanned, scanned]);
  });

  test('is sent again when it comes again itself', async () => {
    let refuses = true;
    const { hand, sent } = placeOf(new MemoryStore(), () => (refuses ? refused(true) : DELIVERED));
    await hand([late]);
    refuses = false;
    expect(await hand([late])).toEqual([DELIVERED]);
    expect(sent).toEqual([late, late]);
  });
});

describe('a copy that somebody scanned', () => {
  const scanned = { ...live, ingest: 'backfill' as const };

  test('gives way to none once it is there', async () => {
    const { hand, sent } = placeOf();
    expect(await hand([scanned], 'loose')).toEqual([DELIVERED]);
    expect(await hand([live])).toEqual([DELIVERED]);
    expect(await hand([{ ...scanned, findings: late.findings }], 'loose')).toEqual([DELIVERED]);
    expect(sent).toEqual([scanned]);
    await hand([scanned], 'loose');
    expect(sent).toEqual([scanned, scanned]);
  });

  test('may never come again: until it is there, another takes its place in its stream', async () => {
    let isDown = true;
    const { hand, sent } = placeOf(new MemoryStore(), () => (isDown ? refused(false) : DELIVERED));
    expect(await hand([scanned, other], 'loose')).toEqual([refused(false), refused(false)]);
    isDown = false;
    expect(await hand([live])).toEqual([DELIVERED]);
    expect(sent.at(-1)).toEqual(scanned);
    expect(await hand([live])).toEqual([DELIVERED]);
    expect(sent).toHaveLength(3);
  });

  test('is left out where a queue has another', async () => {
    const { hand, sent } = placeOf();
    await hand([live]);
    expect(await hand([scanned], 'loose')).toEqual([DELIVERED]);
    expect(sent).toEqual([live]);
  });
});

describe('a store that does not answer', () => {
  const busy = new DriftwireError('DW_STORE_UNAVAILABLE', 'busy', { retryable: true });
  const memory = () => {
    const store = new MemoryStore();
    return {
      count: (marks: Parameters<MemoryStore['count']>[0]) => store.count(marks),
      marked: (keys: readonly string[]) => store.marked(keys),
      notes: (keys: readonly string[]) => store.notes(keys),
    };
  };

  test('keeps what it cannot count from the place, and nothing else', async () => {
    const store = memory();
    const { hand, sent } = placeOf({
      ...store,
      count: async (marks) =>
        Promise.all(
          marks.map(async (mark) =>
            mark.key === live.key
              ? { kind: 'failed' as const, error: busy }
              : ((await store.count([mark]))[0] ?? { kind: 'counted' as const }),
          ),
        ),
    });
    expect(await hand([live, other])).toEqual([{ kind: 'later', reason: 'unavailable', message: 'busy', afterMs: 1_000 }, DELIVERED]);
    expect(sent).toEqual([other]);
  });

  test('is asked again when it cannot tell which copy was first', async () => {
    const store = memory();
    const { hand, sent } = placeOf({ ...store, notes: () => Promise.reject(busy) });
    await hand([live]);
    expect(await hand([late])).toEqual([UNKNOWN]);
    expect(sent).toEqual([live]);
  });

  test('is asked again when it cannot note that a scanned copy is there', async () => {
    const store = memory();
    const { hand } = placeOf({
      ...store,
      count: async (marks) =>
        marks.some(({ key }) => key.startsWith('loki has')) ? marks.map(() => ({ kind: 'failed', error: busy })) : store.count(marks),
    });
    expect(await hand([live], 'loose')).toEqual([UNKNOWN]);
  });
});

test('shares one count of an event with the ledger', async () => {
  const store = new MemoryStore();
  let calls = 0;
  const counted = { count: (marks: Parameters<MemoryStore['count']>[0]) => store.count(marks.slice(0, ++calls * 100)) };
  const counting = new Counting(counted);
  const loki = new RecordingSink('loki');
  await Promise.all([new LedgerSink(store, undefined, counting).deliver([live]), new FirstCopySink(loki, counting, store).deliver([live])]);
  expect([calls, loki.kept.size]).toEqual([1, 1]);
});

test('is asked, checked and closed under the name of the place', async () => {
  const closed: string[] = [];
  const sink: Sink = {
    name: 'loki',
    deliver: async () => [],
    check: async (options) => ({ ok: false, reason: 'paused', message: `until ${options?.deadlineMs}` }),
    close: () => closed.push('loki'),
  };
  const store = new MemoryStore();
  const first = new FirstCopySink(sink, new Counting(store), store);
  expect(first.name).toBe('loki');
  expect(await first.check({ deadlineMs: 5 })).toEqual({ ok: false, reason: 'paused', message: 'until 5' });
  expect(await first.deliver([])).toEqual([]);
  first.close();
  expect(closed).toEqual(['loki']);
});
