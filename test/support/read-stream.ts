/**
 * Reads one made-up input of hundreds of megabytes in a process of its own and prints what came of it and how much memory the process took at most.
 * The inputs are generated piece by piece, so that the memory is the reader's.
 */

import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { Chunks } from '../../lib/sources/inflate.ts';
import { DEFAULT_LIMITS } from '../../lib/sources/limits.ts';
import { readInput } from '../../lib/sources/read-input.ts';

const MIB = 1024 * 1024;
const RECORD = '{"auditID":"a","verb":"get","stage":"ResponseComplete","user":{"username":"anna"},"requestURI":"/api"}';

function* repeated(head: string, unit: string, mebibytes: number, tail: string): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  const piece = encoder.encode(unit.repeat(Math.ceil((256 * 1024) / unit.length)));
  yield encoder.encode(head);
  for (let sent = 0; sent < mebibytes * MIB; sent += piece.length) yield piece;
  yield encoder.encode(tail);
}

const INPUTS: Readonly<Record<string, () => Chunks>> = {
  'one line': () => repeated('{"a":"', 'x', 300, `\n${RECORD}\n`),
  'one closed line': () => repeated('{"a":["', 'x","', 300, `"]}\n${RECORD}\n`),
  'one text line': () => repeated('', 'words and ', 300, `\n${RECORD}\n`),
  'deep arrays': () => repeated('', '[', 100, `\n${RECORD}\n`),
  'deep objects': () => repeated('', '{"a":', 100, `\n${RECORD}\n`),
  binary: () => repeated('', '\u0000\u0001PK\n\u0002', 100, `\n${RECORD}\n`),
  'one object': () => repeated('{"Records":[', `${RECORD},`, 200, `${RECORD}]}`),
  lines: () => repeated('', `${RECORD}\n`, 200, ''),
  'text lines': () => repeated('', 'words\n', 50, RECORD),
  bomb: () => Readable.from(repeated('', '\u0000', 1024, '')).pipe(createGzip()),
};

const counts: Record<string, number> = {};
const name = process.argv[2] ?? '';
await readInput(
  name,
  INPUTS[name]?.() ?? [],
  {
    prefilter: undefined,
    skipped: () => undefined,
    take: (item) => {
      const key = item.kind === 'dropped' ? item.reason : item.kind === 'failed' ? item.code : item.kind;
      counts[key] = (counts[key] ?? 0) + 1;
    },
  },
  DEFAULT_LIMITS,
);
console.log(JSON.stringify({ counts, peakMebibytes: Math.round(process.resourceUsage().maxRSS / 1024) }));
