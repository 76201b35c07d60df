import { describe, expect, test } from 'vitest';
import { IncidentBook } from '../../../lib/sinks/slack-book.ts';
import { SlackPace } from '../../../lib/sinks/slack-pace.ts';
import { MemoryStore } from '../../../lib/stores/memory.ts';
import { manualTiming } from '../../support/timing.ts';

function open() {
  const timing = manualTiming();
  const store = new MemoryStore();
  const sender = () => ({ pace: new SlackPace(timing), book: new IncidentBook(store) });
  return { timing, store, sender };
}

describe('the pace of calls', () => {
  test('is one message a second and channel, and other channels and methods have their own', async () => {
    const { timing, sender } = open();
    const { pace, book } = sender();
    expect([
      await pace.take('post #a', book),
      await pace.take('post #a', book),
      await pace.take('post #b', book),
      await pace.take('edit', book),
    ]).toEqual([true, false, true, true]);
    expect(pace.readyMs('post #a')).toBe(timing.now() + 1_050);
    timing.advance(1_050);
    expect([await pace.take('post #a', book), await pace.take('edit', book)]).toEqual([true, false]);
  });

  test('is kept by all senders together, also what Slack has asked of one of them', async () => {
    const { timing, sender } = open();
    const [one, two] = [sender(), sender()];
    expect([await one.pace.take('post #a', one.book), await two.pace.take('post #a', two.book)]).toEqual([true, false]);
    await one.pace.pause('post #a', 30_000, one.book);
    await one.pace.pause('post #a', 10_000, one.book);
    timing.advance(29_999);
    expect(await two.pace.take('post #a', two.book)).toBe(false);
    timing.advance(1);
    expect(await two.pace.take('post #a', two.book)).toBe(true);
  });

  test('is not held up by a record from a clock that ran ahead', async () => {
    const { timing, sender } = open();
    const { pace, book } = sender();
    await book.changePace('edit', () => ({ nextMs: timing.now() + 48 * 3_600_000 }));
    expect(await pace.take('edit', book)).toBe(true);
  });

  test('is left after a failure by this sender alone', async () => {
    const { timing, sender } = open();
    const [one, two] = [sender(), sender()];
    one.pace.backOff('post #a', 5_000);
    expect([await one.pace.take('post #a', one.book), await two.pace.take('post #a', two.book)]).toEqual([false, true]);
    expect(one.pace.readyMs('post #a')).toBe(timing.now() + 5_000);
  });

  test('a bar holds for a minute, for one channel or for all', () => {
    const { timing, sender } = open();
    const { pace } = sender();
    const result = { kind: 'refused', reason: 'misconfigured', permanent: false, message: 'archived' } as const;
    pace.bar('#a', result);
    expect([pace.barred('#a'), pace.barred('#b')]).toEqual([result, undefined]);
    pace.bar('*', { ...result, message: 'revoked' });
    expect(pace.barred('#b')).toMatchObject({ message: 'revoked' });
    timing.advance(60_000);
    expect([pace.barred('#a'), pace.barred('#b')]).toEqual([undefined, undefined]);
  });
});

test('a record that is changed faster than it can be read says so', async () => {
  const store = new MemoryStore();
  const book = new IncidentBook({
    incidentRecord: (name) => store.incidentRecord(name),
    incidentMembers: (keys) => store.incidentMembers(keys),
    replaceIncidentRecord: async () => false,
  });
  await expect(book.changePace('edit', () => ({ nextMs: 1 }))).rejects.toMatchObject({ code: 'DW_STORE_UNAVAILABLE', retryable: true });
});
