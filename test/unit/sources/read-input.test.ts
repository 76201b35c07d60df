import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../../lib/sources/limits.ts';
import { readInput } from '../../../lib/sources/read-input.ts';
import { brief, collector } from '../../support/reading.ts';
import { SIMPLE_PREFILTER } from '../../support/scanned.ts';

const folder = mkdtempSync(`${tmpdir()}/read-input-`);
afterAll(() => rmSync(folder, { recursive: true }));
const a = '{"auditID":"a","verb":"get","user":{}}\n';

describe('reading one input', () => {
  test('inflates what is compressed and gives every record, in order', async () => {
    const receiver = collector();
    await readInput('x', [gzipSync(a), gzipSync(a)], receiver, DEFAULT_LIMITS, { cluster: 'demo' });
    expect(receiver.items.map(brief)).toEqual(['k8s_audit', 'k8s_audit']);
    expect(receiver.items[1]).toMatchObject({ record: { origin: { input: 'x', line: 2 }, envelope: { cluster: 'demo' } } });
  });

  test('gives what is before the damage, then counts the damage', async () => {
    const receiver = collector();
    const packed = gzipSync(a.repeat(500) + Math.sin(1));
    await readInput('x', [packed.subarray(0, packed.length - 12)], receiver, DEFAULT_LIMITS);
    expect(receiver.items.slice(0, 400).every((item) => item.kind === 'record')).toBe(true);
    const whole = receiver.items.filter((item) => item.kind === 'record').length;
    expect(receiver.items.at(-1)).toMatchObject({ kind: 'failed', code: 'bad_gzip', origin: { input: 'x', line: whole + 1, path: '' } });
  });

  test.each([
    ['lines', a.repeat(700), 701],
    ['a printed object', `{\n"items": [\n${`${a},`.repeat(699)}${a}`, 703],
    ['lines, the last half', `${a.repeat(700)}{"auditID":`, 701],
  ])('says on which line %s were damaged, with and without a prefilter', async (_, text, line) => {
    for (const prefilter of [undefined, SIMPLE_PREFILTER]) {
      const receiver = { ...collector(), prefilter, skipped: () => undefined };
      const packed = gzipSync(text);
      await readInput('x', [packed.subarray(0, packed.length - 4)], receiver, DEFAULT_LIMITS);
      expect(receiver.items.at(-1)).toMatchObject({ code: 'bad_gzip', origin: { line } });
    }
  });

  test('counts lines from where reading began', async () => {
    for (const prefilter of [undefined, SIMPLE_PREFILTER]) {
      const receiver = { ...collector(), prefilter, skipped: () => undefined };
      await readInput('x', [gzipSync(a).subarray(0, -4)], receiver, DEFAULT_LIMITS, { firstLine: 10 });
      expect(receiver.items.at(-1)).toMatchObject({ code: 'bad_gzip', origin: { line: 11 } });
    }
  });

  test('counts an input whose bytes cannot be had, and reads what came before', async () => {
    const receiver = collector();
    await readInput('x', createReadStream(folder), receiver, DEFAULT_LIMITS);
    expect(receiver.items).toMatchObject([{ kind: 'failed', code: 'unreadable', hint: 'cannot be read: EISDIR' }]);
  });

  test('does not take an error of the receiver for one of the input', async () => {
    const broken = {
      ...collector(),
      take: (): void => {
        throw new TypeError('a bug');
      },
    };
    await expect(readInput('x', [Buffer.from(a)], broken, DEFAULT_LIMITS)).rejects.toThrow('a bug');
  });
});
