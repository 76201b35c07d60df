import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { kernelModule } from '../../../../lib/sources/scanner/build.ts';

test('the committed kernel is what its source compiles to', { timeout: 60_000 }, async () => {
  const committed = readFileSync(new URL('../../../../lib/sources/scanner/kernel-wasm.ts', import.meta.url), 'utf8');
  expect(committed.length).toBeGreaterThan(4_000);
  expect(await kernelModule()).toBe(committed);
});
