import { describe, expect, test } from 'vitest';
import { ReceiverMemory } from '../../../lib/sinks/receiver-memory.ts';
import { MemoryStore } from '../../../lib/stores/memory.ts';

const known = async (memory: ReceiverMemory, ...keys: readonly string[]) => {
  await memory.load();
  return keys.map((key) => memory.of(key).kind);
};

describe('what was sent to a receiver', () => {
  test('is known to the next process: sent, or begun and never heard of', async () => {
    const store = new MemoryStore();
    const first = new ReceiverMemory('discord', store);
    await first.load();
    await first.begin([{ key: 'a', firstMs: 5 }]);
    first.sent(['a']);
    await first.begin([{ key: 'b', firstMs: 7 }]);
    const second = new ReceiverMemory('discord', store);
    expect(await known(second, 'a', 'b', 'c')).toEqual(['sent', 'begun', 'new']);
    expect(second.of('b')).toEqual({ kind: 'begun', firstMs: 7 });
    expect(await known(new ReceiverMemory('other', store), 'a', 'b')).toEqual(['new', 'new']);
  });

  test('keeps its first time, and is forgotten when nothing of it is there', async () => {
    const store = new MemoryStore();
    const memory = new ReceiverMemory('discord', store);
    await memory.begin([{ key: 'a', firstMs: 5 }]);
    await memory.begin([{ key: 'a', firstMs: 9 }]);
    expect(memory.of('a')).toEqual({ kind: 'begun', firstMs: 5 });
    memory.forget(['a']);
    expect(memory.of('a')).toEqual({ kind: 'new' });
  });

  test('of two processes is put together', async () => {
    const store = new MemoryStore();
    const [one, other] = [new ReceiverMemory('discord', store), new ReceiverMemory('discord', store)];
    await one.load();
    await other.load();
    await one.begin([{ key: 'a', firstMs: 1 }]);
    one.sent(['a']);
    await one.flush();
    await other.begin([{ key: 'b', firstMs: 2 }]);
    other.sent(['b']);
    await other.flush();
    await one.begin([{ key: 'c', firstMs: 3 }]);
    expect(await known(new ReceiverMemory('discord', store), 'a', 'b', 'c')).toEqual(['sent', 'sent', 'begun']);
  });

  test('is bounded: the newest thousand', async () => {
    const store = new MemoryStore();
    const memory = new ReceiverMemory('discord', store);
    memory.sent(Array.from({ length: 1_500 }, (_, n) => `key ${n}`));
    await memory.flush();
    const next = new ReceiverMemory('discord', store);
    expect(await known(next, 'key 0', 'key 499', 'key 500', 'key 1499')).toEqual(['new', 'new', 'sent', 'sent']);
    expect((await store.document('receiver discord'))?.body.length).toBeLessThan(20_000);
  });

  test.each(['', 'no json', '[]', '{"begun":7,"sent":{}}', '{"begun":[7,["a"],["b",1]],"sent":[7]}'])(
    'that nobody of us has written counts as nothing: %s',
    async (text) => {
      const store = new MemoryStore();
      await store.replaceDocument('receiver discord', new TextEncoder().encode(text), 0);
      const memory = new ReceiverMemory('discord', store);
      expect(await known(memory, 'a')).toEqual(['new']);
      await memory.begin([{ key: 'a', firstMs: 1 }]);
      expect(await known(new ReceiverMemory('discord', store), 'a')).toEqual(['begun']);
    },
  );

  test('ends with the process where there is no store', async () => {
    const memory = new ReceiverMemory('discord', undefined);
    await memory.begin([{ key: 'a', firstMs: 1 }]);
    memory.sent(['a']);
    await memory.flush();
    expect(await known(memory, 'a')).toEqual(['sent']);
  });
});
