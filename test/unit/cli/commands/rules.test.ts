import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { listedFields } from '../../../../lib/core/rules/field-page.ts';
import { kubernetesEvent } from '../../../support/records.ts';
import { runMain } from '../../../support/run-main.ts';

const folder = mkdtempSync(join(tmpdir(), 'driftwire-rules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const config = write('driftwire.yaml', 'rules: { disable: [Mine too] }\n');

const RULES = `
- macro: is_pod
  condition: ka.target.resource = pods and tolower(ka.target.name) startswith web
- rule: Mine
  desc: |
    a rule of mine,
    in two lines | with a bar
  condition: is_pod and not ka.user.name = val(ka.impuser.name) and concat(ka.verb, "x") = getx
  output: "%ka.user.name %tolower(ka.verb)"
  priority: NOTICE
  source: k8s_audit
  tags: [mine, b]
  exceptions: [{ name: known, fields: [ka.user.name], values: [[bob]] }]
- rule: Mine too
  desc: another one
  condition: ct.name = StopLogging
  output: x
  priority: CRITICAL
  source: aws_cloudtrail
  tags: [mine]
- rule: Off
  desc: one that is off
  condition: ct.name = StartLogging
  output: x
  priority: CRITICAL
  source: aws_cloudtrail
  enabled: false
- rule: Terminal shell in container
  desc: a rule of Falco's own
  condition: spawned_process and container
  output: "%proc.name"
  priority: NOTICE
  source: syscall
`;
const mine = write('mine.yaml', RULES);
const wide = (text: string): readonly string[] => text.split('\n').filter((line) => line.length > 80 && !line.includes(folder));

describe('driftwire rules list', () => {
  const list = async (...args: readonly string[]): Promise<readonly { readonly name: string }[]> =>
    JSON.parse(
      (await runMain('rules', 'list', '--config', config, '--no-builtin-rules', '--rules', mine, '--format', 'json', ...args)).out,
    );
  const names = async (...args: readonly string[]): Promise<readonly string[]> => (await list(...args)).map(({ name }) => name);

  test('names every loaded rule, also those that do not run, in load order', async () => {
    expect(await names()).toEqual(['Mine', 'Mine too', 'Off', 'Terminal shell in container']);
    expect((await list())[0]).toEqual({
      name: 'Mine',
      desc: 'a rule of mine,\nin two lines | with a bar\n',
      source: 'k8s_audit',
      priority: 'Notice',
      tags: ['b', 'mine'],
      enabled: true,
      file: mine,
      line: 4,
      condition: 'is_pod and not ka.user.name = val(ka.impuser.name) and concat(ka.verb, "x") = getx',
      output: '%ka.user.name %tolower(ka.verb)',
      exceptions: ['known'],
      fields: {
        condition: ['ka.impuser.name', 'ka.target.name', 'ka.target.resource', 'ka.user.name', 'ka.verb'],
        output: ['ka.user.name', 'ka.verb'],
      },
    });
  });

  test.each([
    [
      ['--tag', 'mine'],
      ['Mine', 'Mine too'],
    ],
    [['--source', 'syscall'], ['Terminal shell in container']],
    [
      ['--name', 'mine'],
      ['Mine', 'Mine too'],
    ],
    [
      ['--priority', 'crit'],
      ['Mine too', 'Off'],
    ],
    [['--enabled'], ['Mine']],
    [['--disabled'], ['Mine too', 'Off', 'Terminal shell in container']],
    [['--tag', 'mine', '--disabled'], ['Mine too']],
    [['--tag', 'nothing'], []],
  ])('%j', async (args, expected) => expect(await names(...args)).toEqual(expected));

  test('says in 80 columns what a rule is about, and why one does not run', async () => {
    const { out, status } = await runMain('rules', 'list', '--config', config, '--rules', mine);
    expect([status, wide(out)]).toEqual([0, []]);
    expect(out).toContain('Mine\n  Notice · k8s_audit · ');
    expect(out.replace(/\s+/g, ' ')).toMatch(/Mine too Critical · aws_cloudtrail · \S+mine\.yaml:14 · switched off/);
    expect(out.replace(/\s+/g, ' ')).toContain('· syscall ·');
    expect(out.replace(/\s+/g, ' ')).toContain('events of this source are not read here');
    expect(out).toContain('rules/driftwire_rules.yaml:');
    expect(out).toMatch(/\n24 rules\n$/);
  });

  test('is a Markdown table that no text breaks', async () => {
    const { out } = await runMain('rules', 'list', '--config', config, '--no-builtin-rules', '--rules', mine, '--format', 'markdown');
    expect(out.split('\n')[2]).toMatch(
      /^\| Mine \| k8s_audit \| Notice \| b, mine \| .*mine\.yaml:4 \| a rule of mine, in two lines \\\| with a bar \|$/,
    );
  });

  test('tells when nothing is like that, and what is wrong', async () => {
    expect((await runMain('rules', 'list', '--tag', 'x', '--config', config)).err).toContain('none of 20 loaded rules is like that');
    expect((await runMain('rules', 'list', '--priority', 'x')).status).toBe(2);
    expect((await runMain('rules', 'list', '--config', join(folder, 'none.yaml'))).status).toBe(2);
  });
});

describe('driftwire rules fields', () => {
  test('lists every field of the table in each form', async () => {
    const all = listedFields();
    expect(all.length).toBeGreaterThan(150);
    const { out, status } = await runMain('rules', 'fields');
    expect([status, wide(out)]).toEqual([0, []]);
    for (const { name } of all) expect(out).toContain(`${name}`);
    expect(JSON.parse((await runMain('rules', 'fields', '--format', 'json')).out)).toEqual(all);
    expect((await runMain('rules', 'fields', '--format', 'names')).out.trimEnd().split('\n')).toEqual(all.map(({ name }) => name));
    expect((await runMain('rules', 'fields', '--format', 'markdown')).out).toContain('| `ka.uri.param` | string | key |');
  });

  test('of a source, with a name', async () => {
    const { out } = await runMain('rules', 'fields', '--source', 'aws_cloudtrail', '--name', 'user', '--format', 'names');
    expect(out).toContain('ct.user.arn\n');
    expect(out).toContain('drift.user\n');
    expect(out).not.toContain('ka.');
    expect((await runMain('rules', 'fields', '--source', 'okta')).err).toContain('unknown source "okta": use one of');
    expect((await runMain('rules', 'fields', '--name', 'no such')).err).toContain('is like that');
  });
});

describe('driftwire rules lint', () => {
  test('names what cannot be meant, with place and advice, in 80 columns', async () => {
    const file = write('bad.yaml', RULES.replace('ct.name = StartLogging', 'ct.name = startLogging'));
    const { out, status } = await runMain('rules', 'lint', file, '--config', config);
    expect([status, wide(out)]).toEqual([1, []]);
    expect(out).toContain(
      `${file}:23:14: warning: event-name-case\n    rule 'Off': no event name of CloudTrail looks like "startLogging"\n    -> `,
    );
    expect(out).toContain("note: no-tags\n    rule 'Off': the rule has no tags");
    const json = JSON.parse((await runMain('rules', 'lint', file, '--config', config, '--format', 'json')).out);
    expect(json.summary).toEqual({ warnings: 1, notes: 1 });
    expect(json.findings[0]).toMatchObject({ id: 'no-tags', level: 'note', file, line: 21, column: 3 });
  });

  test('a note alone is no failure, but for the strict', async () => {
    expect(await runMain('rules', 'lint', mine, '--config', config)).toMatchObject({ status: 0 });
    expect(await runMain('rules', 'lint', mine, '--config', config, '--strict')).toMatchObject({ status: 1 });
  });

  test('leaves checks out by their id', async () => {
    expect(await runMain('rules', 'lint', mine, '--config', config, '--strict', '--skip', 'no-tags')).toMatchObject({ status: 0 });
    const { err, status } = await runMain('rules', 'lint', mine, '--config', config, '--skip', 'notags');
    expect([status, err]).toEqual([2, 'error: --skip: no check "notags", did you mean no-tags? (docs/rules/lint.md has all)\n']);
    expect((await runMain('rules', 'lint', mine, '--skip', 'xyzzy')).err).toContain('no check "xyzzy" (docs');
  });

  test('looks at all that is loaded when no file is named', async () => {
    expect((await runMain('rules', 'lint', '--config', config)).out).toBe('20 rules, with what they use: nothing found\n');
    expect((await runMain('rules', 'lint', '--config', config, '--no-builtin-rules')).err).toContain('no rule file is loaded');
  });

  test('a file that does not load is told by its errors', async () => {
    const { out, err, status } = await runMain('rules', 'lint', write('broken.yaml', '- rule: x\n'), '--config', config);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain('broken.yaml:1');
  });
});

describe('driftwire rules test', () => {
  const event = JSON.stringify(kubernetesEvent());
  test('ends with 0, 1 or 2, and says what went wrong and why', async () => {
    const rules = '- { rule: R, desc: d, condition: ka.verb = patch, output: x, priority: NOTICE, source: k8s_audit }\n';
    write('r.yaml', rules);
    const right = write('r.test.yaml', `tests: [{ name: fires, rule: R, event: ${event}, expect: [R] }]`);
    expect(await runMain('rules', 'test', right)).toMatchObject({ status: 0, err: '' });
    expect((await runMain('rules', 'test', right, '--complete')).out).toContain('no negative, no failed-call case: R');
    expect((await runMain('rules', 'test', right, '--complete')).status).toBe(1);
    expect(JSON.parse((await runMain('rules', 'test', right, '--format', 'json')).out).summary).toEqual({ files: 1, cases: 1, failed: 0 });
    const beside = write(
      'beside.test.yaml',
      `rules: [r.yaml]\nbuiltin_rules: true\ntests: [{ name: a, event: ${event}, expect: [R, Manual Kubernetes change] }]`,
    );
    expect((await runMain('rules', 'test', beside, '--complete')).out).toBe(
      `${beside}: 1 case\nno positive, no negative, no failed-call case: R\n1 case: all as expected\n`,
    );
    const wrong = write('w.test.yaml', `rules: [r.yaml]\ntests: [{ name: is quiet, event: ${event}, expect: [] }]`);
    const failed = await runMain('rules', 'test', wrong, right);
    expect([failed.status, wide(failed.out)]).toEqual([1, []]);
    expect(failed.out).toContain('FAIL is quiet\n');
    expect(failed.out).toContain('   - R: fired, not expected\n       ka.verb = patch is true: ka.verb is "patch"\n');
    const broken = write('b.test.yaml', 'tests: 1');
    expect(await runMain('rules', 'test', broken, wrong)).toMatchObject({ status: 2, out: '' });
  });

  test('the cases of the built-in rules are complete', async () => {
    const cases = fileURLToPath(new URL('../../../../rules/tests', import.meta.url));
    expect((await runMain('rules', 'test', cases, '--complete')).out).toMatch(/\n\d{3} cases: all as expected\n$/);
  });
});
