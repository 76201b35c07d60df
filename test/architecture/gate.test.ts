import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;
const read = (file: string): string => readFileSync(`${root}${file}`, 'utf8');

test('the gate requires every real part that a test would skip without', () => {
  const asked = globSync('test/**/*.ts', { cwd: root }).flatMap((file) =>
    [...read(file).matchAll(/\brealPart\('([\w-]+)'/g)].map(([, part = '']) => part),
  );
  const required = /^export DRIFTWIRE_REQUIRE=(\S+)$/m.exec(read('.ci/run'))?.[1]?.split(',') ?? [];
  expect(required.toSorted()).toEqual([...new Set(asked)].toSorted());
  expect(required).toHaveLength(5);
});
