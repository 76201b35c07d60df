import { build } from 'esbuild';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;

test('the core builds for no platform at all, from its own files and two pure packages', async () => {
  const result = await build({
    absWorkingDir: root,
    entryPoints: ['lib/core/pipeline.ts'],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    format: 'esm',
    logLevel: 'silent',
  });
  const inputs = Object.keys(result.metafile.inputs);
  expect(inputs.length).toBeGreaterThan(20);
  expect(inputs.filter((input) => !/^(?:lib\/core|node_modules\/(?:yaml|re2js))\//.test(input))).toEqual([]);
});
