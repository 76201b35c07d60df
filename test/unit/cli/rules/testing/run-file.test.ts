import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePaint } from '../../../../../lib/cli/paint.ts';
import { findTests } from '../../../../../lib/cli/rules/testing/find-tests.ts';
import { type FileResult, runTestFile } from '../../../../../lib/cli/rules/testing/run-file.ts';
import { lacksOf, testReport, testReportJson } from '../../../../../lib/cli/rules/testing/test-report.ts';
import { kubernetesEvent } from '../../../../support/records.ts';

const RULES = `
- rule: Deleted
  desc: somebody deleted something
  condition: ka.verb = delete
  output: "%ka.user.name deleted %ka.target.name"
  priority: WARNING
  source: k8s_audit
- rule: Patched
  desc: somebody patched something
  condition: ka.verb = patch
  output: x
  priority: NOTICE
  source: k8s_audit
`;
const EVENT = kubernetesEvent({ verb: 'delete' });
const LOOK = { columns: 80, paint: makePaint(false) };

const folder = mkdtempSync(join(tmpdir(), 'driftwire-rules-test-'));
const path = (name: string): string => join(folder, name);
const write = (name: string, text: string): string => {
  mkdirSync(dirname(path(name)), { recursive: true });
  writeFileSync(path(name), text);
  return path(name);
};

beforeAll(() => {
  write('mine.yaml', RULES);
  write('event.json', JSON.stringify(EVENT));
  write(
    'more.jsonl',
    `a line of text\n${JSON.stringify(kubernetesEvent({ auditID: 'a' }))}\n${JSON.stringify({ ...EVENT, auditID: 'b' })}\n`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(tests: string, name = 'mine.test.yaml'): Promise<FileResult> {
  return runTestFile(write(name, tests));
}
async function faults(tests: string): Promise<readonly (readonly string[])[]> {
  const result = await run(tests);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.cases.flatMap((each) => each.faults);
}
async function problems(tests: string): Promise<readonly string[]> {
  const result = await run(tests);
  return result.ok ? [] : result.problems.map(({ line, path: at, message }) => `${line} ${at}: ${message}`);
}

const event = JSON.stringify(EVENT);

describe('a case', () => {
  test('passes when exactly the expected rules fire', async () => {
    expect(await faults(`tests: [{ name: a, event: ${event}, expect: [Deleted] }]`)).toEqual([]);
  });

  test('says why an expected rule did not fire and why another one did', async () => {
    expect(await faults(`tests: [{ name: a, event: ${event}, expect: [Patched] }]`)).toEqual([
      ['Patched: expected, did not fire', 'ka.verb = patch is false: ka.verb is "delete"'],
      ['Deleted: fired, not expected', 'ka.verb = delete is true: ka.verb is "delete"'],
    ]);
  });

  test('takes an event as JSON text, from a file, or one record of a file by its id', async () => {
    const cases = [
      `{ name: a, event: '${event}', expect: [Deleted] }`,
      '{ name: b, file: event.json, expect: [Deleted] }',
      '{ name: c, file: more.jsonl, id: b, expect: [Deleted] }',
      '{ name: d, file: more.jsonl, id: a, expect: [Patched] }',
    ];
    expect(await faults(`tests: [${cases.join(', ')}]`)).toEqual([]);
  });

  test('puts members over a base and leaves members out', async () => {
    const bases = `bases: { patch: ${JSON.stringify(kubernetesEvent())} }`;
    expect(await faults(`${bases}\ntests:\n  - { name: a, base: patch, with: { verb: delete }, expect: [Deleted] }`)).toEqual([]);
    expect(await faults(`${bases}\ntests:\n  - { name: a, base: patch, without: [verb], expect: [] }`)).toEqual([]);
  });

  test('compares message, output fields and the reason of a drop', async () => {
    const fault = await faults(
      `tests:
        - { name: a, rule: Deleted, event: ${event}, expect: { rules: [Deleted], message: x, output_fields: { ka.user.name: bob, ka.verb: delete, evt.time: 1 } } }
        - { name: b, event: ${JSON.stringify({ ...EVENT, verb: 'list' })}, expect: { rules: [], dropped: noise } }
        - { name: c, event: ${event}, expect: { rules: [Deleted], dropped: read } }
        - { name: d, rule: Deleted, event: ${event}, expect: { rules: [Deleted], output_fields: { ka.user.name: alice, evt.time: "1795166102133456000" } } }`,
    );
    expect(fault).toEqual([
      ['message differs', 'expected: x', 'got:      alice deleted web'],
      ['output field ka.user.name differs', 'expected: "bob"', 'got:      "alice"'],
      ['output field ka.verb: the output of the rule does not name it'],
      ['output field evt.time: a nanosecond time has more digits than a number keeps: write it in quotes, "1795166102133456000"'],
      ['dropped differs', 'expected: noise', 'got:      read'],
      ['dropped differs', 'expected: read', 'got:      not dropped'],
    ]);
  });

  test('runs under its configuration', async () => {
    const config = 'config: { rules: { disable: [Deleted] } }';
    expect(await faults(`${config}\ntests: [{ name: a, event: ${event}, expect: [] }]`)).toEqual([]);
    expect(await faults(`${config}\ntests: [{ name: a, event: ${event}, expect: [Deleted] }]`)).toEqual([
      ['Deleted: expected, did not fire', 'it does not run: switched off, or below minimum_priority'],
    ]);
    write('other.yaml', 'rules: { minimum_priority: warning }');
    expect(await faults(`config: other.yaml\ntests: [{ name: a, event: ${event}, expect: [Deleted] }]`)).toEqual([]);
    const patch = JSON.stringify(kubernetesEvent());
    expect(await faults(`config: other.yaml\ntests: [{ name: a, event: ${patch}, expect: [] }]`)).toEqual([]);
  });

  test('sees the cluster that its envelope would name', async () => {
    const config = 'config: { pipelines: [{ name: p, role: "*", clusters: [demo] }] }';
    const patch = JSON.stringify(kubernetesEvent());
    const tests = `tests: [{ name: a, cluster: demo, event: ${patch}, expect: [] }]`;
    expect(await faults(`rules: []\nbuiltin_rules: true\n${config}\n${tests}`)).toEqual([]);
  });
});

describe('a test file that cannot be run', () => {
  test.each([
    ['tests: []', '1 tests: no case: a file without cases shows nothing'],
    ['tests: [', '1 : not YAML: '],
    [
      'tsts: 1\ntests: [{ name: a, event: {}, expect: [] }]',
      '1 tsts: unknown key; did you mean tests? allowed: rules, builtin_rules, config',
    ],
    ['tests: [{ name: a, expect: [] }]', '1 tests[0]: exactly one of event, base, file says what goes in: none is given'],
    [
      'tests: [{ name: a, event: {}, file: x, expect: [] }]',
      '1 tests[0]: exactly one of event, base, file says what goes in: event and file are given',
    ],
    ['tests: [{ name: a, event: 1, expect: [] }]', '1 tests[0].event: a mapping (key: value) or a text belongs here'],
    ['tests: [{ name: a, event: {}, expect: { rule: [] } }]', '1 tests[0].expect.rule: unknown key; did you mean rules?'],
    ['tests: [{ name: a, event: {}, expect: [], kind: positive }]', '1 tests[0].kind: of which rule? name it under rule'],
    ['tests: [{ name: a, event: {}, expect: { rules: [], message: x } }]', '1 tests[0].expect: message of which rule? name it under rule'],
    ['tests: [{ name: a, rule: Deleted, kind: positive, event: {}, expect: [] }]', 'a positive case of "Deleted" expects it'],
    [
      'tests: [{ name: a, rule: Deleted, kind: negative, event: {}, expect: [Deleted] }]',
      'a negative case of "Deleted" does not expect it',
    ],
    [
      'tests: [{ name: a, rule: Deleted, event: {}, expect: { rules: [], message: x } }]',
      '"Deleted" is not expected to fire, so it has no message',
    ],
    ['tests: [{ name: a, event: {}, with: {}, expect: [] }]', '1 tests[0].with: only a base can be changed'],
    ['tests: [{ name: a, event: {}, id: x, expect: [] }]', '1 tests[0].id: picks one record of a file: give the file'],
    ['tests: [{ name: a, event: {}, expect: [Nope] }]', '1 tests[0]: no such rule is loaded: Nope'],
    ['tests: [{ name: a, event: {}, expect: [] }]', '1 tests[0]: the event cannot be read: unknown_format'],
    ['tests: [{ name: a, event: "words", expect: [] }]', '1 tests[0]: the event cannot be read: '],
    [
      'tests: [{ name: a, event: { "kind": "Event", "auditID": "x", "apiVersion": "audit.k8s.io/v1" }, expect: [] }]',
      'the event cannot be read: bad_time',
    ],
    ['tests: [{ name: a, file: more.jsonl, id: z, expect: [] }]', '1 tests[0]: no record has the id "z"'],
    ['tests: [{ name: a, file: nope.json, expect: [] }]', 'the event cannot be read: unreadable: no such file or folder'],
    ['tests: [{ name: a, base: b, expect: [] }]', '1 tests[0]: no base "b": there are none'],
    ['bases: { c: {} }\ntests: [{ name: a, base: b, expect: [] }]', '2 tests[0]: no base "b": there are c'],
    ['bases: { c: {} }\ntests: [{ name: a, base: c, without: [d], expect: [] }]', '2 tests[0]: the base "c" has no d to leave out'],
    [`bases_from: [no.yaml]\ntests: [{ name: a, event: ${event}, expect: [Deleted] }]`, '1 : cannot be read (ENOENT)'],
    [
      `config: { pipelnes: [] }\ntests: [{ name: a, event: ${event}, expect: [Deleted] }]`,
      '1 config.pipelnes: unknown key; did you mean pipelines?',
    ],
    [`rules: [no.yaml]\ntests: [{ name: a, event: ${event}, expect: [] }]`, 'rule file cannot be read (ENOENT)'],
    ['tests: *x', 'an alias that refers to nothing'],
  ])('%s', async (tests, expected) => {
    expect((await problems(tests)).join('\n')).toContain(expected);
  });

  test('a record below __proto__ is an ordinary member', async () => {
    expect(await problems(`bases: { __proto__: { verb: delete } }\ntests: [{ name: a, base: toString, expect: [] }]`)).toEqual([
      '2 tests[0]: no base "toString": there are __proto__',
    ]);
  });
});

describe('the outcome', () => {
  test('is readable at 80 columns, and nothing of a file reaches the terminal raw', async () => {
    const result = await run(
      `tests: [{ name: "a \\u202e name that is so long that it does not fit on one line of a terminal of eighty", event: ${event}, expect: [Patched] }]`,
    );
    const lines = testReport(result.ok ? [result] : [], [], false, LOOK);
    expect(lines.every((line) => line.length <= 80 || line.includes(folder))).toBe(true);
    expect(lines.join('\n')).toContain('FAIL a \\u{202e} name that is so long');
    expect(lines).toContain('     got:      Deleted');
    expect(lines.at(-1)).toBe('1 case: 0 as expected, 1 not');
  });

  test('lists what passed only when asked, and what a rule lacks', async () => {
    const result = await run(`tests: [{ name: fine, rule: Deleted, event: ${event}, expect: [Deleted] }]`);
    const ran = result.ok ? [result] : [];
    const lacks = lacksOf(['Deleted'], ran);
    expect(lacks).toEqual([{ rule: 'Deleted', kinds: ['negative', 'failed_call'] }]);
    expect(testReport(ran, lacks, true, LOOK)).toEqual([
      'ok   fine',
      `${path('mine.test.yaml')}: 1 case`,
      'no negative, no failed-call case: Deleted',
      '1 case: all as expected',
    ]);
    expect(testReport(ran, [], false, LOOK)).toHaveLength(2);
    expect(JSON.parse(testReportJson(ran, lacks))).toMatchObject({
      cases: [{ name: 'fine', rule: 'Deleted', kind: 'positive', passed: true, expected: ['Deleted'], got: ['Deleted'], faults: [] }],
      without_cases: lacks,
      summary: { files: 1, cases: 1, failed: 0 },
    });
  });
});

describe('test files are found', () => {
  test('by name, beside a rule file, in its tests folder and below a folder', () => {
    write('own/some.yaml', RULES);
    write('own/some.test.yaml', 'tests: []');
    write('own/tests/some.test.yml', 'tests: []');
    write('own/tests/other.test.yaml', 'tests: []');
    expect(findTests([path('own/some.test.yaml')])).toEqual([path('own/some.test.yaml')]);
    expect(findTests([path('own/some.yaml')])).toEqual([path('own/some.test.yaml'), path('own/tests/some.test.yml')]);
    expect(findTests([path('own')])).toHaveLength(3);
    expect(() => findTests([path('nope')])).toThrow('no such file or folder');
    write('bare/x.yaml', RULES);
    expect(() => findTests([path('bare')])).toThrow('no test file at');
    expect(() => findTests([path('bare/x.yaml')])).toThrow('NAME.test.yaml');
  });

  test('a test file in tests belongs to the rule file above', async () => {
    write('up/mine.yaml', RULES);
    const result = await run(`tests: [{ name: a, event: ${event}, expect: [Deleted] }]`, 'up/tests/mine.test.yaml');
    expect(result.ok).toBe(true);
  });
});
