import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { expectSameOutcome } from '../support/same-outcome.ts';
import { sharedPath } from '../support/shared.ts';

const samples = sharedPath('samples');

test.skipIf(samples === undefined)(
  'real records of every shape are told of in the same way with and without the scanner',
  () => {
    let skipped = 0;
    let items = 0;
    for (const name of readdirSync(samples ?? '', { recursive: true, encoding: 'utf8' })) {
      const path = join(samples ?? '', name);
      if (!statSync(path).isFile()) continue;
      const read = readFileSync(path);
      const bytes = read[0] === 0x1f ? gunzipSync(read) : read;
      const pieces = Array.from({ length: Math.ceil(bytes.length / 5_000) }, (_, i) => bytes.subarray(i * 5_000, (i + 1) * 5_000));
      const compared = expectSameOutcome(pieces);
      skipped += compared.skipped;
      items += compared.items;
    }
    expect(items).toBeGreaterThan(10_000);
    expect(skipped).toBeGreaterThan(5_000);
  },
  60_000,
);
