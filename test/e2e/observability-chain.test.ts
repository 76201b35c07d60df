/**
 * The whole way of an alert with real parts: somebody changes something, `driftwire serve` takes the audit event, Prometheus
 * scrapes it and evaluates the generated rules, Alertmanager tells the channel of the account. Only waiting times are shorter.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertmanagerFiles } from '../../lib/export/alertmanager/alertmanager-config.ts';
import { DEFAULT_EXPORT } from '../../lib/export/options.ts';
import { prometheusRuleFiles } from '../../lib/export/prometheus/rule-files.ts';
import { openServe } from '../../lib/serve/open-serve.ts';
import type { Serving } from '../../lib/serve/serve.ts';
import { type Alertmanager, AMTOOL, startAlertmanager } from '../support/export/alertmanager.ts';
import { hasPrometheus, type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { kubernetesEvent } from '../support/records.ts';
import { realPart } from '../support/require.ts';

/** In place of five minutes: long enough for some scrapes, short enough to wait for. */
const WINDOW_SECONDS = 20;

describe.runIf(hasPrometheus() && realPart('alertmanager', AMTOOL))('from a change to the message about it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'driftwire-chain-'));
  let serving: Serving;
  let alertmanager: Alertmanager;
  let prometheus: Prometheus;
  let event: object;

  beforeAll(async () => {
    const configPath = join(folder, 'driftwire.yaml');
    writeFileSync(
      configPath,
      'serve: { listen: "127.0.0.1:0", state_dir: state }\nclusters: { demo: { account: "111122223333", region: eu-west-1 } }\n',
    );
    const options = { configPath, ruleFiles: [], builtinRules: true };
    const opened = await openServe(options, { version: '0.0.0', logFormat: 'json', writeLog: () => undefined });
    if (!opened.ok) throw new Error(JSON.stringify(opened.problems));
    serving = opened.serving;
    alertmanager = await startAlertmanager(alertmanagerFiles(DEFAULT_EXPORT));
    const rules = prometheusRuleFiles(DEFAULT_EXPORT);
    prometheus = await startPrometheus({
      config: configuration(),
      files: Object.fromEntries(rules.map(({ path, text }) => [path, hurried(path, text)])),
    });
  }, 120_000);
  afterAll(async () => {
    await prometheus?.stop();
    await alertmanager?.stop();
    await serving?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function configuration(): string {
    const rules = prometheusRuleFiles(DEFAULT_EXPORT).map(({ path }) => path);
    return [
      '  - job_name: driftwire',
      '    scrape_interval: 1s',
      '    honor_labels: true',
      `    static_configs: [{ targets: ['${serving.address}'], labels: { instance: driftwire } }]`,
      `rule_files: [${rules.join(', ')}]`,
      `alerting: { alertmanagers: [{ static_configs: [{ targets: ['${alertmanager.address}'] }] }] }`,
      '',
    ].join('\n');
  }

  function hurried(path: string, text: string): string {
    if (path !== 'drift-alert-rules.yaml') return text;
    return text
      .replaceAll('interval: 1m', 'interval: 1s')
      .replaceAll('for: 1m', 'for: 1s')
      .replaceAll(/\b5m\b/g, `${WINDOW_SECONDS}s`);
  }

  const heardBefore = async (): Promise<boolean> =>
    (await prometheus.query(`driftwire_build_info offset ${WINDOW_SECONDS}s`, Date.now())).size === 1;
  const firing = async (): Promise<readonly Readonly<Record<string, string>>[]> => {
    const answer = (await (await fetch(`${prometheus.url}/api/v1/alerts`)).json()) as {
      data: { alerts: { state: string; labels: Record<string, string> }[] };
    };
    return answer.data.alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels);
  };

  test('a fresh installation to which nothing happens is quiet', { timeout: 90_000 }, async () => {
    await expect.poll(heardBefore, { timeout: 80_000, interval: 500 }).toBe(true);
    expect(await firing()).toEqual([]);
    expect(alertmanager.sent).toEqual([]);
  });

  test('a change by hand fires for the person and the object, and reaches the channel of the account', { timeout: 60_000 }, async () => {
    const now = new Date().toISOString();
    event = kubernetesEvent({ auditID: 'a-change', stageTimestamp: now, requestReceivedTimestamp: now });
    const posted = await fetch(`http://${serving.address}/ingest/kubernetes?cluster=demo`, {
      method: 'POST',
      body: `${JSON.stringify(event)}\n`,
    });
    expect(posted.status).toBe(200);
    await expect.poll(firing, { timeout: 30_000, interval: 250 }).toHaveLength(1);
    const [alert] = await firing();
    expect(alert).toMatchObject({ alertname: 'ManualKubernetesChangeDetected', severity: 'warning', topic: 'drift', cluster: 'demo' });
    for (const label of ['user', 'verb', 'kind']) expect(alert?.[label], label).toMatch(/./);
    await expect.poll(() => alertmanager.sent.length, { timeout: 30_000, interval: 250 }).toBeGreaterThan(0);
    const [message] = alertmanager.sent;
    expect(message).toMatchObject({ path: '/slack', body: { channel: '#prod-drift' } });
    expect(JSON.stringify(message)).toContain(`User ${alert?.['user']} performed ${alert?.['verb']} on ${alert?.['kind']}`);
    expect(JSON.stringify(message)).toContain('by hand (1 in ');
  });

  test('the same event again changes nothing, and the alert ends', { timeout: 90_000 }, async () => {
    await expect.poll(firing, { timeout: 60_000, interval: 500 }).toEqual([]);
    await fetch(`http://${serving.address}/ingest/kubernetes?cluster=demo`, { method: 'POST', body: `${JSON.stringify(event)}\n` });
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect(await firing()).toEqual([]);
    expect([...(await prometheus.query('sum(kubernetes_audit_manual_changes_total)', Date.now())).values()]).toEqual([1]);
  });
});
