import { describe, expect, test } from 'vitest';
import { falcoIssues, modelIn, problemLines, ruleText } from '../../../../support/rule-texts.ts';

const VALIDATE = '1.yaml LOAD_ERR_YAML_VALIDATE';

describe('a rule file', () => {
  test.each([
    ['a: b', ['Rules content is not yaml array of objects']],
    ['text', ['Rules content is not yaml']],
    ['- text', ['Unexpected element type. Each element should be a yaml associative array.']],
    ['- [a]', ['Unexpected element type. Each element should be a yaml associative array.']],
  ])('%j is a list of items', (text, messages) => {
    expect(falcoIssues(text)).toEqual(messages.map((message) => `${VALIDATE} ${message}`));
    expect(problemLines(text).at(-1)).toContain("a rule file is a list: begin each item with '- rule:', '- macro:' or '- list:'");
  });

  test.each(['', '# nothing\n', '---\n', '- \n- ~\n', '[]'])('%j is an empty one', (text) => {
    expect(falcoIssues(text)).toEqual([]);
  });

  test('everything that is no YAML is told', () => {
    expect(falcoIssues('- rule: a\n\tdesc: b\n')[0]).toContain('1.yaml LOAD_ERR_YAML_PARSE ');
    expect(problemLines('- "a" b\n- "c" d\n')).toEqual([
      '1.yaml:1:7: error: unexpected scalar at node end; the value ended before this: put the whole value in quotes',
      '1.yaml:2:7: error: unexpected scalar at node end; the value ended before this: put the whole value in quotes',
    ]);
  });

  test('a line that begins too far left ends the list, as Falco reads it: people are told, and the rules that load do', () => {
    const hint =
      "what stood before ends with this line: items begin with '- ' in one column, and the keys of an item two columns further right";
    const loads = `  - list: l\n    items: [get]\n${ruleText('r', 'ka.verb in (l)')}`;
    expect(falcoIssues(loads)).toEqual([]);
    expect(problemLines(loads)).toEqual([`1.yaml:3:1: warning: another document begins here, although no line with --- says so; ${hint}`]);
    expect(modelIn(loads).rules.map(({ name }) => name)).toEqual(['r']);
    const broken = ruleText('r', 'ka.verb = get').replace('  priority: INFO\n  source', 'priority: INFO\nsource');
    expect(falcoIssues(broken)).toEqual([`${VALIDATE} Item has no mapping for key 'priority'`]);
    expect(problemLines(broken)).toEqual([`1.yaml:5:1: error: unexpected scalar at node end; ${hint}`]);
    const tooFarRight = ruleText('r', 'ka.verb = get').replace('  output', '   output');
    expect(problemLines(tooFarRight)[0]).toContain('the next line begins too far right');
  });

  test('a quote that is not closed is told', () => {
    expect(falcoIssues('- list: "a\n')[0]).toBe(`${VALIDATE} Item has no mapping for key 'items'`);
    expect(problemLines('- list: "a\n')).toEqual(['1.yaml:1:9: error: missing closing "quote; the quote that opens here is not closed']);
  });

  test('what counts nothing because it stands twice in a file is told to people', () => {
    const twice = '- list: l\n  items: [a]\n  items: [b]\n- list: l\n  items: [get]\n- macro: m\n  condition: ka.verb = x\n';
    const texts = `${twice}- macro: m\n  condition: ka.verb in (l)\n${ruleText('r', 'm')}${ruleText('r', 'm')}`;
    expect(falcoIssues(texts, ruleText('r', 'm'))).toEqual([]);
    const replaces = (name: string, line: number): string =>
      `warning: ${name}: replaces the one of the same name in line ${line}; give one of them another name, or leave it out`;
    expect(problemLines(texts, ruleText('r', 'm'))).toEqual([
      "1.yaml:3:3: warning: list 'l': Key 'items' stands twice: only the first one counts; leave one of them out",
      `1.yaml:4:3: ${replaces("list 'l'", 1)}`,
      `1.yaml:8:3: ${replaces("macro 'm'", 6)}`,
      `1.yaml:16:3: ${replaces("rule 'r'", 10)}`,
    ]);
  });

  test('too large a file is none', () => {
    expect(problemLines(' '.repeat(4_000_001))).toEqual(['1.yaml:1:1: error: too large: 4000001 characters, at most 4000000 are read']);
  });

  test('several documents are one file', () => {
    const model = modelIn(`${ruleText('a', 'ka.verb = get')}---\n---\n${ruleText('b', 'ka.verb = get')}`);
    expect(model.rules.map(({ name, place }) => `${name} ${place.line}`)).toEqual(['a 1', 'b 9']);
  });

  test('an item that is nothing known is passed over, with what may be meant', () => {
    expect(falcoIssues('- rulee: a\n')).toEqual(['1.yaml LOAD_UNKNOWN_ITEM Unknown top level item']);
    expect(problemLines('- rulee: a\n- [a]: b\n- {}\n- x: y\n')).toEqual([
      "1.yaml:1:3: warning: Unknown top level item; did you mean 'rule'?",
      ...[2, 3, 4].map(
        (line) =>
          `1.yaml:${line}:3: warning: Unknown top level item; it is ignored: an item begins with required_engine_version, required_plugin_versions, list, macro, rule`,
      ),
    ]);
  });
});

describe('a list', () => {
  test.each([
    ['- list: l\n', "Item has no mapping for key 'items'"],
    ['- list: l\n  items: a\n', 'Value is not a sequence'],
    ['- list: l\n  items:\n', 'Value is not a sequence'],
    ['- list: l\n  items: [a, ~]\n', 'sequence value is not scalar'],
    ['- list: l\n  items: [a, [b]]\n', 'sequence value is not scalar'],
    ['- list:\n  items: [a]\n', "Mapping for key 'list' is empty"],
    ['- list: ""\n  items: [a]\n', 'Value must be non-empty'],
    ['- list: [l]\n  items: [a]\n', 'Value is not a scalar value'],
    ['- list: {l: m}\n  items: [a]\n', 'Value is not a scalar value'],
    ['- list: l\n  items: []\n  append: maybe\n', "Can't decode YAML scalar value"],
  ])('%j is wrong', (text, message) => {
    expect(falcoIssues(text)).toEqual([`${VALIDATE} ${message}`]);
  });

  test('items are texts as they are written', () => {
    expect(modelIn('- list: 7\n  items: [0644, 1e3, yes, "null", a b]\n').lists).toMatchObject([
      { name: '7', items: ['0644', '1e3', 'yes', 'null', 'a b'], isUsed: false },
    ]);
  });

  test.each(['append: true', 'override: {items: append}'])('items are added by %s', (how) => {
    const texts = ['- list: l\n  items: [a]\n', `- list: l\n  items: [b]\n  ${how}\n`] as const;
    expect(modelIn(...texts).lists[0]?.items).toEqual(['a', 'b']);
    expect(falcoIssues(`- list: l\n  items: [b]\n  ${how}\n`)[0]).toBe(
      "1.yaml LOAD_ERR_VALIDATE List uses 'append' or 'override.items: append' but no list by that name already exists",
    );
  });

  test.each(['append: false', 'override: {items: replace}', 'override: {}', 'override:', 'override: x'])(
    'is defined anew with %s',
    (how) => {
      const model = modelIn('- list: l\n  items: [a]\n- list: m\n  items: [c]\n', `- list: l\n  items: [b]\n  ${how}\n`);
      expect(model.lists.map(({ name, items }) => `${name} ${items}`)).toEqual(['l b', 'm c']);
    },
  );

  test('a bad name is told, and what it means', () => {
    expect(problemLines('- list: a b\n  items: [x]\n')[0]).toBe(
      `1.yaml:1:3: warning: list 'a b': List has an invalid name. List names should match a regular expression: ([^()"'[:space:]=,]+); no condition can refer to it`,
    );
  });

  test('unknown keys are told, with what may be meant', () => {
    expect(problemLines('- list: l\n  items: [x]\n  item: [y]\n  foo: z\n  ~: a\n').slice(0, 3)).toEqual([
      "1.yaml:3:3: warning: list 'l': Unknown key 'item'. The key will be ignored. did you mean 'items'?",
      "1.yaml:4:3: warning: list 'l': Unknown key 'foo'. The key will be ignored. known keys: list, items, append, override",
      "1.yaml:5:3: warning: list 'l': Unknown key 'null'. The key will be ignored. known keys: list, items, append, override",
    ]);
  });

  test('to append to one that is not there names the one that may be meant', () => {
    expect(problemLines('- list: admins\n  items: [x]\n- list: admin\n  items: [y]\n  append: true\n')[0]).toBe(
      "1.yaml:3:3: error: list 'admin': List uses 'append' or 'override.items: append' but no list by that name already exists; did you mean 'admins'?",
    );
  });
});

describe('a macro', () => {
  test.each([
    ['- macro: m\n', `${VALIDATE} Item has no mapping for key 'condition'`],
    ['- macro:\n  condition: ka.verb = get\n', `${VALIDATE} Mapping for key 'macro' is empty`],
    [
      '- macro: m\n  condition: or ka.verb = get\n  append: true\n',
      "1.yaml LOAD_ERR_VALIDATE Macro uses 'append' or 'override.condition: append' but no macro by that name already exists",
    ],
  ])('%j is wrong', (text, message) => {
    expect(falcoIssues(text)[0]).toBe(message);
  });

  test('conditions are joined by a blank', () => {
    const model = modelIn(
      '- macro: m\n  condition: ka.verb = get\n',
      '- macro: m\n  condition: or ka.verb = list\n  override: {condition: append}\n',
    );
    expect(model.macros[0]?.condition.text).toBe('ka.verb = get or ka.verb = list');
  });

  test('a bad name is told, and what it means', () => {
    expect(problemLines('- macro: a-b\n  condition: ka.verb = get\n')[0]).toBe(
      "1.yaml:1:3: warning: macro 'a-b': Macro has an invalid name. Macro names should match a regular expression: ([a-zA-Z]+[a-zA-Z0-9_]*); no condition can refer to it: use letters, digits and _ only",
    );
  });

  test('all its errors are told, and none that only follows from them', () => {
    expect(problemLines(`- macro: m\n  append: x\n- macro: n\n  condition: (ka.verb = get\n${ruleText('r', 'm and n')}`)).toEqual([
      "1.yaml:1:3: error: macro 'm': Item has no mapping for key 'condition'; add 'condition:' with a value",
      "1.yaml:2:11: error: macro 'm': Can't decode YAML scalar value; 'append' is true or false",
      "1.yaml:4:28: error: macro 'n': expected a ')' token; a parenthesis is not closed, or a value with parentheses is not in quotes",
    ]);
  });
});

describe('override', () => {
  const BEFORE = '- list: l\n  items: [a]\n';
  test.each([
    ['{items: add}', "LOAD_ERR_YAML_VALIDATE Invalid override operation for key 'items': 'add'. Allowed values are: append replace "],
    [
      '{items: appendd}',
      "LOAD_ERR_YAML_VALIDATE Invalid override operation for key 'items': 'appendd'. Allowed values are: append replace ",
    ],
    ['{foo: add}', "LOAD_ERR_YAML_VALIDATE Invalid override operation for key 'foo': 'add'. Allowed values are: "],
    ['{foo: append}', "LOAD_ERR_YAML_VALIDATE Key 'foo' cannot be appended to, use 'replace' instead"],
    ['{item: replace}', "LOAD_ERR_YAML_VALIDATE Key 'item' cannot be replaced"],
    ['{~: append}', "LOAD_ERR_YAML_VALIDATE Key 'null' cannot be appended to, use 'replace' instead"],
    ['{items: [append]}', 'LOAD_ERR_VALIDATE yaml-cpp: error at line 5, column 21: bad conversion'],
    ['{[items]: append}', 'LOAD_ERR_VALIDATE yaml-cpp: error at line 5, column 14: bad conversion'],
    ['[items]', 'LOAD_ERR_VALIDATE invalid node; this may result from using a map iterator as a sequence iterator, or vice-versa'],
  ])('%s is wrong', (override, message) => {
    expect(falcoIssues(`${BEFORE}- list: l\n  items: [b]\n  override: ${override}\n`)[0]).toBe(`1.yaml ${message}`);
  });

  test('an empty list there is none', () => {
    expect(falcoIssues(`${BEFORE}- list: l\n  items: [b]\n  override: []\n`)).toEqual([
      '1.yaml LOAD_UNUSED_LIST List not referred to by any other rule/macro',
    ]);
  });

  test('goes not together with append', () => {
    const more = '  items: [b]\n  append: true\n  override: {items: append}\n';
    expect(falcoIssues(`${BEFORE}- list: l\n${more}`)[0]).toBe(
      "1.yaml LOAD_ERR_YAML_VALIDATE Keys 'override' and 'append: true' cannot be used together. Add an 'append' entry (e.g. 'condition: append') under 'override' instead.",
    );
  });
});
