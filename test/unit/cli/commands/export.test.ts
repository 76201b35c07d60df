import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { addExport } from '../../../../lib/cli/commands/export.ts';
import type { ExitStatus } from '../../../../lib/cli/exit-status.ts';
import { OutputFailed } from '../../../../lib/cli/output.ts';
import { policyMistakes } from '../../../support/patterns/audit-policy.ts';

const folder = mkdtempSync(join(tmpdir(), 'driftwire-export-command-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly out: string;
  readonly err: string;
  readonly status: ExitStatus | undefined;
}

async function run(...args: readonly string[]): Promise<Ran> {
  let [out, err, status] = ['', '', undefined as ExitStatus | undefined];
  const output = (write: (text: string) => void) => ({ write, flush: () => undefined });
  const terminal = {
    out: output((text) => {
      out += text;
    }),
    err: output((text) => {
      err += text;
    }),
    outIsTty: false,
    errIsTty: false,
    columns: 80,
    noColor: true,
    nowMs: () => 0,
  };
  const program = new Command().exitOverride().configureOutput({ writeErr: terminal.err.write, writeOut: terminal.out.write });
  const context = {
    terminal,
    end: (ending: ExitStatus) => {
      status = ending;
    },
  };
  addExport(program, context);
  await program.parseAsync(['export', ...args], { from: 'user' });
  return { out, err, status };
}

describe('driftwire export', () => {
  it('writes the files of a kind and prints their paths', async () => {
    const out = join(folder, 'rules');
    const { out: printed, status } = await run('prometheus', '--out', out);
    expect(printed.trim().split('\n').sort()).toEqual(
      readdirSync(out)
        .map((name) => join(out, name))
        .sort(),
    );
    expect(printed).toContain('security-alert-rules.yaml');
    expect(status).toBe(0);
  });

  it('puts accounts, clusters and channels of the configuration into the routes', async () => {
    const config = join(folder, 'driftwire.yaml');
    writeFileSync(
      config,
      'accounts: {"222233334444": {name: shop, channel: "#shop"}}\nclusters: {blue: {account: "222233334444", region: eu-west-1}}\n' +
        'slack: {token: {env: SLACK_TOKEN}, channel: "#everything"}\n',
    );
    const out = join(folder, 'routes');
    await run('alertmanager', '--out', out, '--config', config);
    const text = readFileSync(join(out, 'alertmanager.yml'), 'utf8');
    for (const expected of ['account="222233334444"', 'cluster="blue"', '"#shop"', '"#everything"']) expect(text).toContain(expected);
    expect(text).not.toContain('111122223333');
  });

  it('links to the runbook where it is read', async () => {
    const out = join(folder, 'linked');
    await run('loki', '--out', out, '--runbook-url', 'https://wiki.example.org/runbook');
    expect(readFileSync(join(out, 'driftwire-rules.yaml'), 'utf8')).toContain('https://wiki.example.org/runbook#manualawschangedetected');
  });

  it('writes the patterns that configuration and rules compile to, and says what is not in them', async () => {
    const config = join(folder, 'patterns.yaml');
    writeFileSync(
      config,
      'pipelines:\n  - { name: ci, role: "ci-*" }\n  - { name: "of a session", role: x, session: y }\n  - { name: helm, kubernetes_user: helm }\n',
    );
    const events = await run('eventbridge', '--out', join(folder, 'events'), '--config', config);
    expect(events).toMatchObject({ out: `${join(folder, 'events', 'event-pattern.json')}\n`, status: 0 });
    expect(events.err).toBe('not in the pattern: of a session (narrowed by session)\n');
    expect(JSON.parse(readFileSync(join(folder, 'events', 'event-pattern.json'), 'utf8'))).toMatchObject({ source: [{ prefix: 'aws.' }] });
    const logs = await run('cloudwatch-logs', '--out', join(folder, 'logs'), '--config', config);
    expect(logs.out.split('\n').filter((line) => line !== '')).toHaveLength(2);
    expect(readFileSync(join(folder, 'logs', 'filter-pattern.txt'), 'utf8')).toContain('^helm$');
    expect(readFileSync(join(folder, 'logs', 'filter-pattern-truncated.txt'), 'utf8')).toBe('"[Truncated...]"\n');
  });

  it('writes an audit policy as YAML that a server takes, and says what it does not do', async () => {
    const rules = join(folder, 'extra.yaml');
    writeFileSync(
      rules,
      '- rule: "keys\\nlevel: None"\n  desc: d\n  condition: drift.manual = true and ka.req.configmap.obj contains aws_access_key_id\n  output: x\n  priority: NOTICE\n  source: k8s_audit\n',
    );
    const config = join(folder, 'audit.yaml');
    writeFileSync(config, 'pipelines: [{ name: argocd, service_account: argocd/controller }]\nrules: { files: [extra.yaml] }\n');
    const out = join(folder, 'audit');
    const { err, out: printed, status } = await run('audit-policy', '--out', out, '--config', config);
    expect({ printed, status }).toEqual({ printed: `${join(out, 'audit-policy.yaml')}\n`, status: 0 });
    expect(err).toBe(
      'not in the policy: argocd (a rule may match what it does)\n' +
        'never matches under this policy: keys\\x0alevel: None (reads the body of configmaps, which is never logged)\n',
    );
    const text = readFileSync(join(out, 'audit-policy.yaml'), 'utf8');
    expect(policyMistakes(parse(text))).toEqual([]);
    for (const expected of ['--audit-policy-file=', 'EKS', '# Never matches: keys level: None (', '--iam-identities'])
      expect(text).toContain(expected);
    const commented = text.split('\n').filter((line) => line.trimStart().startsWith('#'));
    expect(commented.length).toBeGreaterThan(15);
    expect(parse(text).rules.some(({ level }: { level: string }) => level === 'None')).toBe(true);
  });

  it('writes another where IAM identities have names in the cluster', async () => {
    const out = join(folder, 'audit-iam');
    await run('audit-policy', '--out', out, '--iam-identities');
    const text = readFileSync(join(out, 'audit-policy.yaml'), 'utf8');
    expect(text).toContain('IAM identities have names in the cluster');
    expect(text).not.toContain('level: None');
  });

  it('refuses --iam-identities for what is no audit policy', async () => {
    const { err, status } = await run('loki', '--out', join(folder, 'iam'), '--iam-identities');
    expect({ err, status }).toEqual({ err: '--iam-identities is for audit-policy only; leave it out for loki\n', status: 2 });
  });

  it('writes no pattern when a rule file cannot be read', async () => {
    const config = join(folder, 'no-rules.yaml');
    writeFileSync(config, 'rules: { files: [missing.yaml] }\n');
    const { err, status } = await run('eventbridge', '--out', join(folder, 'none'), '--config', config);
    expect(err).toContain('missing.yaml');
    expect(status).toBe(2);
  });

  it('reports a configuration with mistakes and writes nothing', async () => {
    const config = join(folder, 'wrong.yaml');
    writeFileSync(config, 'acounts: {}\n');
    const out = join(folder, 'nothing');
    const { err, out: printed, status } = await run('loki', '--out', out, '--config', config);
    expect(err).toContain('acounts');
    expect({ printed, status }).toEqual({ printed: '', status: 2 });
    expect(readdirSync(folder)).not.toContain('nothing');
  });

  it('says where it cannot write', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    await expect(run('loki', '--out', file)).rejects.toThrow(OutputFailed);
    await expect(run('loki', '--out', file)).rejects.toThrow(/cannot write .*a-file/);
  });

  it.each([
    [['everything'], 'Allowed choices are'],
    [['loki', '--runbook-url', 'javascript:alert(1)'], 'write http:// or https:// and an address'],
    [['loki', '--runbook-url', 'https://a.example/#x'], 'without #'],
  ])('refuses %j', async (args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
  });
});
