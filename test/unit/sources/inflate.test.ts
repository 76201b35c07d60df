import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type InflateFailure, inflate, inflatePrefix } from '../../../lib/sources/inflate.ts';
import { DEFAULT_LIMITS } from '../../../lib/sources/limits.ts';

const text = Array.from({ length: 3000 }, (_, line) => `line ${line} ${(line * 7919) % 1013}\n`).join('');
const packed = gzipSync(text);

async function inflated(
  input: Uint8Array,
  size = input.length + 1,
  limits = {},
): Promise<{ text: string; failure: InflateFailure | undefined }> {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < input.length; at += size) chunks.push(input.subarray(at, at + size));
  const pieces: Buffer[] = [];
  const failure = await inflate(chunks, { ...DEFAULT_LIMITS, ...limits }, (piece) => {
    pieces.push(Buffer.from(piece));
  });
  return { text: Buffer.concat(pieces).toString(), failure };
}

describe('gzip', () => {
  test.each([
    ['plain bytes', Buffer.from(text)],
    ['one member', packed],
    ['zero padding behind it', Buffer.concat([packed, Buffer.alloc(200_000)])],
    ['gzip inside gzip', gzipSync(packed)],
  ])('%s: all is read, whatever the pieces', async (_, input) => {
    for (const size of [input.length, 7000, 100]) expect(await inflated(input, size)).toEqual({ text, failure: undefined });
  });

  test('members one behind the other are one text, also when a piece ends between them', async () => {
    const two = Buffer.concat([packed, gzipSync(''), packed]);
    for (const size of [two.length, packed.length, 50])
      expect(await inflated(two, size)).toEqual({ text: text + text, failure: undefined });
  });

  test('nothing, and a first byte of gzip alone, are plain', async () => {
    expect(await inflated(Buffer.alloc(0))).toEqual({ text: '', failure: undefined });
    expect(await inflated(gzipSync(''))).toEqual({ text: '', failure: undefined });
    expect((await inflated(Buffer.from('x'))).text).toBe('x');
  });
});

describe('damaged gzip', () => {
  test('that is cut gives everything before the cut', async () => {
    for (const length of [2, 9, packed.length >> 1, packed.length - 9, packed.length - 1]) {
      const result = await inflated(packed.subarray(0, length), 500);
      expect(result.failure?.code).toBe('bad_gzip');
      expect(text.startsWith(result.text)).toBe(true);
      expect(result.text.length).toBe(inflatePrefix(packed.subarray(0, length), 1e6)?.length);
    }
  });

  test('with a wrong checksum gives everything', async () => {
    const wrong = Buffer.from(packed);
    wrong[wrong.length - 8] = (wrong[wrong.length - 8] ?? 0) ^ 1;
    expect(await inflated(wrong)).toMatchObject({ text, failure: { code: 'bad_gzip' } });
    expect(await inflated(wrong, 64)).toMatchObject({ text, failure: { code: 'bad_gzip' } });
  });

  test('gives every byte before the damage, in an inner layer too', async () => {
    const block = Buffer.concat([packed.subarray(0, packed.length >> 1), Buffer.alloc(300, 0xff)]);
    expect(() => gunzipSync(block)).toThrow();
    const direct = await inflated(block, 1000);
    expect(direct.failure?.code).toBe('bad_gzip');
    expect(direct.text.length).toBeGreaterThan(text.length / 3);
    const nested = await inflated(gzipSync(block), 1000);
    expect(nested).toEqual(direct);
  });

  test('that is followed by something else is read, and the rest is said to be unread', async () => {
    for (const rest of [Buffer.from('words'), Buffer.concat([Buffer.alloc(600), Buffer.from('words')])]) {
      const result = await inflated(Buffer.concat([packed, rest]), 512);
      expect(result).toMatchObject({ text, failure: { code: 'bad_gzip' } });
    }
  });
});

describe('bombs', () => {
  test('one character for ever is stopped by its ratio', async () => {
    const { text: read, failure } = await inflated(gzipSync(Buffer.alloc(64 * 1024 * 1024)));
    expect(failure).toMatchObject({ code: 'bomb' });
    expect(read.length).toBeLessThan(32 * 1024 * 1024);
  });

  test('one log line for ever is none', async () => {
    const line =
      '{"kind":"Event","auditID":"7d1a3c52-0000-4000-8000-000000000001","verb":"get","stage":"ResponseComplete","requestURI":"/api/v1/pods"}\n';
    const { text: read, failure } = await inflated(gzipSync(line.repeat(60_000)));
    expect(failure).toBeUndefined();
    expect(read.length).toBe(line.length * 60_000);
  });

  test('more than the bound on the whole size is stopped, as is gzip in gzip in gzip for ever', async () => {
    expect(await inflated(packed, 1000, { maxInflatedBytes: 1000 })).toMatchObject({ failure: { code: 'bomb' } });
    expect(await inflated(gzipSync(gzipSync(gzipSync(packed))))).toMatchObject({ text: '', failure: { code: 'bomb' } });
  });
});
