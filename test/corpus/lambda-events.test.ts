import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CloudTrailWork } from '../../lib/lambda/cloudtrail.ts';
import { EksAuditWork } from '../../lib/lambda/eks-audit.ts';
import { detectorOf } from '../support/detector.ts';
import { FakeS3, readingParts } from '../support/lambda-parts.ts';
import { sharedPath } from '../support/shared.ts';

const samples = sharedPath('samples');
/** Larger files are logs and no events of one message. */
const MAX_BYTES = 900_000;

function jsonFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return jsonFiles(path);
    return /\.(?:json|jsonl|log|ndjson)$/.test(entry.name) && statSync(path).size <= MAX_BYTES ? [path] : [];
  });
}

/** What Lambda would hand to a function directly, if the file is such an event. */
function eventIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

describe.skipIf(samples === undefined)('public samples of what functions are handed', () => {
  const files = samples === undefined ? [] : jsonFiles(samples);
  const detector = detectorOf();

  test('every file as the body of a message is worked off: found, counted, or set aside', { timeout: 300_000 }, async () => {
    let findings = 0;
    let aside = 0;
    for (const file of files) {
      const { parts, findingsSqs, asideSqs, limits } = readingParts('cloudtrail', { detector });
      const work = new CloudTrailWork({ ...parts, trail: { bucket: 'b', prefix: undefined }, openS3: async () => new FakeS3() });
      const body = readFileSync(file, 'utf8');
      expect(await work.run([{ messageId: 'm', body }], limits), file).toEqual(new Set());
      findings += findingsSqs.kept.length;
      aside += asideSqs.kept.length;
    }
    expect(files.length).toBeGreaterThan(80);
    expect(findings).toBeGreaterThan(50);
    expect(aside).toBeLessThan(files.length / 2);
  });

  test('every event with messages of SQS, every subscription and every stream is worked off as Lambda hands it over', {
    timeout: 300_000,
  }, async () => {
    const seen = { sqs: 0, logs: 0, streams: 0 };
    for (const file of files) {
      const event = eventIn(readFileSync(file, 'utf8'));
      const records = Array.isArray(event?.['Records']) ? (event['Records'] as readonly Readonly<Record<string, unknown>>[]) : [];
      const { parts, limits } = readingParts('x', { detector });
      if (
        records.length > 0 &&
        records.every((record) => typeof record?.['messageId'] === 'string' && typeof record['body'] === 'string')
      ) {
        seen.sqs++;
        const work = new CloudTrailWork({ ...parts, trail: undefined, openS3: async () => new FakeS3() });
        expect(await work.run(records as never, limits), file).toEqual(new Set());
      }
      const isStream = records.length > 0 && records.every((record) => typeof record?.['kinesis'] === 'object');
      const isLogs = typeof (event?.['awslogs'] as { readonly data?: unknown } | undefined)?.data === 'string';
      if (!isStream && !isLogs) continue;
      seen[isStream ? 'streams' : 'logs']++;
      expect(await new EksAuditWork({ ...parts, detector }).run(event, limits), file).toBeUndefined();
    }
    expect(seen.sqs).toBeGreaterThan(3);
    expect(seen.logs).toBeGreaterThan(1);
    expect(seen.streams).toBeGreaterThan(1);
  });
});
