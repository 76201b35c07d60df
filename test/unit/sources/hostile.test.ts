import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { inputsOf } from '../../../lib/sources/inputs.ts';
import { DEFAULT_LIMITS } from '../../../lib/sources/limits.ts';
import { readInput } from '../../../lib/sources/read-input.ts';
import { brief, collector } from '../../support/reading.ts';

const script = fileURLToPath(new URL('../../support/read-stream.ts', import.meta.url));
const MAX_MEBIBYTES = 220;

describe('memory', () => {
  // Node alone takes about 55 MiB, its young generation up to 48 more; an input held whole would take 200 and above.
  test.each([
    ['one line', { too_large: 1, record: 1 }],
    ['one closed line', { too_large: 1, record: 1 }],
    ['one text line', { text_line: 1, record: 1 }],
    ['deep arrays', { too_deep: 1, record: 1 }],
    ['deep objects', { too_deep: 1, record: 1 }],
    ['binary', { bad_json: 1, record: 1 }],
    ['text lines', { bad_json: 1, record: 1 }],
    ['bomb', { bad_json: 1, bomb: 1 }],
    ['lines', { record: 2036800 }],
    ['one object', { record: 2036801 }],
  ])('%s of hundreds of megabytes is read in little memory', { timeout: 120_000 }, async (name, counts) => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', script, name]);
    const result: unknown = JSON.parse(stdout);
    expect(result).toMatchObject({ counts });
    expect((result as { peakMebibytes: number }).peakMebibytes).toBeLessThan(MAX_MEBIBYTES);
  });
});

describe('a hostile folder', () => {
  const folder = mkdtempSync(`${tmpdir()}/hostile-`);
  afterAll(() => rmSync(folder, { recursive: true }));
  const good = '{"auditID":"good","verb":"get","user":{}}';
  const files: Readonly<Record<string, [string | Uint8Array, string[]]>> = {
    'binary.gz': [Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919 + (i >> 3)) % 251), ['failed bad_json']],
    'bomb.json.gz': [
      gzipSync(Buffer.concat([Buffer.from(`${good}\n`), Buffer.alloc(64 * 1024 * 1024, '[')])),
      ['k8s_audit', 'failed too_deep', 'failed bomb'],
    ],
    'cut.gz': [gzipSync(`${good}\n`.repeat(3)).subarray(0, -8), ['k8s_audit', 'k8s_audit', 'k8s_audit', 'failed bad_gzip']],
    'deep.json': [`${'{"a":['.repeat(50_000)}\n${good}`, ['failed too_deep', 'k8s_audit']],
    'deep-pretty.json': [
      `${Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}{"a":\n`).join('')}\n${good}`,
      ['failed too_deep', 'k8s_audit'],
    ],
    'double-keys.json': [
      `{"auditID":"x","auditID":"good","verb":"get","user":{}}\n{"Records":[${good}],"Records":[${good}]}`,
      ['k8s_audit', 'k8s_audit', 'failed bad_envelope', 'k8s_audit'],
    ],
    'empty.json': ['', []],
    'latin1.json': [Buffer.from(good.replace('good', 'gröt'), 'latin1'), ['k8s_audit']],
    // What is left in front of the next line when a log was cut off under its writer (copytruncate).
    'nul.log': [`\u0000\u0000\u0000${good}\n${good}`, ['k8s_audit', 'k8s_audit']],
    'prose.md': ['# Title\n\nprose\n', ['failed bad_json']],
    'proto.json': ['{"__proto__":{"isAdmin":true}}', ['failed unknown_format']],
    'unclosed.json': [`{"Records":[${good},{"auditID":"x","verb":"g`, ['k8s_audit', 'failed bad_json']],
  };

  test('is read to the last file: what is readable is given, the rest counted with file and place', async () => {
    for (const [name, [content]] of Object.entries(files)) writeFileSync(`${folder}/${name}`, content);
    const seen: Record<string, string[]> = {};
    for await (const input of inputsOf(folder, () => [])) {
      const receiver = collector();
      if (input.kind === 'input') await readInput(input.name, input.open(), receiver, DEFAULT_LIMITS);
      for (const item of receiver.items)
        if (item.kind === 'failed') expect(item).toMatchObject({ origin: { input: input.name, line: expect.any(Number) } });
      seen[input.name.slice(folder.length + 1)] = receiver.items.map(brief);
    }
    expect(seen).toEqual(Object.fromEntries(Object.entries(files).map(([name, [, expected]]) => [name, expected])));
    expect(Object.prototype).not.toHaveProperty('isAdmin');
  });
});
