import { describe, expect, test } from 'vitest';
import { falcoIssues, problemLines, problemsIn, ruleText } from '../../../../support/rule-texts.ts';

/** The character under the caret of the first problem of a rule with this condition, and the line. */
function pointed(condition: string, ...more: readonly string[]): string {
  const [problem] = problemsIn(ruleText('r', condition, ...more));
  const { text = '', caret = 0 } = problem?.excerpt ?? {};
  return `${problem?.line}:${problem?.column} ${text.slice(caret, caret + 7)}`;
}

describe('the place of a problem in a condition', () => {
  test.each([
    ['ka.verb = get and ka.nope = x', '3:32 ka.nope'],
    ['"ka.verb = \\"get\\" and ka.nope = x"', '3:37 ka.nope'],
    ['"ka.verb =\\tget\\nand \\x6b\\u0061.nope = \\U0000006bx"', '3:35 \\x6b\\u0'],
    ['"ka.uri = \\x6b\\u0061\\U0000006b and ka.nope = x"', '3:49 ka.nope'],
    ["'ka.verb = ''get'' and ka.nope = x'", '3:37 ka.nope'],
    ['>\n    ka.verb = get\n    and ka.nope = x', '5:9 ka.nope'],
    ['|-\n    ka.verb = get\n\n    and ka.nope = x', '6:9 ka.nope'],
    ['ka.verb = get\n    and ka.nope = x', '4:9 ka.nope'],
    ['!!str &a ka.verb = get and ka.nope = x', '3:41 ka.nope'],
    ['&a >\n    ka.nope = x', '4:5 ka.nope'],
    ['"ka.verb = get and \\\n    ka.nope = x"', '4:5 ka.nope'],
    ['ka.verb =', '3:23 '],
    ['"ka.verb ="', '3:24 "'],
    ['>\n    ka.verb =', '4:14 '],
    ['ka.verb = "x', '3:24 "x'],
  ])('%j', (condition, place) => {
    expect(pointed(condition)).toBe(place);
  });

  test('behind a list that was put in, and inside one', () => {
    const list = '- list: l\n  items: [a, b c, "(d"]\n';
    expect(problemLines(`${list}${ruleText('r', 'ka.verb in (l, x) and ka.nope = x')}`)[0]).toMatch(
      /^1.yaml:5:26: error: .*expected a string value/,
    );
    const ok = list.replace(', "(d"', '');
    expect(problemLines(`${ok}${ruleText('r', 'ka.verb in (l) and (ka.verb in (l , l) or ka.nope = x)')}`)[0]).toMatch(/^1.yaml:5:56: /);
    expect(problemLines(`- list: l\n  items: []\n${ruleText('r', 'ka.verb in (a, l, b) or ka.nope = x')}`)[0]).toMatch(/^1.yaml:5:38: /);
  });

  test('in an exception is the exception', () => {
    const exceptions = 'exceptions: [{name: e, fields: ka.verb, values: [a]}, {name: f, fields: ka.uri, values: ["(b"]}]';
    expect(problemLines(ruleText('r', 'ka.verb = get', exceptions))).toEqual([
      "1.yaml:7:57: error: rule 'r': expected a ')' token; a parenthesis is not closed, or a value with parentheses is not in quotes",
    ]);
    expect(problemLines(ruleText('r', 'ka.nope = get', exceptions.replace('(b', 'b')))[0]).toMatch(/^1.yaml:3:14: /);
    expect(problemLines(ruleText('r', '(ka.verb = get', exceptions.replace('(b', 'b')))[0]).toMatch(/^1.yaml:\d+:\d+: /);
  });

  test('in what was appended is the file that appends', () => {
    const append = '- rule: r\n  condition: and\n    ka.nope = x\n  override: {condition: append}\n';
    expect(problemLines(ruleText('r', 'ka.verb = get'), append)[0]).toMatch(/^2.yaml:3:5: error: rule 'r': filter_check/);
    expect(problemLines(ruleText('r', 'ka.nope = get'), append.replace('ka.nope', 'ka.verb'))[0]).toMatch(/^1.yaml:3:14: error: rule 'r'/);
  });

  test('a long line is shown in part, and the end of a line of other systems is left out', () => {
    const [problem] = problemsIn(ruleText('r', `ka.uri = ${'x'.repeat(200)} and ka.nope = ${'y'.repeat(200)}`));
    expect(problem?.excerpt.text).toHaveLength(160);
    expect(problem?.excerpt.text.slice(80, 87)).toBe('ka.nope');
    expect(problemsIn('- foo: x\r\n')[0]?.excerpt).toEqual({ text: '- foo: x', caret: 2 });
    expect(problemsIn('text')[0]?.excerpt).toEqual({ text: 'text', caret: 0 });
  });
});

describe('what Falco passes over in silence', () => {
  test.each([
    [
      ruleText('r', 'ka.verb = get', 'exceptions: [{name: e, fields: [ka.uri], value: [[a]], foo: b, [x]: y, comps: [=]}]'),
      [
        "1.yaml:7:44: warning: rule 'r', exception 'e': Unknown key 'value' is passed over; did you mean 'values'?",
        "1.yaml:7:58: warning: rule 'r', exception 'e': Unknown key 'foo' is passed over; keys of an exception: name, fields, comps, values",
      ],
    ],
    [
      ruleText('r', 'ka.verb = get', 'override: append'),
      ["1.yaml:7:13: warning: rule 'r': 'override' is passed over; it is a mapping: 'override: {condition: append}'"],
    ],
  ])('is told: %j', (text, lines) => {
    expect(problemLines(text)).toEqual(lines);
    expect(falcoIssues(text)).toEqual([]);
  });

  test('what append: true does not append', () => {
    const append = '- rule: r\n  condition: and ka.uri exists\n  priority: ALERT\n  tags: [a]\n  append: true\n';
    expect(problemLines(ruleText('r', 'ka.verb = get'), append).slice(1)).toEqual([
      "2.yaml:3:13: warning: rule 'r': 'priority' is passed over: 'append: true' adds condition and exceptions only; write 'override: {priority: replace}'",
      "2.yaml:4:9: warning: rule 'r': 'tags' is passed over: 'append: true' adds condition and exceptions only; write 'override: {tags: append}'",
    ]);
  });
});

describe('what may be meant', () => {
  test.each([
    ['ka.verb = get && ka.uri exists', "write 'and' for &&"],
    ['ka.verb = get || ka.uri exists', "write 'or' for ||"],
    ['ka.verb = get AND ka.uri exists', "write 'and' in lower case"],
    ['ka.verb = get ANDY', "join checks with 'and' or 'or'"],
    ['ka.verb not in (get)', "write 'not FIELD in (...)'"],
    ['ka.verb =~ x', "write 'regex' or 'glob' for =~"],
    ['ka.verb <> x', "write '!=' for <>"],
    ['ka.verb like x', "write 'glob', 'contains', 'startswith' or 'endswith' for like"],
    ['ka.verb startwith x', "did you mean 'startswith'?"],
    ['ka.verb', "the field is not compared with anything: write 'FIELD exists'"],
    ['ka.verb ~ x', "write 'regex' or 'glob' for ~"],
    ['ka.verb - x', 'behind a field an operator must stand'],
    ['!ka.verb exists', "write 'not' for !"],
    ['ka.verb = a b', "join checks with 'and' or 'or'; a value with blanks or parentheses needs quotes"],
    ['ka.verb =', 'a value is missing here'],
    ['ka.verb in (a, )', 'a value is missing here'],
    ['ka.verb > x', 'the operators < <= > >= take a number'],
    ['(ka.verb = x', 'a parenthesis is not closed'],
    ['ka.verb in "a"', "write the values in parentheses: 'in (a, b)'"],
    ['ka.verb = x and', 'the condition ends where a check should stand'],
    ['ka.verb = x and = y', 'here a check should stand: FIELD OPERATOR VALUE, or the name of a macro'],
    ["ka.verb = 'a\\q'", 'in quotes a backslash is written twice'],
    ['ka.uri.param exists', 'write the argument in brackets: ka.uri.param[name]'],
    ['ka.verb regex "\\\\d"', 'patterns are RE2 in POSIX syntax'],
    [
      'ka.user.groups contains x',
      "'contains' operator not supported list filters; the field is a list: write 'FIELD intersects (a, b)' for any of them",
    ],
    ['ka.verb[0] = x', 'ka.verb does not allow nor require an argument but one is provided: 0'],
    ['evt.num contains 3', 'a number is compared with = != < <= > >= or in (...)'],
    ['and ka.verb = x', "'and' joins two checks, and there is none before it"],
    ['or ka.verb = x', "'or' joins two checks, and there is none before it"],
    ['ka.verb === x', "write '=' once"],
    ['true', 'there are no constants: a condition is made of checks'],
    ['ka.verb = x or false', 'there are no constants: a condition is made of checks'],
    ['ka.verb = (get, list)', "one value is wanted here: write 'in (a, b)' for several"],
    ["ka.verb = 'get", 'the quote is not closed'],
    ['ka.verb in get, list', "several values stand in parentheses: 'in (a, b)'"],
    ['ka.verb exists = true', "'exists' asks whether a field is there: no value follows"],
    ['evt.type = open', 'it is a field of system calls, which audit logs do not have'],
    ['ka.verb = x andka.uri exists', ''],
    ['ka.verb = x and(ka.uri exists', ''],
    ['ka.uri[', ''],
  ])('%s', (condition, hint) => {
    const lines = problemLines(ruleText('r', `>\n    ${condition}`));
    expect(lines[0]).toMatch(/^1\.yaml:4:\d+: error: /);
    expect(lines[0]).toContain(hint);
  });

  test.each([
    ['creat', "did you mean 'create'?"],
    ['admins', "it is an item of a list that stands where a check should: write 'FIELD in (admins)'"],
    ['zzz', "define it with '- macro: zzz', in this file or in one that is loaded before"],
  ])('by the macro %s', (name, hint) => {
    const before = '- macro: create\n  condition: ka.verb = create\n- list: admins\n  items: [alice]\n';
    expect(problemLines(`${before}${ruleText('r', `ka.uri exists and not ${name}`)}`)[0]).toContain(hint);
  });

  test.each([
    ['- macro: m\n  condition: m\n', 'a macro cannot refer to itself'],
    ['- macro: m\n  condition: n\n- macro: n\n  condition: ka.verb = x\n', "'n' is defined later: a macro sees only those before it"],
    ['- macro: m\n  condition: ka.verb = x\n- macro: m\n  condition: m\n', 'macros may not refer to each other in a circle'],
  ])('by the macro in %j', (text, hint) => {
    expect(problemLines(text)[0]).toContain(hint);
  });

  test.each([
    ['- rule: a\n\tdesc: b\n', 'a tab as indentation: YAML takes blanks only'],
    ['- output: a: b\n', 'a value with a colon and a blank in it needs quotes'],
    ['- output: %ka.verb\n', 'put the value in quotes'],
    ['- list: a\n items: [x]\n', 'the keys of one item begin in the same column'],
    ['- rule a\n  desc: b\n', 'is a colon missing behind a key?'],
  ])('by %j, which is no YAML', (text, hint) => {
    expect(problemLines(text)).toEqual([expect.stringContaining(hint)]);
  });
});
