import { describe, expect, test } from 'vitest';
import { falcoIssues, modelIn, problemLines, ruleText } from '../../../../support/rule-texts.ts';

const GET = ruleText('r', 'ka.verb = get');
const DEPRECATED = "'append' key is deprecated. Add an 'append' entry (e.g. 'condition: append') under 'override' instead.";

/** The first issue of a text, without file. */
function first(...texts: readonly string[]): string | undefined {
  return falcoIssues(...texts)[0]?.replace(/^\d\.yaml /, '');
}

describe('a rule', () => {
  test('is read with everything that is left out', () => {
    expect(
      modelIn('- rule: r\n  desc: d\n  condition: ka.verb = get\n  output: |\n    o\n  priority: info\n  source: k8s_audit\n').rules,
    ).toMatchObject([
      {
        name: 'r',
        desc: 'd',
        source: 'k8s_audit',
        priority: 'Informational',
        tags: [],
        enabled: true,
        runs: true,
        output: 'o',
        exceptions: [],
      },
    ]);
  });

  test.each([
    ['INFO', 'Informational'],
    ['informational', 'Informational'],
    ['EMERGENCY', 'Emergency'],
    ['Warning', 'Warning'],
  ])('has the priority %s in any case', (word, priority) => {
    expect(modelIn(GET.replace('INFO', word)).rules[0]?.priority).toBe(priority);
  });

  test.each(['true', 'yes', 'on', 'y', 'True', 'YES', '"on"'])('is on with %s', (word) => {
    expect(modelIn(ruleText('r', 'ka.verb = get', `enabled: ${word}`)).rules[0]).toMatchObject({ enabled: true, runs: true });
  });

  test.each(['false', 'no', 'off', 'n', 'False', 'NO'])('is off with %s', (word) => {
    expect(modelIn(ruleText('r', 'ka.verb = get', `enabled: ${word}`)).rules[0]).toMatchObject({ enabled: false, runs: false });
  });

  test('has its tags as a sorted set', () => {
    expect(modelIn(ruleText('r', 'ka.verb = get', 'tags: [b, a, b]')).rules[0]?.tags).toEqual(['a', 'b']);
  });

  test.each([
    [GET.replace('  output: o %ka.verb\n', ''), "LOAD_ERR_YAML_VALIDATE Item has no mapping for key 'output'"],
    [GET.replace('  desc: d\n', ''), "LOAD_ERR_YAML_VALIDATE Item has no mapping for key 'desc'"],
    [GET.replace('  priority: INFO\n', ''), "LOAD_ERR_YAML_VALIDATE Item has no mapping for key 'priority'"],
    [GET.replace('desc: d', 'desc: ""'), 'LOAD_ERR_YAML_VALIDATE Value must be non-empty'],
    [GET.replace('desc: d', 'desc:'), "LOAD_ERR_YAML_VALIDATE Mapping for key 'desc' is empty"],
    [GET.replace('INFO', 'warn'), 'LOAD_ERR_YAML_VALIDATE Invalid priority'],
    [GET.replace('k8s_audit', '""'), 'LOAD_ERR_YAML_VALIDATE Value must be non-empty'],
    [GET.replace('k8s_audit', ''), "LOAD_ERR_YAML_VALIDATE Mapping for key 'source' is empty"],
    [ruleText('r', 'ka.verb = get', 'enabled: TrUe'), "LOAD_ERR_YAML_VALIDATE Can't decode YAML scalar value"],
    [ruleText('r', 'ka.verb = get', 'capture: maybe'), "LOAD_ERR_YAML_VALIDATE Can't decode YAML scalar value"],
    [ruleText('r', 'ka.verb = get', 'capture_duration: long'), "LOAD_ERR_YAML_VALIDATE Can't decode YAML scalar value"],
    [ruleText('r', 'ka.verb = get', 'warn_evttypes: 1'), "LOAD_ERR_YAML_VALIDATE Can't decode YAML scalar value"],
    [ruleText('r', 'ka.verb = get', 'skip-if-unknown-filter: 0'), "LOAD_ERR_YAML_VALIDATE Can't decode YAML scalar value"],
    [ruleText('r', 'ka.verb = get', 'tags:'), 'LOAD_ERR_YAML_VALIDATE Value is not a sequence'],
    [ruleText('r', 'ka.verb = get', 'exceptions: x'), 'LOAD_ERR_YAML_VALIDATE Rule exceptions must be a sequence'],
    ['- rule: r\n', "LOAD_ERR_YAML_VALIDATE Item has no mapping for key 'enabled'"],
    ['- rule:\n', "LOAD_ERR_YAML_VALIDATE Mapping for key 'rule' is empty"],
  ])('%j is wrong', (text, issue) => {
    expect(first(text)).toBe(issue);
  });

  test('accepts what has no effect on audit events', () => {
    expect(falcoIssues(ruleText('r', 'ka.verb = get', 'capture: true', 'capture_duration: 500', 'warn_evttypes: false'))).toEqual([]);
  });

  test('of a source that is not read is loaded, but does not run', () => {
    const text = GET.replace('k8s_audit', 'okta').replace('ka.verb = get', '(((');
    expect(first(text)).toBe('LOAD_UNKNOWN_SOURCE Unknown source okta, skipping');
    expect(modelIn(text).rules).toMatchObject([{ name: 'r', source: 'okta', runs: false, condition: undefined }]);
    expect(problemLines(GET.replace('  source: k8s_audit\n', ''))).toEqual([
      "1.yaml:1:3: warning: rule 'r': Unknown source syscall, skipping; the rule does not run; sources here: aws_cloudtrail, k8s_audit (a rule without 'source' is for syscall)",
    ]);
  });

  test('written anew replaces the one before in its place', () => {
    const model = modelIn(GET + ruleText('s', 'ka.verb = get'), GET.replace('desc: d', 'desc: e'));
    expect(model.rules.map(({ name, desc, place }) => `${name} ${desc} ${place.file}`)).toEqual(['r e 2.yaml', 's d 1.yaml']);
    expect(first(`${GET}${GET.replace('k8s_audit', 'aws_cloudtrail')}`)).toBe(
      'LOAD_ERR_VALIDATE Rule has been re-defined with a different source',
    );
  });

  test('has all its errors told at once', () => {
    expect(
      problemLines('- rule: r\n  conditon: x\n  priority: warn\n  enabled: maybe\n  tags: a\n  output: 5%\n  source: k8s_audit\n'),
    ).toEqual([
      "1.yaml:1:3: error: rule 'r': Item has no mapping for key 'condition'; is 'conditon' a slip for 'condition'?",
      "1.yaml:1:3: error: rule 'r': Item has no mapping for key 'desc'; a rule needs condition, output, desc and priority",
      "1.yaml:3:13: error: rule 'r': Invalid priority; 'warn' is none: use one of Emergency, Alert, Critical, Error, Warning, Notice, Informational, Debug (or Info), in any case; did you mean 'Warning'?",
      "1.yaml:4:12: error: rule 'r': Can't decode YAML scalar value; 'enabled' is true or false",
      "1.yaml:5:9: error: rule 'r': Value is not a sequence; 'tags' is a list: write [a, b], or [] for none",
      "1.yaml:6:11: error: rule 'r': invalid formatting syntax: formatting cannot end with a %; a field's name must follow each %; there is no way to write a % alone",
      "1.yaml:2:3: warning: rule 'r': Unknown key 'conditon'. The key will be ignored. did you mean 'condition'?",
    ]);
    expect(problemLines('- rule: r\n  ~: x\n  output: o\n')[0]).toContain("Item has no mapping for key 'condition'");
    expect(problemLines('- rule:\n  desc: d\n  condition: x\n  output: o\n  priority: 7\n')).toHaveLength(2);
    expect(
      problemLines(
        '- rule:\n  enabled: true\n- rule:\n  append: true\n  condition: x\n- rule:\n  desc: e\n  override: {desc: replace}\n',
      ).filter((line) => line.includes('error')),
    ).toHaveLength(3);
  });
});

describe('a rule that is not there', () => {
  test('cannot be switched', () => {
    expect(problemLines('- rule: far away\n  enabled: false\n')[0]).toContain(
      'the file that defines the rule must be loaded before this one',
    );
  });
});

describe('a rule that is there', () => {
  test.each([
    ['- rule: r\n  enabled: false\n', { enabled: false }],
    ['- rule: r\n  condition: or ka.verb = list\n  append: true\n', { text: 'ka.verb = get or ka.verb = list' }],
    ['- rule: r\n  condition: or ka.verb = list\n  desc: more\n  append: true\n', { desc: 'd' }],
    [
      '- rule: r\n  condition: or ka.verb = list\n  output: p\n  desc: e\n  tags: [b, a]\n  override: {condition: append, output: append, desc: append, tags: append}\n',
      { text: 'ka.verb = get or ka.verb = list', output: 'o %ka.verb p', desc: 'd e', tags: ['a', 'b'] },
    ],
    [
      '- rule: r\n  condition: ka.verb = list\n  output: p\n  desc: e\n  tags: [b]\n  priority: ALERT\n  enabled: no\n  override: {condition: replace, output: replace, desc: replace, tags: replace, priority: replace, enabled: replace}\n',
      { text: 'ka.verb = list', output: 'p', desc: 'e', tags: ['b'], priority: 'Alert', enabled: false },
    ],
    [
      '- rule: r\n  condition: or ka.verb = list\n  priority: ALERT\n  override: {condition: append, priority: replace}\n',
      { text: 'ka.verb = get or ka.verb = list', priority: 'Alert' },
    ],
    [
      '- rule: r\n  capture: true\n  capture_duration: 5\n  warn_evttypes: true\n  skip-if-unknown-filter: true\n  override: {capture: replace, capture_duration: replace, warn_evttypes: replace, skip-if-unknown-filter: replace}\n',
      { desc: 'd' },
    ],
    [
      '- rule: r\n  source: k8s_audit\n  condition: or ka.verb = list\n  override: {condition: append}\n',
      { text: 'ka.verb = get or ka.verb = list' },
    ],
    ['- rule: r\n  source: aws_cloudtrail\n  desc: e\n  override: {desc: append}\n', { desc: 'd e' }],
  ])('is changed by %j', (text, expected) => {
    const [rule] = modelIn(GET, text).rules;
    expect({ ...rule, text: rule?.condition?.text }).toMatchObject(expected);
  });

  test.each([
    ['- rule: x\n  enabled: false\n', "LOAD_ERR_VALIDATE Rule has 'enabled' key but no rule by that name already exists"],
    [
      '- rule: x\n  condition: and y\n  append: true\n',
      "LOAD_ERR_VALIDATE Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists",
    ],
    [
      '- rule: x\n  desc: y\n  override: {desc: append}\n',
      "LOAD_ERR_VALIDATE Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists",
    ],
    [
      '- rule: x\n  desc: y\n  override: {desc: replace}\n',
      "LOAD_ERR_VALIDATE An 'override.<key>: replace' to a rule was requested but no rule by that name already exists",
    ],
    ['- rule: r\n  append: true\n', 'LOAD_ERR_VALIDATE Appended rule must have exceptions or condition property'],
    [
      '- rule: r\n  source: aws_cloudtrail\n  condition: and x\n  append: true\n',
      'LOAD_ERR_VALIDATE Rule has been re-defined with a different source',
    ],
    [
      '- rule: r\n  source: aws_cloudtrail\n  condition: x\n  override: {condition: replace}\n',
      'LOAD_ERR_VALIDATE Rule has been re-defined with a different source',
    ],
    [
      '- rule: r\n  desc: x\n  append: true\n  override: {desc: append}\n',
      "LOAD_ERR_YAML_VALIDATE Keys 'override' and 'append: true' cannot be used together. Add an 'append' entry (e.g. 'condition: append') under 'override' instead.",
    ],
    [
      '- rule: r\n  override: {desc: append}\n',
      "LOAD_ERR_YAML_VALIDATE An append override for 'desc' was specified but 'desc' is not defined",
    ],
    [
      '- rule: r\n  override: {priority: replace}\n',
      "LOAD_ERR_YAML_VALIDATE An replace override for 'priority' was specified but 'priority' is not defined",
    ],
    [
      '- rule: r\n  desc: x\n  output: y\n  enabled: true\n  override: {desc: append}\n',
      "LOAD_ERR_YAML_VALIDATE Unexpected key 'enabled': no corresponding entry under 'override' is defined.",
    ],
    [
      '- rule: r\n  priority: ALERT\n  override: {priority: append}\n',
      "LOAD_ERR_YAML_VALIDATE Key 'priority' cannot be appended to, use 'replace' instead",
    ],
    ['- rule: r\n  priority: x\n  override: {priority: replace}\n', 'LOAD_ERR_YAML_VALIDATE Invalid priority'],
    ['- rule: r\n  priority:\n  override: {priority: replace}\n', "LOAD_ERR_YAML_VALIDATE Mapping for key 'priority' is empty"],
  ])('is not changed by %j', (text, issue) => {
    expect(
      falcoIssues(GET, text)
        .find((each) => each.includes('ERR'))
        ?.replace('2.yaml ', ''),
    ).toBe(issue);
  });

  test('what is deprecated is told, with what to write', () => {
    expect(problemLines(GET, '- rule: r\n  enabled: false\n- rule: r\n  condition: and ka.uri exists\n  append: true\n')).toEqual([
      "2.yaml:1:3: warning: rule 'r': The standalone 'enabled' key usage is deprecated. The correct approach requires also a 'replace' entry under the 'override' key (i.e. 'enabled: replace'). add 'override: {enabled: replace}'",
      `2.yaml:3:3: warning: rule 'r': ${DEPRECATED} write 'override: {condition: append}' in place of 'append: true'`,
    ]);
  });

  test('has all its errors told at once, with what may be meant', () => {
    expect(
      problemLines(
        GET,
        '- rule: R\n  enabled: false\n- rule: r\n  desc: x\n  tags: [y]\n  priority: ALERT\n  override: {desc: append, tags: add, output: append}\n',
      ).filter((line) => line.includes('error')),
    ).toEqual([
      "2.yaml:1:3: error: rule 'R': Rule has 'enabled' key but no rule by that name already exists; did you mean 'r'?",
      "2.yaml:7:34: error: rule 'r': Invalid override operation for key 'tags': 'add'. Allowed values are: append replace ",
      "2.yaml:3:3: error: rule 'r': An append override for 'output' was specified but 'output' is not defined; add 'output:' with what to append, or leave it out under 'override'",
      "2.yaml:6:13: error: rule 'r': Unexpected key 'priority': no corresponding entry under 'override' is defined. add 'priority: replace' under 'override', or leave 'priority' out",
      "2.yaml:5:9: error: rule 'r': Unexpected key 'tags': no corresponding entry under 'override' is defined. add 'tags: replace' or 'tags: append' under 'override', or leave 'tags' out",
    ]);
  });

  test('of an unknown source may be changed too', () => {
    const okta = GET.replace('k8s_audit', 'okta');
    const change = '- rule: r\n  condition: and (x\n  exceptions: [{name: e, fields: [okta.nope], values: [[a]]}]\n  append: true\n';
    expect(falcoIssues(okta, change).filter((each) => each.includes('ERR'))).toEqual([]);
    expect(
      modelIn(okta, change, '- rule: r\n  exceptions: [{name: f, fields: [a.b], values: [[c]]}]\n  override: {exceptions: replace}\n')
        .rules[0]?.exceptions,
    ).toMatchObject([{ name: 'f' }]);
  });
});
