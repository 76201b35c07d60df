import { expect, test } from 'vitest';
import {
  arrived,
  begun,
  certain,
  doubtfulUntilMs,
  EMPTY_THREAD,
  givenUp,
  type Thread,
  threadStep,
  unknown,
  unsent,
} from '../../../../../lib/core/deliver/incident/thread.ts';

type T = Thread<string>;
const EMPTY: T = EMPTY_THREAD;
const claim = (thread: T, nowMs: number, how: 'post' | 'edit' = 'post', place: 'parent' | 'below' = 'parent') =>
  begun(thread, 'i', { how, place, carries: 'c', nowMs, leaseMs: 15 });
const message = (marker: string, ts: string, how: 'post' | 'edit' = 'post') => ({ marker, ts, channelId: 'C1', how });

test('a message is claimed, sent and committed', () => {
  const claimed = claim(EMPTY, 100);
  expect(threadStep(claimed, 114)).toEqual({ kind: 'wait', untilMs: 115 });
  const arrival = arrived(claimed, message('i/1', '7.1'));
  expect(arrival).toMatchObject({ kind: 'committed', carries: 'c', place: 'parent' });
  if (arrival.kind !== 'committed') throw new Error(arrival.kind);
  expect(arrival.thread).toEqual({
    begun: 1,
    doubts: [],
    parent: { marker: 'i/1', ts: '7.1' },
    channelId: 'C1',
    posted: [{ marker: 'i/1', ts: '7.1' }],
  });
  expect(threadStep(arrival.thread, 116)).toBeUndefined();
});

test('a message below the parent leaves it as it is, and so does an edit', () => {
  const thread: T = { ...EMPTY, begun: 1, parent: { marker: 'i/1', ts: '7.1' }, channelId: 'C1', posted: [{ marker: 'i/1', ts: '7.1' }] };
  const below = arrived(claim(thread, 1, 'post', 'below'), message('i/2', '8.1'));
  expect(below).toMatchObject({
    kind: 'committed',
    place: 'below',
    thread: { parent: { ts: '7.1' }, posted: [{ ts: '7.1' }, { ts: '8.1' }] },
  });
  const edit = arrived(claim(thread, 1, 'edit'), message('i/2', '7.1', 'edit'));
  expect(edit).toMatchObject({ kind: 'committed', place: 'parent', thread: { posted: [{ ts: '7.1' }] } });
});

test('a claim whose time is over is settled, and what is not there is given up, looked for once more, and then forgotten', () => {
  const late = unknown(claim(EMPTY, 100), 'i/1', 103);
  expect(threadStep(late, 102)).toEqual({ kind: 'wait', untilMs: 103 });
  expect(threadStep(late, 103)).toMatchObject({ kind: 'settle', sending: { marker: 'i/1', carries: 'c' } });
  const given = givenUp(late, 'i/1', 150);
  expect(threadStep(given, 149)).toBeUndefined();
  expect(doubtfulUntilMs(given)).toBe(150);
  expect(threadStep(given, 150)).toEqual({
    kind: 'verify',
    doubt: { marker: 'i/1', how: 'post', place: 'parent', sinceMs: 100, checkMs: 150 },
  });
  expect(certain(given, 'other').doubts).toHaveLength(1);
  expect(doubtfulUntilMs(certain(given, 'i/1'))).toBeUndefined();
});

test('one that appears after it was given up is a double, and one that somebody found is known', () => {
  const given = givenUp(claim(EMPTY, 100), 'i/1', 150);
  expect(arrived(given, message('i/1', '7.1'))).toEqual({ kind: 'double' });
  expect(arrived(given, message('i/1', '7.1', 'edit'))).toEqual({ kind: 'known' });
  const posted: T = { ...EMPTY, posted: [{ marker: 'i/2', ts: '8.1' }], parent: { marker: 'i/1', ts: '7.1' } };
  expect(arrived(posted, message('i/1', '7.1'))).toEqual({ kind: 'known' });
  expect(arrived(posted, message('i/2', '8.1'))).toEqual({ kind: 'known' });
});

test('what was not sent is as if it had not been begun, and a stranger changes nothing', () => {
  const claimed = claim(EMPTY, 100);
  expect(unsent(claimed, 'i/1')).toEqual({ ...EMPTY, begun: 1 });
  expect([unsent(claimed, 'x'), unknown(claimed, 'x', 1), givenUp(claimed, 'x', 1)]).toEqual([claimed, claimed, claimed]);
  expect([unsent(EMPTY, 'x'), unknown(EMPTY, 'x', 1), givenUp(EMPTY, 'x', 1)]).toEqual([EMPTY, EMPTY, EMPTY]);
});

test('remembers a bounded number of messages', () => {
  let thread = EMPTY;
  for (let n = 1; n <= 40; n++) {
    const arrival = arrived(claim(thread, n, 'post', n === 1 ? 'parent' : 'below'), message(`i/${n}`, `${n}.0`));
    if (arrival.kind !== 'committed') throw new Error(arrival.kind);
    thread = arrival.thread;
  }
  expect(thread.posted).toHaveLength(32);
  expect(thread.parent?.ts).toBe('1.0');
});
