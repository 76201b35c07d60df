import { describe, expect, test } from 'vitest';
import { Intake } from '../../../lib/core/intake.ts';
import { detectorOf, item } from '../../support/detector.ts';
import { cloudtrailRecord, kubernetesEvent } from '../../support/records.ts';

const ORIGIN = { input: 'x', line: 1, path: '' };

describe('a batch of records', () => {
  test('comes to deliveries, and to counts of all else', () => {
    const intake = new Intake(detectorOf());
    intake.take(item('aws_cloudtrail', cloudtrailRecord()));
    intake.take(item('aws_cloudtrail', cloudtrailRecord({ eventTime: 'today' })));
    intake.take(item('k8s_audit', kubernetesEvent({ verb: 'get', auditID: 'r' })));
    intake.take({ kind: 'dropped', reason: 'digest', origin: ORIGIN });
    intake.take({ kind: 'failed', code: 'bad_json', hint: 'not JSON', origin: ORIGIN });
    intake.skipped('k8s_audit', 'read');
    const { deliveries, increments, levels, records, failed, failures } = intake.batch();
    expect(deliveries.map(({ key, ingest }) => [key, ingest])).toEqual([
      ['aws_cloudtrail 5f0fb67d-8838-4d13-9f15-397a86509e83', undefined],
    ]);
    expect([records, failed]).toEqual([6, 2]);
    expect(failures.map(({ code }) => code)).toEqual(['bad_time', 'bad_json']);
    expect(increments.map(({ metric, labels, by }) => [metric, Object.values(labels).join(' '), by])).toEqual([
      ['driftwire_records_total', 'aws_cloudtrail failed', 1],
      ['driftwire_failed_total', 'aws_cloudtrail bad_time', 1],
      ['driftwire_records_total', 'k8s_audit dropped', 2],
      ['driftwire_dropped_total', 'k8s_audit read', 2],
      ['driftwire_records_total', 'unknown dropped', 1],
      ['driftwire_dropped_total', 'unknown digest', 1],
      ['driftwire_records_total', 'unknown failed', 1],
      ['driftwire_failed_total', 'unknown bad_json', 1],
    ]);
    expect(levels.map(({ labels, value }) => [labels['source'], value])).toEqual([
      ['aws_cloudtrail', Date.parse('2026-11-20T09:15:02Z') / 1000],
      ['k8s_audit', expect.any(Number)],
    ]);
  });

  test('the same event twice is two deliveries of one key: the store tells them apart', () => {
    const intake = new Intake(detectorOf());
    for (let time = 0; time < 2; time++) intake.take(item('aws_cloudtrail', cloudtrailRecord()));
    expect(new Set(intake.batch().deliveries.map(({ key }) => key)).size).toBe(1);
    expect(intake.batch().deliveries).toHaveLength(2);
  });

  test('a source that tells of events late says so with each', () => {
    const intake = new Intake(detectorOf(), 'backfill');
    intake.take(item('aws_cloudtrail', cloudtrailRecord()));
    expect(intake.batch().deliveries[0]?.ingest).toBe('backfill');
  });

  test('says how much it holds, and how many of its lines were no JSON', () => {
    const intake = new Intake(detectorOf());
    intake.take({ kind: 'dropped', reason: 'text_line', origin: ORIGIN });
    intake.take(item('aws_cloudtrail', cloudtrailRecord()));
    expect([intake.events, intake.batch().textLines]).toEqual([1, 1]);
    expect(intake.recordChars).toBe(JSON.stringify(cloudtrailRecord()).length);
  });

  test('of many items that cannot be read the first are told and all are counted', () => {
    const intake = new Intake(detectorOf());
    for (let time = 0; time < 50; time++) intake.take({ kind: 'failed', code: 'bad_json', hint: 'not JSON', origin: ORIGIN });
    expect(intake.batch().failures).toHaveLength(20);
    expect(intake.batch().failed).toBe(50);
  });
});
