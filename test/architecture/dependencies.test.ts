import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const page = readFileSync(new URL('../../docs/dependencies.md', import.meta.url), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| `'));

test('every package has its line on the dependencies page, and every line its package', () => {
  const listed = rows.map((line) => {
    const [, name = '', development] = /^\| `([^`]+)`( \(development\))? \|/.exec(line) ?? [];
    return `${name}${development ?? ''}`;
  });
  const installed = [
    ...Object.keys(manifest.dependencies),
    ...Object.keys(manifest.devDependencies).map((name) => `${name} (development)`),
  ];
  expect(installed.length).toBeGreaterThan(15);
  expect(listed.toSorted()).toEqual(installed.toSorted());
});

test('each line says what for, licence, size and last release', () => {
  for (const line of rows) {
    const cells = line.split('|').slice(1, -1);
    expect(cells, line).toHaveLength(5);
    expect(
      cells.every((cell) => cell.trim() !== ''),
      line,
    ).toBe(true);
    expect(cells[4], line).toMatch(/^ 20\d\d-\d\d-\d\d $/);
  }
});

test('every version is pinned, so that two installations are the same', () => {
  const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});
