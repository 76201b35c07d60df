import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dayRange } from '../../../../lib/cli/tune/from-store.ts';
import { userSlot } from '../../../../lib/core/tune/user-slots.ts';
import { SqliteStore } from '../../../../lib/stores/sqlite.ts';
import { seenOnce } from '../../../contract/noise.ts';
import { runMain } from '../../../support/run-main.ts';
import { mark } from '../../../support/store-harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'driftwire-from-store-'));
const config = join(folder, 'driftwire.yaml');
const NOW_MS = Date.now();
const day = (before: number): string => new Date(NOW_MS - before * 24 * 3_600_000).toISOString().slice(0, 10);
const HOSTILE = 'kubernetes:O\'Neil, "Bob" = (x) jürgen* \u202e\u001b[2J';

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(config, 'serve: { state_dir: state }\n');
  const store = new SqliteStore(join(folder, 'state'));
  const noise = [
    ...['run-1', 'run-2', 'run-3'].map((user) => seenOnce({ day: day(1), user: userSlot(user), id: user })),
    seenOnce({ day: day(3), user: userSlot('run-1') }),
    seenOnce({ day: day(1), rule: 'Manual Kubernetes change', source: 'k8s_audit', principal: HOSTILE, action: 'patch deployments' }),
    seenOnce({ day: day(1), rule: 'A rule of yesterday' }),
    { kind: 'further', day: day(1), count: 5 } as const,
  ];
  await store.count(noise.map((each, at) => ({ ...mark(`k${at}`), noise: [each] })));
  await store.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function told(...args: readonly string[]) {
  const { out, err, status } = await runMain('tune', '--store', '--config', config, ...args, '--format', 'json');
  expect([status, err]).toEqual([0, '']);
  return JSON.parse(out);
}

describe('driftwire tune --store', () => {
  test('ranks what was counted, over all days', async () => {
    const { groups, workloads, falco, summary } = await told();
    expect(groups[0]).toMatchObject({
      rule: 'Manual AWS change',
      principal: '111122223333:role/deploy',
      action: 'UpdateFunctionCode',
      count: 4,
      users: 3,
      users_are_more: false,
      users_are_estimated: true,
      first_timestamp: `${day(3)}T08:00:00.000000000Z`,
      last_timestamp: `${day(1)}T08:00:00.000000000Z`,
      last: { id: 'run-3', message: 'run-3 by hand' },
      config: { pipelines: '- { name: "111122223333-role-deploy", role: "deploy", accounts: ["111122223333"] }' },
    });
    expect(groups[0].last).not.toHaveProperty('output_fields');
    expect([workloads, falco]).toEqual([[], []]);
    expect(summary).toEqual({ days: { from: day(3), to: day(1) }, silenced_findings: 0, findings: 11, further_findings: 5 });
  });

  test('counts whole days', async () => {
    const countOf = async (...args: readonly string[]): Promise<number | undefined> => (await told(...args)).groups[0]?.count;
    expect(await countOf('--since', day(1))).toBe(3);
    expect(await countOf('--since', `${day(3)}T23:59:59Z`)).toBe(4);
    expect(await countOf('--until', day(1))).toBe(1);
    expect(await countOf('--until', `${day(1)}T00:00:01Z`)).toBe(4);
    expect(await countOf('--until', day(9))).toBeUndefined();
  });

  test('knows no exception for a rule that is not loaded, and says what to do', async () => {
    const { groups } = await told();
    expect(groups.find(({ rule }: { rule: string }) => rule === 'A rule of yesterday')).toMatchObject({ exception: null, config: null });
    const { out } = await runMain('tune', '--store', '--config', config);
    expect(out.replaceAll('\n# ', ' ')).toContain('no rule of this name is loaded here: give its file with --rules');
    const yaml = await runMain('tune', '--store', '--config', config, '--format', 'yaml');
    expect(yaml.out).not.toContain('A rule of yesterday');
    const file = join(folder, 'all.yaml');
    writeFileSync(file, yaml.out);
    expect((await told('--rules', file)).groups.map(({ rule }: { rule: string }) => rule)).toEqual(['A rule of yesterday']);
    const silenced = await runMain('tune', '--store', '--config', config, '--rules', file);
    expect(silenced.out).toContain('\n5 findings more that an exception silences by now\n');
  });

  test('its table says where and when it was counted, fits 80 columns, and shows nothing raw', async () => {
    const { out, err, status } = await runMain('tune', '--store', '--config', config);
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatch(/^11 findings in 3 groups of rule, principal and action\n/);
    expect(out.replaceAll('\n', ' ')).toContain(`${day(3)} to ${day(1)} (UTC), counted in`);
    expect(out).toContain(
      '      4  Manual AWS change · Warning\n         UpdateFunctionCode by 111122223333:role/deploy · about 3 users\n',
    );
    expect(out).toContain('5 findings in groups beyond the bound on their number');
    const pasted = /^( *- | {2}condition: | {4}condition: | {4}- name| {2}- name)/;
    expect(out.split('\n').filter((line) => line.length > 80 && !pasted.test(line) && !line.includes(folder))).toEqual([]);
    expect(out).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
    const one = await runMain('tune', '--store', '--config', config, '--since', day(1));
    expect(one.out.replaceAll('\n', ' ')).toContain(` ${day(1)} (UTC), counted in`);
  });

  test('of days of which nothing is kept has nothing to say', async () => {
    const { out, status } = await runMain('tune', '--store', '--config', config, '--until', day(20));
    expect(status).toBe(0);
    expect(out.replaceAll('\n', ' ')).toContain('0 findings in 0 groups of rule, principal and action nothing is kept of this time in ');
  });

  test('without a store says what makes one, and where', async () => {
    const other = join(folder, 'other.yaml');
    writeFileSync(other, 'serve: { state_dir: not-there }\n');
    const { status, out, err } = await runMain('tune', '--store', '--config', other);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(`error: there is no store in ${join(folder, 'not-there')}: serve and scan --push make one`);
  });

  test.each([
    [['--store', 'audit.log'], '--store and PATH exclude each other'],
    [['--table', 'ledger', 'audit.log'], '--table and PATH exclude each other'],
    [['--store', '--cluster', 'demo'], '--store and --cluster exclude each other'],
    [['--region', 'eu-west-1'], '--region: say with --table'],
    [['--store', '--since', 'soon'], '--since: cannot read "soon"'],
  ])('is asked for wrongly by %s', async (args, message) => {
    const { status, out, err } = await runMain('tune', ...args, '--config', config);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });
});

describe('the days of a window', () => {
  const NOON = Date.parse('2026-11-21T12:00:00Z');
  test.each([
    [undefined, undefined, {}],
    ['24h', undefined, { from: '2026-11-20' }],
    ['2026-11-20', undefined, { from: '2026-11-20' }],
    [undefined, '2026-11-20', { to: '2026-11-19' }],
    ['2026-11-19T23:00:00+02:00', '2026-11-20T00:00:01Z', { from: '2026-11-19', to: '2026-11-20' }],
  ])('from %s until %s are those that it touches, in UTC', (since, until, days) => {
    expect(dayRange(since, until, NOON)).toEqual(days);
  });
});
