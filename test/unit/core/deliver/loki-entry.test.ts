import { describe, expect, test } from 'vitest';
import { type LokiEntryOptions, lokiEntry } from '../../../../lib/core/deliver/loki-entry.ts';
import { PRIORITIES } from '../../../../lib/core/model/finding.ts';
import { deliveryWith } from '../../../support/deliveries.ts';

const OPTIONS: LokiEntryOptions = { promoted: [], maxLineBytes: 262_144, structuredMetadata: true };
const entry = (change: Parameters<typeof deliveryWith>[0] = {}, options: Partial<LokiEntryOptions> = {}) =>
  lokiEntry(deliveryWith(change), { ...OPTIONS, ...options });

describe('the entry of an event', () => {
  test('has the labels, time, line and metadata of the contract, and nothing else', () => {
    const recordText = '{"auditID":"e1", "verb":"patch"}';
    expect(entry({ id: 'e1', recordText, timeNs: 1_773_480_413_589_793_001n, labels: { env: 'prod', team: 'core' } })).toEqual({
      stream: { account: '111122223333', cluster: 'demo', env: 'prod', service_name: 'driftwire', source: 'k8s_audit', team: 'core' },
      timeNs: 1_773_480_413_589_793_001n,
      line: recordText,
      metadata: {
        user: 'alice@example.com',
        verb: 'patch',
        kind: 'Deployment',
        namespace: 'shop',
        name: 'checkout',
        rule: 'Manual Kubernetes change',
        rules: 'Manual Kubernetes change',
        priority: 'Warning',
        class: 'change',
        hand: 'human',
        channel: 'kubectl',
        region: 'eu-west-1',
        service: 'apps',
        action: 'patch deployments',
        event_id: 'e1',
        detected_level: 'warn',
      },
      sizeBytes: 284,
    });
  });

  test('counts its size as Loki does: line, names and values of the metadata, in bytes', () => {
    const { line, metadata, sizeBytes } = entry({ recordText: '"ä🚀"' });
    expect(sizeBytes).toBe(Buffer.byteLength(line) + Buffer.byteLength(Object.entries(metadata).flat().join('')));
  });

  test('leaves out what is not known, because Loki drops empty values', () => {
    const { stream, metadata } = entry({
      findings: [{ account: null, cluster: null, region: null, target: { kind: null, namespace: '', name: null } }],
    });
    expect(Object.keys(stream)).toEqual(['service_name', 'source']);
    for (const name of ['kind', 'namespace', 'name', 'region', 'truncated']) expect(metadata).not.toHaveProperty(name);
  });

  test('names the worst rule, the first of equals, and all rules in their order', () => {
    const { metadata } = entry({
      findings: [
        { rule: 'B', priority: 'Notice' },
        { rule: 'A', priority: 'Critical' },
        { rule: 'C', priority: 'Critical' },
      ],
    });
    expect(metadata).toMatchObject({ rule: 'A', rules: 'B,A,C', priority: 'Critical', detected_level: 'critical' });
  });

  test('tells the level of each priority in words that Loki knows', () => {
    const levels = PRIORITIES.map((priority) => entry({ findings: [{ priority }] }).metadata['detected_level']);
    expect(levels).toEqual(['critical', 'critical', 'critical', 'error', 'warn', 'info', 'info', 'debug']);
  });

  test('is in a stream of its own hour when its source tells of events late', () => {
    const { stream } = entry({ timeNs: 1_773_480_413_589_793_001n, ingest: 'backfill' });
    expect(stream).toMatchObject({ ingest: 'backfill', ingest_hour: '2026-03-14T09' });
    expect(Object.keys(stream)).toEqual(Object.keys(stream).toSorted());
    expect(Object.keys(entry().stream)).not.toContain('ingest_hour');
    expect(entry().stream).not.toHaveProperty('ingest');
  });

  test('has promoted metadata as labels and not twice', () => {
    const { stream, metadata } = entry({}, { promoted: ['namespace', 'rule'] });
    expect(stream).toMatchObject({ namespace: 'shop', rule: 'Manual Kubernetes change' });
    expect(metadata).not.toHaveProperty('namespace');
    expect(metadata).not.toHaveProperty('rule');
    expect(Object.keys(stream)).toEqual(Object.keys(stream).toSorted());
  });

  test('keeps foreign values within the limits of labels and metadata, whole characters only', () => {
    const long = `\ud800${'ä'.repeat(2000)}`;
    const findings = [{ cluster: long, actor: { user: long }, rule: 'r'.repeat(20_000) }];
    const { stream, metadata } = entry({ findings }, { promoted: ['user'] });
    expect(Buffer.byteLength(stream['cluster'] ?? '')).toBe(2047);
    expect(stream['user']?.isWellFormed()).toBe(true);
    expect(metadata['rule']).toHaveLength(2048);
    expect(metadata['rules']).toHaveLength(16_384);
    expect(Buffer.byteLength(Object.entries(metadata).flat().join(''))).toBeLessThan(65_536);
  });

  test('says so when its record is not whole, cut here or received so', () => {
    expect(
      entry({ recordText: JSON.stringify({ auditID: 'x', big: 'x'.repeat(3000) }) }, { maxLineBytes: 1024 }).metadata['truncated'],
    ).toBe('true');
    expect(entry({ findings: [{ truncated: true }] }).metadata['truncated']).toBe('true');
  });

  test('has the time in milliseconds when the exact one cannot be read', () => {
    const delivery = deliveryWith({ findings: [{ time: 'soon' }] });
    const [first] = delivery.findings;
    const late = { ...delivery, findings: [{ ...first, timeMs: 1_700_000_000_123.5 }] as const };
    expect(lokiEntry(late, OPTIONS).timeNs).toBe(1_700_000_000_123_000_000n);
  });

  test('is the same each time it is made', () => {
    expect(entry()).toEqual(entry());
  });
});

describe('without structured metadata', () => {
  const folded = (recordText: string, maxLineBytes = 262_144) =>
    entry({ id: 'x', recordText }, { structuredMetadata: false, maxLineBytes });

  test('the metadata is the first member of the record, and the rest stays byte for byte', () => {
    const { line, metadata } = folded(' { "auditID" : "x",  "b":1.0}');
    expect(metadata).toEqual({});
    expect(line.endsWith(',"auditID" : "x",  "b":1.0}')).toBe(true);
    expect(JSON.parse(line)).toMatchObject({ driftwire: { user: 'alice@example.com', kind: 'Deployment' }, auditID: 'x', b: 1 });
    expect(Object.keys(JSON.parse(folded('{}').line))).toEqual(['driftwire']);
  });

  test('a record that is no object stays as it is', () => {
    expect(folded('{"auditID":"x').line).toContain('"driftwire"');
    expect(folded('[1]').line).toBe('[1]');
    expect(folded('{broken').line).toBe('{broken');
  });

  test('the line stays within its bound, and a bound that has no room for both keeps the record', () => {
    const recordText = JSON.stringify({ auditID: 'x', responseObject: 'y'.repeat(3000) });
    const { line } = folded(recordText, 1500);
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(1500);
    expect(JSON.parse(line)).toMatchObject({ driftwire: { verb: 'patch' }, auditID: 'x', responseObject: '(cut: 3002 bytes)' });
    expect(JSON.parse(folded(recordText, 500).line)).toEqual({ auditID: 'x', responseObject: '(cut: 3002 bytes)' });
  });
});
