import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../../../lib/config/load.ts';
import type { JsonObject } from '../../../../lib/core/model/audit-event.ts';
import { cloudtrailRecord, kubernetesEvent, roleSession, serviceAccountInfo } from '../../../support/records.ts';
import { runMain } from '../../../support/run-main.ts';

const folder = mkdtempSync(join(tmpdir(), 'driftwire-tune-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const config = write('driftwire.yaml', '');
const samples = fileURLToPath(new URL('../../../../samples/', import.meta.url));
const falcoLog = fileURLToPath(new URL('../../../fixtures/falco-events/bash-history.log', import.meta.url));

let ids = 0;
const aws = (changes: JsonObject): JsonObject => cloudtrailRecord({ eventID: `e-${++ids}`, ...changes });
const k8s = (changes: JsonObject): JsonObject => kubernetesEvent({ auditID: `k-${++ids}`, ...changes });
const HOSTILE = 'O\'Neil, "Bob" = (x) jürgen* \u202e\u001b[2J';

const RECORDS: readonly JsonObject[] = [
  aws({ userIdentity: roleSession('deploy', 'run-1'), eventName: 'RunInstances', eventTime: '2026-11-20T10:00:00Z' }),
  aws({ userIdentity: roleSession('deploy', 'run-2'), eventName: 'RunInstances', eventTime: '2026-11-20T08:00:00Z' }),
  aws({ userIdentity: roleSession('deploy', 'run-2'), eventName: 'RunInstances', eventTime: '2026-11-20T09:00:00Z' }),
  aws({ userIdentity: roleSession('deploy', 'run-2'), eventName: 'StopInstances' }),
  aws({}),
  aws({ eventSource: 'cloudtrail.amazonaws.com', eventName: 'StopLogging' }),
  k8s({ user: { username: HOSTILE } }),
  k8s({ user: serviceAccountInfo('shop/runner', 'runner-0') }),
  k8s({ user: serviceAccountInfo('shop/runner', 'runner-1') }),
];
const REPEATED = [...RECORDS, RECORDS[0] as JsonObject];
const log = write('audit.log', REPEATED.map((record) => JSON.stringify(record)).join('\n'));

interface Group {
  readonly rule: string;
  readonly principal: string;
  readonly action: string;
  readonly count: number;
  readonly exception: string;
  readonly config: { readonly pipelines?: string; readonly ignore?: string } | null;
}

async function groupsOf(...args: readonly string[]): Promise<readonly Group[]> {
  const { out, status } = await runMain('tune', ...args, '--format', 'json');
  expect(status).toBe(0);
  return JSON.parse(out).groups;
}

/** Each finding of a scan as rule and event. */
async function scanned(...args: readonly string[]): Promise<readonly string[]> {
  const { out, err, status } = await runMain('scan', ...args, '--format', 'jsonl');
  expect([status, err]).toEqual([0, '']);
  return out
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .map(({ rule, id }) => `${rule} ${id}`);
}

describe('driftwire tune', () => {
  test('counts findings by rule, principal and action, each event once, the noisiest first', async () => {
    const groups = await groupsOf('--config', config, log);
    expect(groups[0]).toMatchObject({
      rule: 'Manual AWS change',
      priority: 'Warning',
      source: 'aws_cloudtrail',
      principal: '111122223333:role/deploy',
      action: 'RunInstances',
      reason: 'role_session',
      count: 3,
      users: 2,
      users_are_more: false,
      first_timestamp: '2026-11-20T08:00:00.000000000Z',
      last_timestamp: '2026-11-20T10:00:00.000000000Z',
      last: { id: 'e-1', output_fields: { 'drift.user': 'run-1' } },
    });
    expect(JSON.stringify(groups[0])).not.toContain('evt.time');
    expect(groups.map(({ count }) => count)).toEqual([3, 1, 1, 1, 1, 1]);
  });

  test('offers a pipeline for what may be one, nothing in the configuration for a rule about everybody', async () => {
    const groups = await groupsOf('--config', config, log);
    const of = (rule: string, action: string): Group | undefined => groups.find((group) => group.rule === rule && group.action === action);
    expect(of('Manual AWS change', 'RunInstances')?.config?.pipelines).toContain('role: "deploy"');
    expect(of('Audit trail weakened', 'StopLogging')?.config).toBeNull();
  });

  test('each exception validates, and silences exactly its group in a scan', async () => {
    const groups = await groupsOf('--config', config, log);
    const before = await scanned(log, '--config', config);
    for (const [index, { exception, count }] of groups.entries()) {
      const file = write(`exception-${index}.yaml`, exception);
      const builtin = fileURLToPath(new URL('../../../../rules/driftwire_rules.yaml', import.meta.url));
      const validated = await runMain('rules', 'validate', builtin, file);
      expect([validated.status, validated.out], exception).toEqual([0, `${builtin}: Ok\n${file}: Ok\n`]);
      const after = await scanned(log, '--config', config, '--rules', file);
      expect(before.filter((finding) => !after.includes(finding))).toHaveLength(count);
      expect(before.filter((finding) => after.includes(finding))).toEqual(after);
    }
  }, 60_000);

  test('each entry for the configuration validates and makes the changes of the group expected', async () => {
    const groups = await groupsOf('--config', config, log);
    const before = await scanned(log, '--config', config);
    for (const [index, { rule, config: entries, count }] of groups.entries()) {
      if (entries === null) continue;
      for (const [key, text] of Object.entries(entries)) {
        const yaml = `${key}:\n${text}\n`;
        expect(parseConfig(yaml, 'x').problems, yaml).toEqual([]);
        const after = await scanned(log, '--config', write(`config-${index}.yaml`, yaml));
        const gone = before.filter((finding) => !after.includes(finding));
        expect(gone.every((finding) => finding.startsWith('Manual '))).toBe(true);
        // an entry for the principal expects whatever it does
        if (key === 'ignore') expect(gone.filter((finding) => finding.startsWith(rule))).toHaveLength(count);
        else expect(gone.length).toBeGreaterThanOrEqual(count);
      }
    }
  }, 60_000);

  test('the file of all exceptions is a rule file that leaves nothing to find', async () => {
    const { out } = await runMain('tune', log, '--config', config, '--format', 'yaml');
    const file = write('all.yaml', out);
    expect(await scanned(log, '--config', config, '--rules', file)).toEqual([]);
    expect(out).toContain('# 3 findings: RunInstances by 111122223333:role/deploy');
    expect(out).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
    const again = await runMain('tune', log, '--config', config, '--rules', file, '--format', 'yaml');
    expect(again.out).toMatch(/^#.*\n\[\]\n$/);
    expect((await runMain('rules', 'lint', write('again.yaml', again.out))).status).toBe(0);
  });

  test('lists what is silent as a workload', async () => {
    const { out } = await runMain('tune', log, '--config', config, '--format', 'json');
    expect(JSON.parse(out).workloads).toEqual([
      {
        source: 'k8s_audit',
        principal: 'kubernetes:system:serviceaccount:shop:runner',
        action: 'patch deployments',
        reason: 'pod_token',
        count: 2,
        users: 1,
        users_are_more: false,
        first_timestamp: '2026-11-20T09:15:02.133000000Z',
        last_timestamp: '2026-11-20T09:15:02.133000000Z',
        last: { id: 'k-9' },
      },
    ]);
  });

  test('its table fits 80 columns but for what is to be pasted, and shows nothing raw', async () => {
    const { out, err, status } = await runMain('tune', log, '--config', config);
    expect([status, err]).toEqual([0, '']);
    const pasted = /^( *- | {2}condition: | {4}condition: | {4}- name| {2}- name)/;
    expect(out.split('\n').filter((line) => line.length > 80 && !pasted.test(line))).toEqual([]);
    expect(out).toContain('      3  Manual AWS change · Warning\n         RunInstances by 111122223333:role/deploy · 2 users\n');
    expect(out).toContain('      2  patch deployments by kubernetes:system:serviceaccount:shop:runner');
    expect(out).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  });

  test('shows as many groups as asked, in the window asked for', async () => {
    const top = await runMain('tune', log, '--config', config, '--top', '1');
    expect(top.out).toContain('and 5 more groups: --top shows more');
    const window = ['--since', '2026-11-20T08:30:00Z', '--until', '2026-11-20T09:10:00Z'];
    expect((await groupsOf('--config', config, log, ...window)).map(({ action, count }) => [action, count])).toEqual([['RunInstances', 1]]);
    expect((await runMain('tune', log, '--top', '0')).status).toBe(2);
  });

  test("counts Falco's own events between lines of text, by rule", async () => {
    const { out, err, status } = await runMain('tune', falcoLog, '--config', config);
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatch(/^7 Falco events of 2 rules\n\n {6}6 {2}Delete or rename shell history · Warning\n/);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    const json = JSON.parse((await runMain('tune', falcoLog, '--config', config, '--format', 'json')).out);
    expect(json.falco[0]).toMatchObject({
      rule: 'Delete or rename shell history',
      count: 6,
      priority: 'Warning',
      last_timestamp: '2026-11-20T21:40:11.903217744Z',
      last_fields: { 'user.name': 'root', 'evt.type': 'rename' },
    });
    expect(json.groups).toEqual([]);
  });

  test('tells audit records, Falco events and what is neither apart in one file', async () => {
    const mixed = write('mixed.log', `${readFileSync(falcoLog, 'utf8')}${JSON.stringify(RECORDS[0])}\n{"what": "is this"}\n`);
    const { out, err, status } = await runMain('tune', mixed, falcoLog, '--config', config, '--format', 'json');
    const { groups, falco } = JSON.parse(out);
    expect([status, groups.length, falco[0].count]).toEqual([3, 1, 12]);
    expect(err).toContain('1 item could not be read');
    expect(err).toContain('mixed.log:16');
  });

  test('a broken configuration or rule file is told and nothing is read', async () => {
    const bad = write('bad.yaml', 'pipelnes: []\n');
    expect(await runMain('tune', log, '--config', bad)).toMatchObject({ status: 2, out: '' });
    const first = write('first.yaml', 'rules: { rule_matching: first }\n');
    expect((await runMain('tune', log, '--config', first)).err).toContain('may be found by a later rule');
  });

  test('the bundled sample has its noise ranked', async () => {
    const groups = await groupsOf('--config', join(samples, 'driftwire.yaml'), join(samples, 'logs'));
    const counts = groups.map(({ count }) => count);
    expect(counts.length).toBeGreaterThan(20);
    expect(counts).toEqual([...counts].sort((left, right) => right - left));
    const bare = await runMain('tune', '--format', 'json');
    expect([bare.status, bare.err]).toEqual([0, 'no PATH given: this is the bundled sample, a made-up day of an organisation\n']);
    expect(JSON.parse(bare.out).groups).toEqual(groups);
  }, 30_000);
});
