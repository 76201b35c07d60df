import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../../lib/sources/limits.ts';
import { readInput } from '../../../lib/sources/read-input.ts';
import { fromUtf16 } from '../../../lib/sources/utf16.ts';
import { brief, collector, recordTexts } from '../../support/reading.ts';
import { cloudtrailRecord } from '../../support/records.ts';
import { cutAt } from '../../support/scanned.ts';

const line = JSON.stringify(cloudtrailRecord({ userAgent: 'Zoë 🙂' }));
const littleEndian = Buffer.from(`\ufeff${line}\r\n${line}\r\n`, 'utf16le');
const bigEndian = Buffer.from(littleEndian).swap16();

function passed(pieces: readonly Uint8Array[]): Buffer {
  const out: Uint8Array[] = [];
  const text = fromUtf16((chunk) => out.push(Uint8Array.from(chunk)));
  for (const piece of pieces) text.write(piece);
  text.end();
  return Buffer.concat(out);
}

describe('a text in UTF-16', () => {
  it.each([
    ['as PowerShell writes it', littleEndian],
    ['with the other order of bytes', bigEndian],
    ['packed', gzipSync(littleEndian)],
  ])('%s is read like any other', async (_, bytes) => {
    const receiver = collector();
    await readInput('x', [bytes], receiver, DEFAULT_LIMITS);
    expect(receiver.items.map(brief)).toEqual(['aws_cloudtrail', 'aws_cloudtrail']);
    expect(recordTexts(receiver.items)).toEqual([line, line]);
  });

  it('may come in pieces of any size', () => {
    const whole = `${line}\r\n${line}\r\n`;
    for (const bytes of [littleEndian, bigEndian]) {
      expect(passed(cutAt(bytes, [...bytes.keys()])).toString()).toBe(whole);
      expect(passed(cutAt(bytes, [1, 3, 100, 101])).toString()).toBe(whole);
    }
  });

  it('that ends within a character shows that it is damaged', () => {
    expect(passed([Buffer.from([0xff, 0xfe, 0x41, 0x00, 0x42])]).toString()).toBe('A\ufffd');
  });

  it('is told from everything else, which passes as it is', () => {
    for (const text of ['', '{', '{}', '\ufeff{}', 'þÿ', '\u0000\u0000'])
      expect(passed(cutAt(Buffer.from(text), [1])).toString()).toBe(text);
    const utf32 = Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0]);
    expect(passed([utf32])).toEqual(utf32);
  });
});
