import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { LintFinding } from '../../../../../lib/core/rules/lint/check.ts';
import { CHECKS } from '../../../../../lib/core/rules/lint/checks.ts';
import { lint } from '../../../../../lib/core/rules/lint/lint.ts';
import { lintPage } from '../../../../../lib/core/rules/lint/lint-page.ts';
import { loadRules } from '../../../../../lib/core/rules/load-rules.ts';
import { BUILTIN_RULES } from '../../../../../lib/wire.ts';
import { CASES, rule, SYSCALL } from '../../../../support/lint-cases.ts';

const builtin = BUILTIN_RULES.map((name) => ({ name, text: readFileSync(name, 'utf8') }));

function linted(text: string, ruleMatching: 'all' | 'first' = 'all'): readonly LintFinding[] {
  const files = [{ name: 'mine.yaml', text }];
  const { model, problems } = loadRules(files, { minimumPriority: 'Debug', ruleMatching, disable: [] });
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return lint(model, { files, wanted: new Set(['mine.yaml']), ruleMatching });
}

const ids = (text: string, ruleMatching: 'all' | 'first' = 'all'): readonly string[] => linted(text, ruleMatching).map(({ id }) => id);

test('every check has its cases', () => {
  expect(CHECKS.map(({ id }) => id).sort()).toEqual(Object.keys(CASES).sort());
});

/** The conditions in a file, for the name of a test. */
const textsIn = (text: string): string => [...text.matchAll(/condition: (.*)/g)].map(([, words]) => words).join(' · ');

describe.each(Object.entries(CASES))('%s', (id, { finds, leaves }) => {
  test.each(finds.map((text) => [textsIn(text), text]))('finds: %s', (_, text) => {
    const found = linted(text).filter((finding) => finding.id === id);
    expect(found.length, JSON.stringify(linted(text))).toBeGreaterThan(0);
    for (const { message, advice, file, line, column, item } of found) {
      expect(file).toBe('mine.yaml');
      expect(line).toBeGreaterThan(0);
      expect(column).toBeGreaterThan(0);
      expect(item).toMatch(/^(rule|macro|list) '/);
      expect(`${message} ${advice}`).not.toContain('undefined');
    }
  });
  test.each(leaves.map((text) => [textsIn(text), text]))('leaves: %s', (_, text) => {
    expect(ids(text), JSON.stringify(linted(text))).not.toContain(id);
  });
});

describe('a rule behind another one', () => {
  const two = rule('ka.verb = create') + rule('ka.user.name = a and ka.verb = create', { name: 'More' });
  test('is never reported when only the first counts', () => {
    expect(linted(two, 'first').map(({ id, line, item }) => [id, line, item])).toEqual([['unreachable', 10, "rule 'More'"]]);
  });
  test('is reported when it asks for something else, stands before, has another source or does not run', () => {
    expect(ids(rule('ka.user.name = a and ka.verb = create') + rule('ka.verb = create', { name: 'Less' }), 'first')).toEqual([]);
    expect(ids(rule('drift.user = a') + rule('drift.user = a and ct.name = X', { name: 'B', source: 'aws_cloudtrail' }), 'first')).toEqual(
      [],
    );
    expect(ids(two.replace('tags: [test]', 'tags: [test]\n  enabled: false'), 'first')).toEqual([]);
  });
});

describe('findings', () => {
  test('stand at the check, in folded, quoted and plain conditions, in the order of the file', () => {
    const text = `
- rule: Folded
  desc: a test
  condition: >
    ka.user.name = alice and
      ka.verb = created
  output: x
  priority: NOTICE
  source: k8s_audit
  tags: [test]
- rule: Quoted
  desc: a test
  condition: "ka.user.name = \\"bob\\" and ka.verb = created"
  output: x
  priority: NOTICE
  source: k8s_audit
  tags: [test]
- rule: Plain
  desc: a test
  condition: ka.user.name = 'a b' and
    ka.verb = created
  output: x
  priority: NOTICE
  source: k8s_audit
  tags: [test]
- macro: never
  condition: ka.verb = deleted and ka.stage = Complete
`;
    expect(linted(text).map(({ id, line, column, item }) => `${line}:${column} ${id} ${item}`)).toEqual([
      "6:7 impossible-value rule 'Folded'",
      // the escapes of a quoted scalar are not followed: its beginning is near enough
      "13:15 impossible-value rule 'Quoted'",
      "21:5 impossible-value rule 'Plain'",
      "26:3 unused-macro macro 'never'",
      "27:14 impossible-value macro 'never'",
      "27:36 impossible-value macro 'never'",
    ]);
  });

  test('say what is wrong and what to do', () => {
    expect(linted(rule('ka.verb = created'))).toEqual([
      {
        id: 'impossible-value',
        level: 'warning',
        file: 'mine.yaml',
        line: 4,
        column: 14,
        item: "rule 'Mine'",
        message: 'ka.verb is never "created": it is one of a closed set',
        advice:
          'did you mean create? it can be get, list, watch, create, update, patch, delete, deletecollection, proxy, head, options, post, ...',
      },
    ]);
  });

  test('are looked for where a list holds what only parses once it is put in', () => {
    const text = `- list: is_one_of\n  items: [in]\n${rule('ka.verb is_one_of (created)')}`;
    expect(linted(text).map(({ id, line }) => [id, line])).toEqual([['impossible-value', 6]]);
  });

  test('in macros over fields of other sources are none', () => {
    expect(ids(`- macro: shell\n  condition: proc.name in (some_shells) and concat("a", "b") = ab\n${SYSCALL}`)).toEqual([]);
  });

  test('in rules of other sources are none', () => {
    expect(ids(rule('ka.verb = created').replace('k8s_audit', 'syscall').replace('ka.verb', 'proc.name'))).toEqual([]);
  });

  test('in a model without texts and with macros that are gone are still found', () => {
    const files = [{ name: 'mine.yaml', text: rule('ka.verb = get') + rule('ka.verb = created or ka.verb = gone', { name: 'Other' }) }];
    const { model } = loadRules(files, { minimumPriority: 'Debug', ruleMatching: 'all', disable: [] });
    const gone = { kind: 'macro', name: 'gone', start: 0, end: 4 } as const;
    const ast = { kind: 'and', parts: [gone, { kind: 'not', part: gone }] } as const;
    const rules = model.rules.map((each) =>
      each.name === 'Other' ? each : { ...each, condition: each.condition && { ...each.condition, ast } },
    );
    const found = lint({ ...model, rules }, { files: [], wanted: new Set(['mine.yaml']), ruleMatching: 'first' });
    expect(found.map(({ id, line, column }) => [id, line, column])).toEqual([
      ['impossible-value', 12, 14],
      ['impossible-value', 12, 14],
    ]);
  });

  test('in the built-in rules: none', () => {
    const { model } = loadRules(builtin, { minimumPriority: 'Debug', ruleMatching: 'all', disable: [] });
    expect(model.rules.length).toBeGreaterThan(15);
    expect(lint(model, { files: builtin, wanted: new Set(BUILTIN_RULES), ruleMatching: 'all' })).toEqual([]);
  });

  test('are explained on a page', () => {
    const page = lintPage();
    for (const { id } of CHECKS) expect(page).toContain(`| \`${id}\` |`);
  });
});
