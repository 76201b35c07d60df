import { describe, expect, test } from 'vitest';
import { LedgerNotes } from '../../../lib/core/deliver/ledger-notes.ts';
import type { SinkNotes } from '../../../lib/core/ports.ts';
import { LokiSink } from '../../../lib/sinks/loki.ts';
import { MemoryStore } from '../../../lib/stores/memory.ts';
import { ids, kinds, lokiSetup as setup } from '../../support/loki-setup.ts';

const HOUR = 3_600_000;

describe('a late event', () => {
  test('whose place in the live stream has passed goes to the stream of late ones', async () => {
    const { loki, sink, event } = await setup();
    await sink.deliver([event('now')]);
    expect(kinds(await sink.deliver([event('late', 1.5 * HOUR), event('good', 1000)]))).toEqual(['delivered', 'delivered']);
    expect(loki.stored().map(({ stream, entries }) => [stream.includes('ingest="backfill"'), entries.length])).toEqual([
      [false, 2],
      [true, 1],
    ]);
  });

  test('that is there already is delivered, and not put anywhere else', async () => {
    const { loki, sink, event } = await setup();
    const old = Array.from({ length: 30 }, (_, n) => event(`old${n}`, 1.5 * HOUR + n));
    await sink.deliver(old);
    await sink.deliver([event('now')]);
    const results = await sink.deliver([...old, event('more', 1)]);
    expect(new Set(kinds(results))).toEqual(new Set(['delivered']));
    expect(ids(loki)).toHaveLength(32);
    expect(loki.stored()).toHaveLength(1);
  });

  test('moved once is not moved again by a repeat', async () => {
    const { loki, sink, event } = await setup();
    await sink.deliver([event('now')]);
    for (let round = 0; round < 3; round++) expect(kinds(await sink.deliver([event('late', 1.5 * HOUR)]))).toEqual(['delivered']);
    expect(ids(loki)).toEqual(['late', 'now']);
  });

  test('of a backfill is taken in any order and any number of times', async () => {
    const { loki, sink, event } = await setup();
    const day = Array.from({ length: 48 }, (_, n) => event(`e${n}`, ((n * 29) % 48) * 0.5 * HOUR, { ingest: 'backfill' }));
    for (const part of [day.slice(0, 10), day.slice(10), day.toReversed(), day]) {
      expect(new Set(kinds(await sink.deliver(part)))).toEqual(new Set(['delivered']));
    }
    expect(ids(loki)).toHaveLength(48);
    expect(loki.seen.every(({ method }) => method === 'POST')).toBe(true);
  });

  test('that cannot be found yet, because its chunk is not written, is put off until it can', async () => {
    const { loki, sink, event, timing } = await setup();
    const day = [event('new'), event('old', 10 * HOUR)];
    await sink.deliver(day);
    const results = await sink.deliver(day);
    expect(results).toMatchObject([{ kind: 'delivered' }, { kind: 'later', reason: 'too_far_behind', afterMs: 60_000 }]);
    timing.advance(60_000);
    loki.flush();
    expect(kinds(await sink.deliver(day))).toEqual(['delivered', 'delivered']);
    expect(ids(loki)).toEqual(['new', 'old']);
  });

  test('that is still missing when every chunk must have been written goes to the streams of late ones', async () => {
    const { loki, sink, event, timing } = await setup();
    await sink.deliver([event('now')]);
    expect(kinds(await sink.deliver([event('late', 10 * HOUR)]))).toEqual(['later too_far_behind']);
    timing.advance(41 * 60_000);
    for (let round = 0; round < 2; round++) {
      expect(kinds(await sink.deliver([event('late', 10 * HOUR)]))).toEqual(['delivered']);
      loki.flush();
    }
    const streams = loki
      .stored()
      .map(({ stream, entries }) => [/ingest_hour="([^"]*)"/.exec(stream)?.[1], entries[0]?.metadata['event_id']]);
    expect(streams).toEqual([
      [undefined, 'now'],
      ['2026-11-19T23', 'late'],
    ]);
  });

  test('is put off when Loki does not answer whether it is there', async () => {
    const { loki, sink, event, timing } = await setup();
    await sink.deliver([event('now')]);
    loki.failQueries({ kind: 'status', status: 503, headers: { 'retry-after': '50' } });
    expect(await sink.deliver([event('late', 1.5 * HOUR)])).toMatchObject([{ kind: 'later', reason: 'unavailable', afterMs: 50_000 }]);
    expect(sink.pausedUntilMs).toBe(timing.now() + 50_000);
    timing.advance(50_000);
    loki.failQueries({ kind: 'reset' }, { kind: 'reset' });
    expect(kinds(await sink.deliver([event('late', 1.5 * HOUR)]))).toEqual(['later unavailable']);
    expect(kinds(await sink.deliver([event('late', 1.5 * HOUR)]))).toEqual(['delivered']);
    expect(ids(loki)).toEqual(['late', 'now']);
  });

  test('is found among more entries than one query gives', { timeout: 20_000 }, async () => {
    const { loki, sink, event } = await setup({ limits: { reject_old_samples: false } });
    const many = Array.from({ length: 5_400 }, (_, n) => event(`e${n}`, 1.5 * HOUR + n));
    await sink.deliver(many);
    await sink.deliver([event('now')]);
    const wide = [many[0], many[2_700], many[5_399]].filter((each) => each !== undefined);
    expect(kinds(await sink.deliver([...wide, event('missing', 1.6 * HOUR)]))).toEqual([
      'delivered',
      'delivered',
      'delivered',
      'delivered',
    ]);
    expect(ids(loki)).toHaveLength(5_402);
  });

  test('is refused when nobody may ask whether it is there', async () => {
    const { loki, sink, event, url, timing } = await setup({ limits: { max_entries_limit_per_query: 10 } });
    await sink.deliver([event('now')]);
    const [result] = await sink.deliver([event('late', 1.5 * HOUR)]);
    expect(result).toMatchObject({
      kind: 'refused',
      reason: 'too_far_behind',
      permanent: true,
      message: expect.stringContaining('could not be asked'),
    });
    expect(ids(loki)).toEqual(['now']);
    expect(url).toContain('127.0.0.1');
    expect(timing.slept).toEqual([]);
  });
});

describe('a late event of which a ledger keeps notes', () => {
  /** The notes of a call; those named were open before it. */
  function notesOf(store: MemoryStore, ...open: readonly string[]): SinkNotes {
    const notes = new LedgerNotes('loki', store);
    return {
      isOpen: ({ key }) => open.includes(key),
      openSince: (deliveries, nowMs) => notes.openSince(deliveries, nowMs),
      move: (deliveries) => notes.move(deliveries),
    };
  }

  test('is moved only when that is noted', async () => {
    const { loki, sink, event } = await setup();
    const late = event('late', 1.5 * HOUR);
    const store = new MemoryStore();
    await sink.deliver([event('now')]);
    const broken = { ...notesOf(store), move: () => Promise.reject(new Error('no store')) };
    expect(kinds(await sink.deliver([late], { notes: broken }))).toEqual(['later unavailable']);
    expect(ids(loki)).toEqual(['now']);
    expect(kinds(await sink.deliver([late], { notes: notesOf(store) }))).toEqual(['delivered']);
    expect(ids(loki)).toEqual(['late', 'now']);
    expect(await store.marked([new LedgerNotes('loki', store).movedKey(late)])).toHaveLength(1);
  });

  test('waits for its chunk from when it was first missed, whoever asks', async () => {
    const { loki, sink, event, timing, url } = await setup();
    const late = event('late', 10 * HOUR);
    const store = new MemoryStore();
    await sink.deliver([event('now')]);
    expect(kinds(await sink.deliver([late], { notes: notesOf(store) }))).toEqual(['later too_far_behind']);
    timing.advance(39 * 60_000);
    const another = new LokiSink({ url, http: { timeoutMs: 5_000 } }, { timing });
    expect(kinds(await another.deliver([late], { notes: notesOf(store, late.key) }))).toEqual(['later too_far_behind']);
    timing.advance(60_000);
    expect(kinds(await another.deliver([late], { notes: notesOf(store, late.key) }))).toEqual(['delivered']);
    another.close();
    expect(loki.stored().map(({ stream }) => stream.includes('ingest="backfill"'))).toEqual([false, true]);
  });

  test('is not pushed again while it is open, so that no later push is what it waits for', async () => {
    const { loki, sink, event, timing } = await setup();
    const [early, late] = [event('early', 10 * HOUR), event('late', 10 * HOUR)];
    await sink.deliver([early]);
    await sink.deliver([event('now')]);
    const pushes = loki.pushes.length;
    // as after a crash: a note, and a process that knows of nothing
    expect(kinds(await sink.deliver([early, late], { notes: notesOf(new MemoryStore(), early.key, late.key) }))).toEqual([
      'later too_far_behind',
      'later too_far_behind',
    ]);
    expect(loki.pushes).toHaveLength(pushes);
    timing.advance(31 * 60_000);
    loki.flush();
    expect(kinds(await sink.deliver([early], { notes: notesOf(new MemoryStore(), early.key) }))).toEqual(['delivered']);
    expect(loki.pushes).toHaveLength(pushes);
  });
});
