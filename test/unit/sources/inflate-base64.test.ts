import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { inflateBase64 } from '../../../lib/sources/inflate-base64.ts';
import { DEFAULT_LIMITS } from '../../../lib/sources/limits.ts';

const text = `{"a":"${'größe '.repeat(300)}"}`;
const read = (bytes: Uint8Array, limits = {}) => inflateBase64(Buffer.from(bytes).toString('base64'), { ...DEFAULT_LIMITS, ...limits });

describe('payloads of envelopes', () => {
  test('are plain, gzip in one or several members, or zlib', () => {
    expect(read(Buffer.from(text))).toEqual({ texts: [text] });
    expect(read(gzipSync(text))).toEqual({ texts: [text] });
    expect(read(Buffer.concat([gzipSync(text), gzipSync(text)]))).toEqual({ texts: [text + text] });
    expect(read(deflateSync(text))).toEqual({ texts: [text] });
  });

  test('may be wrapped in lines, and may be of the URL alphabet', () => {
    const base64 = gzipSync(text).toString('base64');
    expect(inflateBase64(base64.replace(/.{76}/g, '$&\r\n'), DEFAULT_LIMITS)).toEqual({ texts: [text] });
    expect(inflateBase64(base64.replaceAll('+', '-').replaceAll('/', '_'), DEFAULT_LIMITS)).toEqual({ texts: [text] });
  });

  test('that only begin like zlib are plain', () => {
    expect(read(Buffer.from('x\u0001 marks the spot'))).toEqual({ texts: ['x\u0001 marks the spot'] });
  });

  test('that are no base64 are said to be so', () => {
    expect(inflateBase64('{"a":1}', DEFAULT_LIMITS)).toMatchObject({ texts: [], failure: { code: 'bad_envelope' } });
  });

  test('that are damaged or cut give what came before the damage', () => {
    const packed = gzipSync(text);
    const cut = read(packed.subarray(0, packed.length - 9));
    expect(cut.failure?.code).toBe('bad_envelope');
    expect(text.startsWith(cut.texts[0] ?? 'nothing')).toBe(true);
    expect(read(packed.subarray(0, 4))).toMatchObject({ texts: [], failure: { code: 'bad_envelope' } });
    const zlib = deflateSync(text);
    expect(read(zlib.subarray(0, zlib.length - 9))).toMatchObject({ failure: { code: 'bad_envelope' } });
  });

  test('that inflate beyond the bounds are bombs', () => {
    expect(read(gzipSync(Buffer.alloc(8 * 1024 * 1024)))).toMatchObject({ texts: [], failure: { code: 'bomb' } });
    expect(read(gzipSync(text), { maxInflatedBytes: 100 })).toMatchObject({ texts: [], failure: { code: 'bomb' } });
  });
});
