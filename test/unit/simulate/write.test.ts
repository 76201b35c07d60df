import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_SIMULATION } from '../../../lib/simulate/model.ts';
import { SIMULATION_FORMATS, writeSimulation } from '../../../lib/simulate/write.ts';

const folder = mkdtempSync(join(tmpdir(), 'driftwire-simulate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const samples = fileURLToPath(new URL('../../../samples', import.meta.url));

/** Every file below a folder with its content, inflated: compressed bytes may differ between builds of zlib. */
function contents(root: string): ReadonlyMap<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return new Map(paths.map((path) => [relative(root, path), inflated(path)]));
}

function inflated(path: string): string {
  const bytes = readFileSync(path);
  if (path.endsWith('.gz')) return gunzipSync(bytes).toString();
  const text = bytes.toString();
  const [, data] = /^\{"awslogs":\{"data":"([A-Za-z0-9+/=]+)"\}\}$/.exec(text) ?? [];
  return data === undefined ? text : gunzipSync(Buffer.from(data, 'base64')).toString();
}

describe('the bundled sample', () => {
  it('is what `driftwire simulate` writes today', () => {
    const out = join(folder, 'again');
    writeSimulation(out, DEFAULT_SIMULATION, 'mixed');
    const committed = new Map(contents(samples));
    committed.delete('README.md');
    const again = contents(out);
    expect([...again.keys()]).toEqual([...committed.keys()]);
    for (const [name, text] of again) expect(text === committed.get(name), `${name} differs`).toBe(true);
    expect(again.size).toBeGreaterThan(40);
  });

  it('stays small', () => {
    const total = [...contents(samples).keys()].reduce((sum, name) => sum + readFileSync(join(samples, name)).length, 0);
    expect(total).toBeLessThan(1_300_000);
  });

  it('has gzip headers that tell neither time nor machine', () => {
    const compressed = [...contents(samples).keys()].filter((name) => name.endsWith('.gz'));
    expect(compressed.length).toBeGreaterThan(20);
    for (const name of compressed)
      expect([...readFileSync(join(samples, name)).subarray(0, 10)]).toEqual([31, 139, 8, 0, 0, 0, 0, 0, 0, 255]);
  });
});

describe('each format', () => {
  it.each(SIMULATION_FORMATS)('%s holds the records it should', (format) => {
    const out = join(folder, format);
    const written = writeSimulation(out, { ...DEFAULT_SIMULATION, hours: 12 }, format);
    const files = contents(join(out, 'logs'));
    expect(written.files).toBe(files.size);
    expect(written.events).toBeGreaterThan(400);
    expect(written.expected).toBeGreaterThan(5);
    const truth = readFileSync(join(out, 'truth.jsonl'), 'utf8').trimEnd().split('\n');
    expect(truth.filter((line) => JSON.parse(line).rules.length > 0)).toHaveLength(written.expected);
    const names = [...files.keys()].map((name) => name.split('/')[0]);
    const expected = {
      mixed: ['cloudtrail', 'eks', 'eventbridge', 'kubernetes'],
      s3: ['cloudtrail'],
      eventbridge: ['eventbridge'],
      audit: ['kubernetes'],
      subscription: ['eks'],
    };
    expect([...new Set(names)].sort()).toEqual(expected[format]);
  });

  it('replaces what an earlier run left', () => {
    const out = join(folder, 's3');
    const before = contents(join(out, 'logs')).size;
    expect(writeSimulation(out, { ...DEFAULT_SIMULATION, hours: 12 }, 's3').files).toBe(before);
    expect(contents(join(out, 'logs')).size).toBe(before);
  });

  it('splits a large day into files of a few megabytes', () => {
    const out = join(folder, 'large');
    writeSimulation(out, { ...DEFAULT_SIMULATION, hours: 2, scale: 60 }, 's3');
    const sizes = [...contents(join(out, 'logs')).values()].map((text) => text.length);
    expect(Math.max(...sizes)).toBeGreaterThan(3_000_000);
    expect(Math.max(...sizes)).toBeLessThan(3_100_000);
  });
});

describe('a CloudTrail object', () => {
  it('stands under the key that AWS gives it and holds records of its own account and region', () => {
    const key =
      /^cloudtrail\/AWSLogs\/(?:o-[a-z0-9]+\/)?(\d{12})\/CloudTrail\/([a-z0-9-]+)\/2026\/11\/20\/\1_CloudTrail_\2_20261120T\d{4}Z_[A-Z2-7]{16}\.json\.gz$/;
    const objects = [...contents(join(samples, 'logs'))].filter(([name]) => name.startsWith('cloudtrail/'));
    expect(objects.length).toBeGreaterThan(20);
    for (const [name, text] of objects) {
      const [, account, region] = key.exec(name) ?? [];
      const records: readonly { recipientAccountId: string; awsRegion: string }[] = JSON.parse(text).Records;
      expect(new Set(records.map(({ recipientAccountId, awsRegion }) => `${recipientAccountId}/${awsRegion}`))).toEqual(
        new Set([`${account}/${region}`]),
      );
    }
  });
});
