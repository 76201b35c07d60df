import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../../lib/config/load.ts';
import type { Decoded } from '../../../lib/core/model/raw-record.ts';
import { compileSettings } from '../../../lib/lambda/compile-settings.ts';
import { openDetector } from '../../../lib/lambda/detector.ts';
import type { FunctionSettings } from '../../../lib/lambda/settings.ts';
import { openScan, readPaths } from '../../../lib/wire.ts';

const folder = mkdtempSync(join(tmpdir(), 'driftwire-portable-'));
afterAll(() => rmSync(folder, { recursive: true }));

const root = new URL('../../../', import.meta.url).pathname;

const CONFIG = `
pipelines:
  - {name: ci, role: "ci-*"}
ignore:
  - {name: tags, reason: a job of ours, condition: 'ct.name in (TagResource, CreateTags)', until: 2030-01-01}
  - {name: pods, reason: a habit, condition: 'ka.verb = delete and ka.target.resource = pods'}
rules:
  minimum_priority: notice
  disable: [no such rule]
`;

const RULES = `
- list: loved_names
  items: [RunInstances, "DeleteBucket"]
- macro: loved
  condition: ct.name in (loved_names) or ct.name startswith Put
- macro: never
  condition: (evt.num < 0)
- rule: Loved call
  desc: with a macro, a list, exceptions and a transformer
  condition: loved and not never and tolower(ct.name) != "x"
  output: "%ct.user did %30ct.name at %evt.time.iso8601 (%jevt.value[/eventID])"
  priority: WARNING
  source: aws_cloudtrail
  tags: [b, a]
  exceptions:
    - {name: who, fields: [ct.user, ct.region], comps: [startswith, in], values: [["nobody", [eu-west-1]]]}
- rule: Shell
  desc: with a pattern
  condition: ka.verb in (create, get) and ka.uri regex ".*(exec|attach|portforward)([?].*)?"
  output: "%ka.user.name %ka.uri"
  priority: ERROR
  source: k8s_audit
- rule: Off
  desc: does not run
  condition: ct.name exists
  output: "%ct.name"
  priority: ERROR
  source: aws_cloudtrail
  enabled: false
`;

async function opened(config: string, rules: string) {
  const file = join(folder, 'rules.yaml');
  writeFileSync(file, rules);
  const scan = await openScan({ config: parseConfig(config, 'driftwire.yaml'), ruleFiles: [file], builtinRules: true });
  if (!scan.ok) throw new Error(JSON.stringify(scan.problems));
  return scan;
}

/** Every record of files, as a detector gets it. */
async function recordsOf(paths: readonly string[]): Promise<readonly Decoded[]> {
  const items: Decoded[] = [];
  await readPaths(paths, { take: (item) => items.push(item), skipped: () => undefined, prefilter: undefined });
  return items;
}

describe('rules as plain JSON', () => {
  test('a function decides as a scan does, to the last byte', { timeout: 60_000 }, async () => {
    const scan = await opened(CONFIG, RULES);
    const settings: FunctionSettings = JSON.parse(JSON.stringify(compileSettings(scan, '1.2.3')));
    const items = await recordsOf([
      join(root, 'samples'),
      join(root, 'test/fixtures/cloudtrail'),
      join(root, 'test/fixtures/kubernetes-audit'),
    ]);
    const portable = openDetector(settings, () => undefined);
    const judge = (of: typeof portable) => items.map((item) => of.judge(item));
    const expected = judge(scan.detector);
    const plain = (value: unknown) =>
      JSON.stringify(value, (key, item) => (typeof item === 'bigint' ? String(item) : key === 'record' ? undefined : item));
    expect(items.length).toBeGreaterThan(500);
    expect(expected.filter(({ kind }) => kind === 'event').length).toBeGreaterThan(50);
    expect(
      expected.flatMap((judgement) => (judgement.kind === 'event' ? judgement.delivery.findings.map(({ finding }) => finding.rule) : [])),
    ).toContain('Loved call');
    expect(plain(judge(portable))).toBe(plain(expected));
  });

  test('what does not run is left out, and what runs is told', async () => {
    const scan = await opened(CONFIG, RULES);
    const { rules, detector } = compileSettings(scan, '1.2.3');
    expect(rules.map(({ rule }) => rule)).not.toContain('Off');
    expect(detector?.rules.rules.map(({ info }) => info.name)).toEqual(rules.map(({ rule }) => rule));
  });

  test('settings are the same wherever they are made', async () => {
    const scan = await opened(CONFIG, RULES);
    const text = JSON.stringify(compileSettings(scan, '1.2.3'));
    expect(text).toBe(JSON.stringify(compileSettings(await opened(CONFIG, RULES), '1.2.3')));
    expect(text).not.toContain(folder);
    expect(text).not.toContain(root);
  });

  test('the stand-in for the regular expressions has the constants of the library', async () => {
    const [{ RE2JS: real }, { RE2JS: late }] = await Promise.all([import('re2js'), import('../../../lib/lambda/late-re2.ts')]);
    expect(late.MULTILINE).toBe(real.MULTILINE);
    expect(readFileSync(join(root, 'lib/core/rules/posix-regex.ts'), 'utf8').match(/RE2JS\.[A-Za-z]+/g)).toEqual([
      'RE2JS.compile',
      'RE2JS.MULTILINE',
    ]);
  });
});
