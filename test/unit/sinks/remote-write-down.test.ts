import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../../lib/core/deliver/snapshot.ts';
import { setUp } from '../../support/remote-write-setup.ts';

describe('a receiver that is down', () => {
  test('for an hour has every minute afterwards, each at its time', async () => {
    const { flush, count, receiver, sumAt } = await setUp();
    await flush(1);
    receiver.fault = () => ({ kind: 'reset' });
    for (let minute = 2; minute <= 61; minute++) {
      count('ada');
      expect(await flush(minute)).toMatchObject({ kind: 'later', reason: 'unreachable', pendingSnapshots: minute - 1 });
    }
    receiver.fault = undefined;
    count('ada');
    expect(await flush(62)).toMatchObject({ kind: 'delivered' });
    for (let minute = 2; minute <= 62; minute++) expect(sumAt(minute * 60)).toBe(minute - 1);
    expect(receiver.faults).toEqual([]);
  });

  test('and lost the answer of what it stored gets the same again, from another process too', async () => {
    for (const lost of [1, 2, 3, 4]) {
      const { flush, count, receiver, started, sumAt, timesOf } = await setUp();
      await flush(1);
      count('ada');
      const seen = receiver.seen.length;
      receiver.fault = (number) => (number < seen + lost ? undefined : { kind: 'reset', stores: number === seen + lost });
      expect(await flush(2)).toMatchObject({ kind: 'later' });
      receiver.fault = undefined;
      expect(await flush(3, started())).toEqual({ kind: 'delivered', refused: [] });
      expect([sumAt(60), sumAt(120), sumAt(180)]).toEqual([0, 1, 1]);
      expect(timesOf('ada').filter(([, value]) => value === 0)).toHaveLength(2);
    }
  });

  test('a process that dies before it can note what was sent loses nothing and doubles nothing', async () => {
    const { flush, count, store, started, receiver, sumAt } = await setUp();
    await flush(1);
    count('ada');
    let saves = 0;
    const dying = started({
      document: (name) => store.document(name),
      replaceDocument: (name, body, version) =>
        ++saves === 2 ? Promise.reject(new Error('died')) : store.replaceDocument(name, body, version),
    });
    await expect(flush(2, dying)).rejects.toThrow('died');
    count('ada');
    expect(await flush(3, started())).toEqual({ kind: 'delivered', refused: [] });
    expect([sumAt(60), sumAt(120), sumAt(180)]).toEqual([0, 1, 2]);
    expect(receiver.storage.series.size).toBe(1);
  });

  test('what another process began to send stays in doubt until the receiver has taken something', async () => {
    const { flush, count, started, receiver, lines, sumAt } = await setUp();
    await flush(1);
    count('ada');
    count('bob');
    const seen = receiver.seen.length;
    receiver.fault = (number) => (number > seen + 3 ? { kind: 'status', status: 500 } : undefined);
    expect(await flush(2)).toMatchObject({ kind: 'later' });
    const other = started();
    expect(await flush(3, other)).toMatchObject({ kind: 'later' });
    receiver.fault = undefined;
    expect(await flush(4, other)).toEqual({ kind: 'delivered', refused: [] });
    expect([sumAt(60), sumAt(120), sumAt(240)]).toEqual([0, 2, 2]);
    expect(lines).toEqual([]);
  });

  test('that answers 500 to what is too old for it is left with what it has, and does not hold up the rest', async () => {
    const { flush, count, started, receiver, sumAt } = await setUp({ outOfOrderMs: 5 * MINUTE_MS, tooOldStatus: 500 });
    await flush(1);
    count('ada');
    const seen = receiver.seen.length;
    // all of the minute is stored but its last answer, and then the receiver is away for ten minutes
    receiver.fault = (number) => (number > seen + 3 ? { kind: 'reset', stores: number === seen + 4 } : undefined);
    for (let minute = 2; minute <= 11; minute++) expect(await flush(minute)).toMatchObject({ kind: 'later' });
    receiver.storage.append([
      { labels: [['__name__', 'up']], samples: [{ timeMs: Date.UTC(2026, 10, 20, 9, 12), value: 1, isStale: false }] },
    ]);
    receiver.fault = undefined;
    count('ada');
    expect(await flush(12, started())).toEqual({ kind: 'delivered', refused: [] });
    expect([sumAt(60), sumAt(120), sumAt(600), sumAt(720)]).toEqual([0, 1, 1, 2]);
  });

  test('that nobody wrote to for ten minutes is told what stood meanwhile', async () => {
    const { flush, count, sumAt, receiver } = await setUp();
    count('ada');
    await flush(1);
    count('ada');
    await flush(11);
    for (let minute = 1; minute <= 10; minute++) expect(sumAt(minute * 60 + 30)).toBe(1);
    expect(sumAt(660)).toBe(2);
    expect(receiver.faults).toEqual([]);
  });

  test('and stores nothing of the last hour any more is left with the totals, which is said once', async () => {
    const { flush, count, receiver, lines, sumAt, startMs } = await setUp();
    await flush(1);
    count('ada');
    receiver.fault = () => ({ kind: 'reset' });
    await flush(2);
    // somebody else writes the present, so the receiver's head has moved on when it is back
    receiver.fault = undefined;
    receiver.storage.append([{ labels: [['__name__', 'up']], samples: [{ timeMs: startMs + 90 * MINUTE_MS, value: 1, isStale: false }] }]);
    count('ada');
    expect(await flush(90)).toEqual({ kind: 'delivered', refused: [] });
    expect(sumAt(90 * 60)).toBe(2);
    expect(lines.filter((line) => line.includes('older than the remote-write receiver takes'))).toHaveLength(1);
  });

  test('because of one series gets the others after three minutes, and the series is named', async () => {
    const { flush, count, receiver, lines } = await setUp();
    count('bad');
    for (const user of ['ada', 'bob', 'eve']) count(user);
    receiver.fault = (_number, { series }) =>
      series.some(({ labels }) => labels.some(([, value]) => value === 'bad'))
        ? { kind: 'status', status: 500, body: 'too old sample' }
        : undefined;
    for (const minute of [1, 2, 3]) expect(await flush(minute)).toMatchObject({ kind: 'later', reason: 'unavailable' });
    expect(await flush(4)).toMatchObject({ kind: 'later' });
    expect(receiver.storage.series.size).toBe(3);
    expect(lines.some((line) => line.includes('too old sample') && line.includes('bad'))).toBe(true);
  });
});
