import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { inflate } from '../../../lib/sources/inflate.ts';
import { DEFAULT_LIMITS } from '../../../lib/sources/limits.ts';
import { inflateInput, sizedGunzip } from '../../../lib/sources/sized-gunzip.ts';

const text = Buffer.from(Array.from({ length: 5_000 }, (_, i) => `line ${i * 7919}\n`).join(''));
const packed = gzipSync(text);
const lying = Buffer.from(packed);
lying.writeUInt32LE(12, lying.length - 4);

const cases: readonly (readonly [name: string, bytes: Buffer])[] = [
  ['one member', packed],
  ['several members', Buffer.concat([packed, gzipSync(Buffer.from('{}'))])],
  ['zero padding', Buffer.concat([packed, Buffer.alloc(512)])],
  ['garbage behind the stream', Buffer.concat([packed, Buffer.from('garbage')])],
  ['a cut stream', packed.subarray(0, packed.length - 9)],
  ['a trailer that lies', lying],
  ['damage in the middle', Buffer.concat([packed.subarray(0, 2_000), Buffer.alloc(40, 7), packed.subarray(2_040)])],
  ['gzip in gzip', gzipSync(packed)],
  ['an empty member', gzipSync('')],
  ['plain text', text],
  ['one byte', Buffer.from([0x1f])],
  ['nothing', Buffer.alloc(0)],
  ['more than is inflated in one go', gzipSync(Buffer.alloc(20_000_000, 'abcdefghij0123456789, random enough?'))],
];

test.each(cases)('%s inflates as it does when it is streamed', async (_, bytes) => {
  for (const size of [bytes.length, 1_000, 1]) {
    if (size === 0 || bytes.length / size > 200_000) continue;
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (__, i) => bytes.subarray(i * size, (i + 1) * size));
    const streamed: Uint8Array[] = [];
    const whole: Uint8Array[] = [];
    const expected = await inflate([bytes], DEFAULT_LIMITS, (chunk) => streamed.push(Buffer.from(chunk)));
    expect(await inflateInput(pieces, DEFAULT_LIMITS, (chunk) => whole.push(Buffer.from(chunk)))).toEqual(expected);
    expect(Buffer.concat(whole).equals(Buffer.concat(streamed))).toBe(true);
  }
});

test('a small sound file is inflated in one piece', () => {
  expect(sizedGunzip(packed, DEFAULT_LIMITS)?.equals(text)).toBe(true);
});

test('the memory of a text is free again as soon as it was taken', async () => {
  const large = gzipSync(Buffer.concat(Array.from({ length: 5 }, () => text)));
  const taken: [chunk: Uint8Array, size: number][] = [];
  await inflateInput([large], DEFAULT_LIMITS, (chunk) => taken.push([chunk, chunk.length]));
  expect(taken.map(([chunk, size]) => [chunk.length, size])).toEqual([[0, text.length * 5]]);
});

test('a text above the bound is not inflated in one go', () => {
  expect(sizedGunzip(packed, { ...DEFAULT_LIMITS, maxInflatedBytes: 1_000 })).toBeUndefined();
  expect(sizedGunzip(packed, { ...DEFAULT_LIMITS, maxInflationRatio: 1 })).toBeUndefined();
});

test('what follows a large input is read to its end', async () => {
  const large = gzipSync(Buffer.from(Array.from({ length: 400_000 }, (_, i) => `${(i * 2654435761) % 4294967296}\n`).join('')));
  const pieces = [large.subarray(0, 700_000), large.subarray(700_000, 1_400_000), large.subarray(1_400_000)];
  expect(large.length).toBeGreaterThan(1_100_000);
  let size = 0;
  expect(await inflateInput(pieces, DEFAULT_LIMITS, (chunk) => (size += chunk.length))).toBeUndefined();
  expect(size).toBeGreaterThan(3_000_000);
});
