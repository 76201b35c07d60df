import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../../bin/driftwire.ts', import.meta.url));
const HOSTILE_NAME = 'eve\u001b[2J\u202e';

/** One audit event of a person who deletes something. */
function deletion(index: number, user = 'alice@example.com'): string {
  return JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    stage: 'ResponseComplete',
    requestURI: `/api/v1/namespaces/shop/configmaps/settings-${index}`,
    verb: 'delete',
    user: { username: user, groups: ['system:authenticated'] },
    sourceIPs: ['198.51.100.7'],
    userAgent: 'kubectl/v1.33.0 (linux/amd64) kubernetes/abcdef0',
    objectRef: { resource: 'configmaps', namespace: 'shop', name: `settings-${index}`, apiVersion: 'v1' },
    responseStatus: { metadata: {}, status: 'Success', code: 200 },
    requestReceivedTimestamp: '2026-03-14T09:26:53.000000Z',
    stageTimestamp: '2026-03-14T09:26:53.100000Z',
  });
}

describe('the program, really run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'driftwire-cli-'));
  const file = (name: string): string => join(folder, name);
  const environment = { ...process.env, TZ: 'Europe/Berlin', COLUMNS: '', NO_COLOR: '' };

  function run(args: readonly string[], options: { input?: string; env?: NodeJS.ProcessEnv } = {}): SpawnSyncReturns<string> {
    const env = { ...environment, ...options.env };
    return spawnSync(process.execPath, [PROGRAM, ...args], { cwd: folder, encoding: 'utf8', input: options.input ?? '', env });
  }

  beforeAll(() => {
    writeFileSync(file('audit.log'), `${deletion(1)}\n${deletion(2)}\n${deletion(2)}\n`);
    writeFileSync(file('broken.log'), `${deletion(1)}\n{"kind": "Event", "auditID": \n{"what":"is this"}\n${deletion(2)}\n`);
    writeFileSync(file('hostile.log'), `${deletion(1, HOSTILE_NAME)}\n`);
    writeFileSync(file('bad.yaml'), 'pipelines:\n  - { name: x, rol: "y" }\nacounts: {}\n');
    writeFileSync(
      file('bad-rules.yaml'),
      '- rule: Broken\n  desc: x\n  condition: drift.manual = (\n  output: x\n  priority: WARNING\n  source: k8s_audit\n',
    );
    writeFileSync(file('extra.yaml'), rule('Settings deleted', 'CRITICAL'));
    writeFileSync(file('more.yaml'), rule('Anything deleted', 'NOTICE'));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function rule(name: string, priority: string): string {
    return `- rule: ${name}\n  desc: a test\n  condition: ka.verb = delete\n  output: x\n  priority: ${priority}\n  source: k8s_audit\n`;
  }

  it('takes audit events that name no cluster for those of the cluster that is named', () => {
    const clusterOf = (args: readonly string[]): unknown =>
      JSON.parse(run(['scan', 'audit.log', '--format', 'jsonl', ...args]).stdout.split('\n')[0] ?? '').cluster;
    expect(clusterOf([])).toBeNull();
    expect(clusterOf(['--cluster', 'demo'])).toBe('demo');
  });

  it('ends with 0 when all was read, and prints the result alone on standard output', () => {
    const { status, stdout, stderr } = run(['scan', 'audit.log', '--format', 'jsonl']);
    expect([status, stderr]).toEqual([0, '']);
    const findings = stdout.trimEnd().split('\n');
    expect(findings.map((line) => JSON.parse(line).target.name)).toEqual(['settings-1', 'settings-2']);
  });

  it('ends with 1 when a finding is as bad as --fail-on says, or worse', () => {
    expect(run(['scan', 'audit.log', '--fail-on', 'warning']).status).toBe(1);
    expect(run(['scan', 'audit.log', '--fail-on', 'critical']).status).toBe(0);
    expect(run(['scan', 'broken.log', '--fail-on', 'warning']).status).toBe(1);
  });

  it.each([
    [['scan', 'audit.log', '--formt', 'json'], 'Did you mean --format?'],
    [['scna'], 'Did you mean scan?'],
    [['scan', 'audit.log', '--format', 'xml'], 'table, jsonl, json, html'],
    [['scan', 'audit.log', '--fail-on', 'bad'], 'use one of emergency'],
    [['scan', 'audit.log', '--since', 'yesterday'], 'an RFC 3339 time'],
    [['scan', 'audit.log', '--report', 'no/folder/r.html'], 'the folder is not there'],
    [['scan', 'audit.log', '--config', 'missing.yaml'], 'missing.yaml:1:1: error: cannot be read (ENOENT)'],
    [['scan', 'audit.log', '--rules', 'missing-rules.yaml'], 'missing-rules.yaml'],
    [['scan', 'audit.log', '--rules', 'bad-rules.yaml'], 'bad-rules.yaml:'],
    [['scan', 'audit.log', '--config', 'bad.yaml'], 'bad.yaml:3:1: error: '],
    [['explain'], 'FILE'],
    [['explain', 'audit.log', '--id', 'no-such-id'], 'no record with the id "no-such-id" among 3'],
    [[], 'Usage: driftwire'],
  ])('ends %j with 2, prints no finding and says what to do', (args, expected) => {
    const { status, stdout, stderr } = run(args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(expected);
  });

  it('ends with 3 when something could not be read, reports all else and says where', () => {
    const { status, stdout, stderr } = run(['scan', 'broken.log', 'missing.log', '--format', 'json']);
    expect(status).toBe(3);
    const { findings, summary } = JSON.parse(stdout);
    expect(findings).toHaveLength(2);
    expect(summary).toMatchObject({ findings: 2, inputs: 2, failed: { unreadable: 1 } });
    const { records, dropped, failed, duplicates } = summary;
    const total = (counts: Record<string, number>): number => Object.values(counts).reduce((sum, value) => sum + value, 0);
    expect(records).toBe(2 + total(dropped) + total(failed) + duplicates);
    expect(stderr).toMatch(/broken\.log:[23]\b.*: (bad_json|unknown_format): /);
    expect(stderr).toContain('missing.log:1: unreadable: ');
  });

  it('prints help and version on standard output and ends with 0', () => {
    for (const args of [['--help'], ['scan', '--help'], ['help', 'explain']]) {
      const { status, stdout } = run(args);
      expect([status, stdout.startsWith('Usage: driftwire')]).toEqual([0, true]);
    }
    expect(run(['--version']).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('reads standard input as -', () => {
    const { status, stdout } = run(['scan', '-', '--format', 'jsonl'], { input: `${deletion(9)}\n` });
    expect([status, JSON.parse(stdout).target.name]).toEqual([0, 'settings-9']);
  });

  it('takes several rule files after one --rules and the paths behind them, and can leave the built-in ones out', () => {
    const { status, stdout, stderr } = run([
      ...['scan', '--format', 'jsonl', '--no-builtin-rules', '--rules', 'extra.yaml', 'more.yaml', 'audit.log'],
    ]);
    expect([status, stderr]).toEqual([0, '']);
    const rules = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).rule);
    expect(rules).toEqual(['Settings deleted', 'Anything deleted', 'Settings deleted', 'Anything deleted']);
  });

  it('leaves out what happened outside the window', () => {
    const { stdout } = run(['scan', 'audit.log', '--format', 'json', '--since', '2026-03-15']);
    expect(JSON.parse(stdout).summary).toMatchObject({ findings: 0, dropped: { outside_window: 3 } });
    expect(JSON.parse(run(['scan', 'audit.log', '--format', 'json', '--until', '2026-03-14T09:26:54Z']).stdout).findings).toHaveLength(2);
  });

  it('prints a table without colour on a pipe, in local time, with colour when asked and never with NO_COLOR', () => {
    const table = run(['scan', 'audit.log']).stdout;
    expect(table).toContain('2026-03-14 10:26:53+01:00  WARNING    delete');
    expect(table).not.toContain('\u001b');
    expect(run(['scan', 'audit.log', '--color', 'always']).stdout).toContain('\u001b[');
    expect(run(['scan', 'audit.log', '--color', 'always'], { env: { NO_COLOR: '1' } }).stdout).toContain('\u001b[');
    expect(run(['scan', 'audit.log'], { env: { NO_COLOR: '1' } }).stdout).not.toContain('\u001b');
  });

  it.each(['table', 'html'])('prints nothing raw of a log as %s, and neither does explain', (format) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there
    const raw = /[\u0000-\u0009\u000b-\u001f\u202e]/;
    expect(run(['scan', 'hostile.log', '--format', format]).stdout).not.toMatch(raw);
    expect(run(['explain', 'hostile.log']).stdout).not.toMatch(raw);
  });

  it('writes the report where it is told and says so on standard error, unless it is to be quiet', () => {
    const { status, stdout, stderr } = run(['scan', 'audit.log', '--format', 'jsonl', '--report', 'r.html']);
    expect([status, stderr]).toEqual([0, 'report: r.html\n']);
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(readFileSync(file('r.html'), 'utf8')).toContain('settings-2');
    expect(run(['scan', 'audit.log', '--quiet', '--report', 'r.html']).stderr).toBe('');
  });

  it('explains every question asked of a record', () => {
    const { status, stdout } = run(['explain', 'audit.log', '--id', '00000000-0000-4000-8000-000000000002']);
    expect(status).toBe(0);
    for (const expected of [
      'was it a change?             change: it changed something',
      'whose hand?                  human: a person; a Kubernetes user that is not',
      'declared (kubernetes_user)',
      'manual?                      yes',
      '+ Manual Kubernetes change: Warning: alice@example.com changed',
      '- Interactive session in a pod: no match\n        drift.class = interactive is false: drift.class is "change"',
      'seen before?                 yes',
    ]) {
      expect(stdout).toContain(expected);
    }
    expect(stdout).not.toContain('settings-1');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('checks configuration and rules, and lists every problem with its place', () => {
    expect(run(['check', '--offline'])).toMatchObject({ status: 0, stderr: '' });
    const { status, stdout } = run(['check', '--offline', '--config', 'bad.yaml']);
    expect(status).toBe(2);
    expect(stdout).toContain('bad.yaml:2:');
    expect(stdout).toContain('bad.yaml:3:1: error: ');
  });

  it('lists the loaded rules, those that are asked for, and where they stand', () => {
    const { status, stdout } = run([
      'rules',
      'list',
      '--rules',
      'extra.yaml',
      '--priority',
      'critical',
      '--name',
      'SETTINGS DEL',
      '--format',
      'json',
    ]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([
      { name: 'Settings deleted', priority: 'Critical', file: 'extra.yaml', line: 1, desc: 'a test' },
    ]);
    const markdown = run(['rules', 'list', '--tag', 'break_glass', '--format', 'markdown']).stdout.trimEnd().split('\n');
    expect(markdown.slice(2).map((line) => line.split(' | ')[1])).toEqual(['aws_cloudtrail', 'k8s_audit']);
    const text = run(['rules', 'list', '--source', 'k8s_audit', '--enabled']).stdout;
    expect(text).toContain('Manual Kubernetes change\n  Warning · k8s_audit · ');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('ends quietly when nobody reads any more', async () => {
    writeFileSync(file('many.log'), Array.from({ length: 5000 }, (_, index) => `${deletion(index)}\n`).join(''));
    const child = spawn('/bin/sh', ['-c', '"$0" "$1" scan many.log --format jsonl | head -n 1', process.execPath, PROGRAM], {
      cwd: folder,
      env: environment,
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (data) => {
      out += data;
    });
    child.stderr.on('data', (data) => {
      err += data;
    });
    await new Promise((resolve) => child.on('close', resolve));
    expect(out.trimEnd().split('\n')).toHaveLength(1);
    expect(err).toBe('');
  });

  it('ends with 130 on Ctrl-C', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'scan', '-'], { cwd: folder, env: environment });
    const ended = new Promise((resolve) => child.on('close', resolve));
    // more than a pipe holds: it is written when the program has begun to read
    await new Promise((resolve) => child.stdin.write(`${deletion(1)}\n`.repeat(1_000), resolve));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
  });
});
