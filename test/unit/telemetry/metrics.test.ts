import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { delayIncrements } from '../../../lib/core/model/delay.ts';
import type { Total } from '../../../lib/core/ports.ts';
import { Metrics, type MetricsOptions } from '../../../lib/telemetry/metrics.ts';
import { realPart } from '../../support/require.ts';

const options: MetricsOptions = {
  sinks: ['loki'],
  rules: [{ rule: 'Root user activity', priority: 'Critical', source: 'aws_cloudtrail' }],
  labels: { env: 'prod' },
  build: { version: '1.2.3', configHash: 'aaaa', rulesHash: 'bbbb' },
  isProcessShown: false,
};
const change = (user: string, value: number): Total => ({
  metric: 'kubernetes_audit_manual_changes_total',
  labels: { user, verb: 'patch', kind: 'Deployment', namespace: 'shop', cluster: 'demo' },
  value,
});
const linesOf = async (metrics: Metrics, name: string) =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(name) && !line.startsWith('#'));

describe('the page', () => {
  test("shows the ledger's totals and forgets those before", async () => {
    const metrics = new Metrics(options);
    metrics.setTotals([change('ada', 2), change('bob', 1)]);
    metrics.setTotals([change('ada', 3)]);
    expect(await linesOf(metrics, 'kubernetes_audit_manual_changes_total')).toEqual([
      'kubernetes_audit_manual_changes_total{cluster="other",kind="other",namespace="other",user="other",verb="other",env="prod"} 0',
      'kubernetes_audit_manual_changes_total{cluster="demo",kind="Deployment",namespace="shop",user="ada",verb="patch",env="prod"} 3',
    ]);
  });

  test('begins with zeros, so that nothing yet is not nobody there', async () => {
    const metrics = new Metrics(options);
    expect(await linesOf(metrics, 'driftwire_findings_total')).toEqual([
      'driftwire_findings_total{priority="Critical",rule="Root user activity",source="aws_cloudtrail",env="prod"} 0',
    ]);
    expect(await linesOf(metrics, 'driftwire_dropped_total{')).not.toHaveLength(0);
  });

  test('two users whose names would run into one another have a series each', async () => {
    const metrics = new Metrics(options);
    const labels = { verb: 'y', kind: 'k', namespace: 'n', cluster: 'c' };
    const metric = 'kubernetes_audit_manual_changes_total';
    metrics.setTotals([
      { metric, labels: { ...labels, user: 'x,verb:y' }, value: 1 },
      { metric, labels: { ...labels, user: 'x', verb: 'y,verb:y' }, value: 2 },
    ]);
    expect(await linesOf(metrics, metric)).toHaveLength(3);
  });

  test('what callers choose can neither break a line nor drive a terminal', async () => {
    const metrics = new Metrics(options);
    metrics.setTotals([change('a"} 9\n# EOF\u0000\u001b[2J\\', 1)]);
    const [, line] = await linesOf(metrics, 'kubernetes_audit_manual_changes_total');
    expect(line).toContain('user="a\\"} 9\\\\x0a# EOF\\\\x00\\\\x1b[2J\\\\"');
  });

  test('shows delays as a histogram', async () => {
    const metrics = new Metrics(options);
    metrics.setTotals(delayIncrements('loki', 1_500).map(({ by, ...series }) => ({ ...series, value: by })));
    const lines = await linesOf(metrics, 'driftwire_delivery_delay_seconds');
    expect(lines).toContain('driftwire_delivery_delay_seconds_bucket{sink="loki",le="1",env="prod"} 0');
    expect(lines).toContain('driftwire_delivery_delay_seconds_bucket{sink="loki",le="2.5",env="prod"} 1');
    expect(lines).toContain('driftwire_delivery_delay_seconds_bucket{sink="loki",le="+Inf",env="prod"} 1');
    expect(lines).toContain('driftwire_delivery_delay_seconds_sum{sink="loki",env="prod"} 1.5');
    expect(lines).toContain('driftwire_delivery_delay_seconds_count{sink="loki",env="prod"} 1');
  });

  test('has no delay of remote write, to which no event goes, but its deliveries', async () => {
    const metrics = new Metrics({ ...options, sinks: ['loki', 'remote_write'] });
    expect((await linesOf(metrics, 'driftwire_delivery_delay_seconds')).filter((line) => line.includes('remote_write'))).toEqual([]);
    expect((await linesOf(metrics, 'driftwire_deliveries_total')).filter((line) => line.includes('remote_write'))).toHaveLength(4);
  });

  test('a gauge that was never set is not there, and one that is set anew has no old values', async () => {
    const metrics = new Metrics(options);
    expect(await linesOf(metrics, 'driftwire_spool_size_bytes')).toEqual([]);
    metrics.setGauge('driftwire_spool_entries', [
      { labels: { sink: 'loki' }, value: 4 },
      { labels: { sink: 'slack' }, value: 2 },
    ]);
    metrics.setGauge('driftwire_spool_entries', [{ labels: { sink: 'loki' }, value: 0 }]);
    metrics.setGauge('driftwire_flush_timestamp_seconds', [{ value: 60 }]);
    expect(await linesOf(metrics, 'driftwire_spool_entries')).toEqual(['driftwire_spool_entries{sink="loki",env="prod"} 0']);
    expect(await linesOf(metrics, 'driftwire_flush_timestamp_seconds')).toEqual(['driftwire_flush_timestamp_seconds{env="prod"} 60']);
  });

  test('tells what is running', async () => {
    expect(await linesOf(new Metrics(options), 'driftwire_build_info')).toEqual([
      'driftwire_build_info{version="1.2.3",config_hash="aaaa",rules_hash="bbbb",env="prod"} 1',
    ]);
  });

  test('shows the process where it is asked to, and keeps it out of remote write', async () => {
    const metrics = new Metrics({ ...options, isProcessShown: true });
    expect(await linesOf(metrics, 'process_resident_memory_bytes')).toHaveLength(1);
    expect((await metrics.series()).filter(({ name }) => name.startsWith('process_') || name.startsWith('nodejs_'))).toEqual([]);
  });

  test('a total that the catalogue does not know is left out', async () => {
    const metrics = new Metrics(options);
    metrics.setTotals([{ metric: 'somebody_elses_total', labels: {}, value: 1 }]);
    expect(await metrics.text()).not.toContain('somebody_elses_total');
  });

  const promtool = realPart('prometheus', '/usr/bin/promtool');
  test.skipIf(!promtool)(
    'promtool finds one fault: the name that the Falco dashboard reads',
    async () => {
      const metrics = new Metrics(options);
      metrics.setTotals([
        change('a"\\\n\u0000', 1),
        { metric: 'falco_events', labels: { rule: 'r', priority: '2', hostname: 'h', source: 'k8s_audit' }, value: 1 },
        { metric: 'driftwire_last_event_timestamp_seconds', labels: { source: 'k8s_audit' }, value: 1 },
      ]);
      const { stdout, stderr } = spawnSync('/usr/bin/promtool', ['check', 'metrics'], { input: await metrics.text(), encoding: 'utf8' });
      expect(`${stdout}${stderr}`.trim()).toBe('falco_events counter metrics should have "_total" suffix');
    },
    20_000,
  );
});

describe('series for remote write', () => {
  test('are those of the page, with the bounds of buckets as text', async () => {
    const metrics = new Metrics(options);
    metrics.setTotals([change('ada', 3), ...delayIncrements('loki', 90e6).map(({ by, ...series }) => ({ ...series, value: by }))]);
    const series = await metrics.series();
    const lines = (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(series).toHaveLength(lines.length);
    const ada = series.find(({ labels }) => labels.some(([name, value]) => name === 'user' && value === 'ada'));
    expect(ada).toMatchObject({ name: 'kubernetes_audit_manual_changes_total', kind: 'counter', value: 3 });
    expect(ada?.labels).toContainEqual(['env', 'prod']);
    const bounds = series.flatMap(({ name, labels }) =>
      name === 'driftwire_delivery_delay_seconds_bucket' ? [labels.find(([label]) => label === 'le')?.[1]] : [],
    );
    expect(bounds).toContain('2.5');
    expect(bounds).toContain('+Inf');
  });

  test('counters and parts of histograms are counters, the rest are gauges', async () => {
    const metrics = new Metrics(options);
    metrics.setGauge('driftwire_flush_timestamp_seconds', [{ value: 60 }]);
    const kinds = new Map((await metrics.series()).map(({ name, kind }) => [name, kind]));
    expect(kinds.get('driftwire_delivery_delay_seconds_sum')).toBe('counter');
    expect(kinds.get('driftwire_records_total')).toBe('counter');
    expect(kinds.get('driftwire_flush_timestamp_seconds')).toBe('gauge');
    expect(kinds.get('driftwire_build_info')).toBe('gauge');
  });
});
