import { beforeEach, describe, expect, test } from 'vitest';
import type { Mute } from '../../../lib/core/deliver/mute.ts';
import { MAX_MUTES } from '../../../lib/core/deliver/mute-state.ts';
import { MuteBook } from '../../../lib/sinks/slack-mutes.ts';
import { MemoryStore } from '../../../lib/stores/memory.ts';

const AT = Date.UTC(2026, 10, 20, 9);
const HOUR = 3_600_000;
const mute = (incident: string, over: Partial<Mute> = {}): Mute => ({
  incident,
  subject: 's',
  actions: ['apps patch deployments'],
  worst: 'Warning',
  user: 'alice',
  place: 'demo',
  by: 'bob',
  sinceMs: AT,
  untilMs: AT + HOUR,
  ...over,
});

let store: MemoryStore;
let book: MuteBook;
beforeEach(() => {
  store = new MemoryStore();
  book = new MuteBook(store);
});

describe('a press', () => {
  test('mutes once, however often it comes, and is not undone by its repeat after somebody lifted it', async () => {
    expect(await book.isHandled('p1')).toBe(false);
    expect(await book.mute(mute('a'), 'p1', AT)).toBe('done');
    expect(await book.mute(mute('a'), 'p1', AT)).toBe('repeated');
    expect(await book.inForce(AT)).toEqual([mute('a')]);
    expect(await book.isHandled('p1')).toBe(true);
    expect(await book.lift('a', 'p2', AT + 1)).toBe('done');
    expect(await book.mute(mute('a'), 'p1', AT + 2)).toBe('repeated');
    expect(await book.inForce(AT + 2)).toEqual([]);
  });

  test('that changes nothing is noted all the same', async () => {
    expect(await book.note('p', AT)).toBe('done');
    expect(await book.note('p', AT)).toBe('repeated');
  });

  test('is refused when as much is muted as may be', async () => {
    for (let n = 0; n < MAX_MUTES; n++) await book.mute(mute(`i${n}`), `p${n}`, AT);
    expect(await book.mute(mute('more'), 'q', AT)).toBe('full');
    expect(await book.mute(mute('more', { untilMs: AT + 3 * HOUR }), 'q', AT + HOUR)).toBe('done');
    expect(await book.inForce(AT + HOUR)).toHaveLength(1);
  });
});

describe('several writers', () => {
  test('lose no mute of each other', async () => {
    await Promise.all(Array.from({ length: 8 }, (_, n) => new MuteBook(store).mute(mute(`i${n}`), `p${n}`, AT)));
    expect((await book.inForce(AT)).map(({ incident }) => incident).toSorted()).toEqual(Array.from({ length: 8 }, (_, n) => `i${n}`));
  });

  test('who are always faster make a press fail loudly', async () => {
    const losing = new MuteBook({ document: (name) => store.document(name), replaceDocument: async () => false });
    await expect(losing.mute(mute('a'), 'p', AT)).rejects.toMatchObject({ code: 'DW_STORE_UNAVAILABLE', retryable: true });
  });
});
