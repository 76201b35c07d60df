import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Truth } from '../../../lib/simulate/model.ts';
import { readAll } from '../../support/reading.ts';

const samples = fileURLToPath(new URL('../../../samples/', import.meta.url));
const truth: readonly Truth[] = readFileSync(join(samples, 'truth.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));

function inputs(): readonly (readonly [string, Uint8Array])[] {
  return readdirSync(join(samples, 'logs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => [path, path.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path)]);
}

describe('reading the bundled sample', () => {
  const items = inputs().flatMap(([, bytes]) => readAll(bytes));

  it('finds a record in every item, and fails on none', () => {
    expect(items.filter(({ kind }) => kind !== 'record')).toEqual([]);
    expect(items.length).toBeGreaterThan(2000);
  });

  it('finds every event of the truth and no other', () => {
    const ids = new Set<string>();
    for (const item of items) {
      if (item.kind !== 'record') continue;
      const record: { eventID?: string; auditID?: string } = JSON.parse(item.record.text);
      ids.add(record.eventID ?? record.auditID ?? '');
    }
    expect([...ids].sort()).toEqual(truth.map(({ id }) => id).sort());
  });

  it('knows the cluster of what comes from a control plane log group', () => {
    const clusters = new Set(items.flatMap((item) => (item.kind === 'record' ? [item.record.envelope.cluster] : [])));
    expect(clusters).toEqual(new Set([undefined, 'demo']));
  });
});
