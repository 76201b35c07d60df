import { describe, expect, test } from 'vitest';
import { falcoIssues, modelIn, problemLines, ruleText } from '../../../../support/rule-texts.ts';

const macro = (name: string, condition: string, ...more: readonly string[]): string =>
  `${[`- macro: ${name}`, `  condition: ${condition}`, ...more.map((line) => `  ${line}`)].join('\n')}\n`;
const list = (name: string, items: string, ...more: readonly string[]): string =>
  `${[`- list: ${name}`, `  items: ${items}`, ...more.map((line) => `  ${line}`)].join('\n')}\n`;

describe('macros', () => {
  test('may stand behind the rule that uses them, and are redefined for all', () => {
    const model = modelIn(ruleText('r', 'm and ka.uri exists') + macro('m', 'ka.verb = get'), macro('m', 'ka.verb = list'));
    expect(model.rules[0]).toMatchObject({ runs: true, condition: { macros: ['m'] } });
    expect(model.macros).toMatchObject([{ name: 'm', isUsed: true, condition: { text: 'ka.verb = list', macros: [] } }]);
  });

  test.each([
    ['one that is not there', ruleText('r', 'm'), "Undefined macro 'm' used in filter."],
    ['itself', macro('m', 'm') + ruleText('r', 'm'), "Undefined macro 'm' used in filter."],
    ['one defined later', macro('m', 'n') + macro('n', 'ka.verb = get'), "Undefined macro 'n' used in filter."],
    ['each other', macro('m', 'n') + macro('n', 'm') + macro('m', 'not n'), "reference loop in macro 'n'"],
    ['itself, redefined', macro('m', 'ka.verb = get') + macro('m', 'm or ka.uri exists'), "reference loop in macro 'm'"],
    ['one of a list', list('m', '[a]') + ruleText('r', 'not m'), "Undefined macro 'a' used in filter."],
    ['a loop before one that is not there', macro('n', 'm') + macro('m', 'x and n') + macro('n', 'm'), "reference loop in macro 'm'"],
  ])('that name %s are wrong', (_, text, message) => {
    expect(falcoIssues(text)[0]).toBe(`1.yaml LOAD_ERR_VALIDATE ${message}`);
  });

  test('one appended to sees what was defined in between', () => {
    const text = macro('m', 'ka.verb = get') + macro('n', 'ka.uri exists') + macro('m', 'or n', 'append: true') + ruleText('r', 'm or m');
    expect(falcoIssues(text).filter((issue) => issue.includes('ERR'))).toEqual([]);
  });

  test('a name that stands twice is looked at once', () => {
    const text =
      macro('a', 'ka.verb = get') +
      macro('b', 'a') +
      macro('c', 'b and b') +
      macro('a', 'not ka.verb = list') +
      ruleText('r', 'c and c and (a or b)');
    expect(falcoIssues(text)).toEqual([]);
    const early =
      macro('b', 'ka.verb = x') +
      macro('c', 'ka.verb = y') +
      macro('a', 'ka.verb = z') +
      macro('b', 'c and c and a') +
      macro('c', 'a or a');
    expect(falcoIssues(early + ruleText('r', 'b and c'))).toEqual([]);
  });

  test('that nothing uses are told, also those of earlier files', () => {
    expect(falcoIssues(macro('m', 'ka.nope = x'), list('l', '[a]'))).toEqual([
      '1.yaml LOAD_UNUSED_MACRO Macro not referred to by any other rule/macro',
      '2.yaml LOAD_UNUSED_MACRO Macro not referred to by any other rule/macro',
      '2.yaml LOAD_UNUSED_LIST List not referred to by any other rule/macro',
    ]);
    expect(problemLines(macro('m', 'ka.nope = x'), list('l', '[a]'))).toEqual([
      "1.yaml:1:3: warning: macro 'm': Macro not referred to by any other rule/macro; 'm' does nothing: use it or leave it out",
      "2.yaml:1:3: warning: list 'l': List not referred to by any other rule/macro; 'l' does nothing: use it or leave it out",
    ]);
  });

  test('an unknown field in one is told where it stands, once for all rules', () => {
    expect(problemLines(macro('m', 'not ct.name exists') + macro('n', 'm') + ruleText('r', 'n') + ruleText('s', 'm or n or m'))).toEqual([
      "1.yaml:2:18: error: rule 'r': filter_check called with nonexistent field ct.name; it is a field of aws_cloudtrail, and this rule is for k8s_audit",
      "1.yaml:2:18: error: rule 's': filter_check called with nonexistent field ct.name; it is a field of aws_cloudtrail, and this rule is for k8s_audit",
    ]);
  });

  test('may be used by rules of both sources', () => {
    const cloudtrail = ruleText('s', 'm').replace('k8s_audit', 'aws_cloudtrail').replace('%ka.verb', '%ct.name');
    expect(falcoIssues(macro('m', 'jevt.value[/kind] exists') + ruleText('r', 'm and m') + cloudtrail)).toEqual([]);
  });

  test('that make a condition too large or too deep are refused', () => {
    const doubled = Array.from({ length: 20 }, (_, i) => macro(`m${i + 1}`, `m${i} and m${i}`)).join('');
    const large = problemLines(`${macro('m0', 'ka.verb = get')}${doubled}${ruleText('r', 'm20')}`);
    expect(large[0]).toMatch(/error: macro 'm17': the condition has too many checks or levels with everything put in; use smaller lists/);
    const chain = Array.from({ length: 1100 }, (_, i) => macro(`m${i + 1}`, `not m${i}`)).join('');
    expect(problemLines(`${macro('m0', 'ka.verb = get')}${chain}`)[0]).toMatch(
      /error: macro 'm\d+': the condition has too many checks or levels/,
    );
    const many = `${macro('m0', 'ka.verb = get')}${doubled.split('- macro: m17')[0]}`;
    expect(problemLines(`${many}${ruleText('r', 'm16 and m16')}`)[0]).toContain(
      "error: rule 'r': the condition has too many checks or levels",
    );
  });
});

describe('lists', () => {
  test('one inside another stands for its own items', () => {
    const model = modelIn(list('a', '[x, y]') + list('b', '[a, z]') + ruleText('r', 'ka.verb in (b)'));
    expect(model.lists).toMatchObject([
      { name: 'a', items: ['x', 'y'], isUsed: true },
      { name: 'b', items: ['a', 'z'], expanded: ['x', 'y', 'z'], isUsed: true },
    ]);
    expect(model.rules[0]?.condition).toMatchObject({ expanded: 'ka.verb in ( x, y, z )', lists: ['b'] });
  });

  test('one defined later does not, but its name in the text is replaced', () => {
    const model = modelIn(list('b', '[a, z]') + list('a', '[x]') + ruleText('r', 'ka.verb in (b)'));
    expect(model.lists[0]?.expanded).toEqual(['a', 'z']);
    expect(model.rules[0]?.condition).toMatchObject({ expanded: 'ka.verb in ( x , z )', lists: ['b', 'a'] });
  });

  test('one appended to sees those defined in between', () => {
    const model = modelIn(list('b', '[a]') + list('a', '[x]') + list('b', '[b]', 'append: true') + ruleText('r', 'ka.verb in (b)'));
    expect(model.lists[0]?.expanded).toEqual(['x', 'a', 'b']);
  });

  test('stand in macros and exceptions too', () => {
    const model = modelIn(
      list('l', '[a, b c]') + macro('m', 'ka.verb in (l)') + ruleText('r', 'm', 'exceptions: [{name: e, fields: ka.uri, values: [l]}]'),
    );
    expect(model.macros[0]?.condition.expanded).toBe('ka.verb in ( a, "b c" )');
    expect(model.rules[0]?.condition?.expanded).toBe('(m) and not (ka.uri in ( a, "b c" ))');
  });
});

describe('a condition', () => {
  test.each([
    ['ka.verb = <NA>', ['LOAD_UNSAFE_NA_CHECK']],
    ['ka.verb == "<NA>" or ka.uri in (a, <NA>)', ['LOAD_UNSAFE_NA_CHECK']],
    ['jevt.value[/a] != <NA>', ['LOAD_UNSAFE_NA_CHECK']],
    ['tolower(ka.verb) = <NA>', ['LOAD_UNSAFE_NA_CHECK']],
    ['ka.verb = concat("<NA>", "a")', ['LOAD_UNSAFE_NA_CHECK']],
    ['ka.user.groups intersects (<NA>)', ['LOAD_UNSAFE_NA_CHECK']],
    ['join("-", (ka.verb, "x")) = <NA>', []],
    ['ka.verb contains <NA>', []],
    ['ka.verb = anyof (<NA>, a)', []],
    ['ka.verb = val(ka.uri)', []],
    ['ka.verb exists', []],
    ['evt.source = <NA>', []],
    ['concat(ka.verb, evt.source) = <NA>', []],
  ])('%s is remarked on: %j', (condition, codes) => {
    expect(falcoIssues(ruleText('r', condition)).filter((issue) => !issue.includes('CONDITION'))).toEqual(
      codes.map((code) => `1.yaml ${code}`),
    );
  });

  const plain = (pattern: string): string =>
    `regex check with '${pattern}' may be optimized with simpler operators such as '=', 'contains', 'startswith', 'endswith'`;
  test.each([
    ['ka.verb regex "get"', [plain('get')]],
    ['ka.verb regex "^get$"', [plain('^get$')]],
    ['ka.verb regex ".*get.*"', [plain('.*get.*')]],
    ['ka.verb regex ".+get.?"', [plain('.+get.?')]],
    ['ka.verb regex oneof (get, "a.c")', [plain('get')]],
    ['ka.verb regex ".get"', []],
    ['ka.verb regex "ge.*t"', []],
    ['ka.verb regex "(get|list)"', []],
    ['ka.verb regex "get."', []],
    ['ka.verb = ka.uri', ["'ka.uri' may be a valid field misused as a const string value"]],
    [
      'ka.verb in (a, ka.uri, "ka .uri")',
      ["'ka.uri' may be a valid field misused as a const string value", "'ka .uri' may be a valid field misused as a const string value"],
    ],
    ['ka.verb = "ka.uri.param[x]"', ["'ka.uri.param[x]' may be a valid field misused as a const string value"]],
    ['ka.verb = ka.uri.param', []],
    ['ka.verb = ct.name', []],
    ['ka.verb = "tolower( x )"', ["'tolower( x )' may be a valid field transformer misused as a const string value"]],
    ['ka.verb = "val(ka.uri)"', ["'val(ka.uri)' may be a valid field transformer misused as a const string value"]],
    ['ka.verb = "tolower(x) y"', []],
  ])('%s is remarked on: %j', (condition, messages) => {
    expect(falcoIssues(ruleText('r', `>\n    ${condition}`))).toEqual(
      messages.map((message) => `1.yaml LOAD_COMPILE_CONDITION ${message}`),
    );
  });

  test('a remark on a macro is made for each rule that uses it, as often as it does', () => {
    const issues = falcoIssues(macro('m', 'ka.verb = ka.uri') + ruleText('r', 'm or m') + ruleText('s', 'not m'));
    expect(issues).toHaveLength(3);
    expect(problemLines(macro('m', 'ka.verb = ka.uri') + ruleText('r', 'm or m'))).toEqual([
      "1.yaml:2:24: warning: rule 'r': 'ka.uri' may be a valid field misused as a const string value",
    ]);
  });

  test('that does not parse is told where it ends to make sense', () => {
    expect(falcoIssues(ruleText('r', 'ka.verb ='))[0]).toMatch(/^1.yaml LOAD_ERR_COMPILE_CONDITION expected a string value or a field/);
  });

  test('has all unknown fields told, and unknown macros beside them', () => {
    expect(problemLines(ruleText('r', 'nope and ka.vreb = get and (ka.verb = get or ka.vreb exists) and ka.usr = x'))).toEqual([
      "1.yaml:3:14: error: rule 'r': Undefined macro 'nope' used in filter. define it with '- macro: nope', in this file or in one that is loaded before",
      "1.yaml:3:23: error: rule 'r': filter_check called with nonexistent field ka.vreb; did you mean 'ka.verb'?",
      "1.yaml:3:59: error: rule 'r': filter_check called with nonexistent field ka.vreb; did you mean 'ka.verb'?",
      "1.yaml:3:79: error: rule 'r': filter_check called with nonexistent field ka.usr; did you mean 'ka.uri'?",
    ]);
  });

  test('may name a deprecated field, which no audit event has', () => {
    const issues = falcoIssues(ruleText('r', 'evt.latency = 5 or ka.verb = val(evt.dir)', 'skip-if-unknown-filter: true'));
    expect(issues.map((issue) => issue.slice(0, 70))).toEqual([
      "1.yaml LOAD_DEPRECATED_ITEM due to the drop of enter events, 'evt.dir ",
      '1.yaml LOAD_DEPRECATED_ITEM field is not available due to the drop of ',
      '1.yaml LOAD_UNKNOWN_FILTER filter_check called with nonexistent field ',
    ]);
  });
});

describe('skip-if-unknown-filter', () => {
  const skips = 'skip-if-unknown-filter: true';
  test('drops a rule with an unknown field in its condition', () => {
    const text = ruleText('r', 'ka.nope = x', skips);
    expect(falcoIssues(text)).toEqual(['1.yaml LOAD_UNKNOWN_FILTER filter_check called with nonexistent field ka.nope']);
    expect(modelIn(text).rules).toMatchObject([{ name: 'r', runs: false, condition: undefined }]);
    expect(problemLines(macro('m', 'ka.nope = x') + ruleText('r', 'm', skips))).toEqual([
      "1.yaml:2:14: warning: rule 'r': filter_check called with nonexistent field ka.nope; the rule is skipped, as skip-if-unknown-filter asks",
    ]);
  });

  test('drops a rule with an unknown field in its output, and does not look at its condition', () => {
    expect(falcoIssues(ruleText('r', '(((', skips).replace('%ka.verb', '%ka.nope'))).toEqual([
      "1.yaml LOAD_UNKNOWN_FILTER unknown filter: unexpected token after '",
    ]);
  });

  test('lets no other error pass', () => {
    expect(falcoIssues(ruleText('r', 'ka.verb =', skips))[0]).toContain('LOAD_ERR_COMPILE_CONDITION');
    expect(falcoIssues(ruleText('r', 'ka.user.groups contains x', skips))[0]).toContain('LOAD_ERR_COMPILE_CONDITION');
    expect(falcoIssues(ruleText('r', 'ka.verb = get', skips).replace('%ka.verb', '%'))[0]).toContain('LOAD_ERR_COMPILE_OUTPUT');
  });
});

describe('an output', () => {
  const output = (text: string): string => ruleText('r', 'ka.verb = get').replace('o %ka.verb', text);

  test('with %container.info or a deprecated name is remarked on', () => {
    expect(falcoIssues(output('evt.dir %container.info %ka.verb'))).toEqual([
      '1.yaml LOAD_DEPRECATED_ITEM %container.info is deprecated and no more useful, and will be dropped by Falco 1.0.0. The container plugin will automatically add required fields to the output message.',
      "1.yaml LOAD_DEPRECATED_ITEM usage of deprecated field 'evt.dir' has been detected in the rule output",
    ]);
  });

  test.each([
    ['"%ka.vrb"', "no field begins at '%ka.vrb': did you mean 'ka.verb'?"],
    ['"%ka.user.nam, x"', "no field begins at '%ka.user.nam': did you mean 'ka.user.name'?"],
    ['"%ct.name."', "no field begins at '%ct.name': it is a field of aws_cloudtrail, and this rule is for k8s_audit"],
    ['"%ka.verb 100% x"', "a field's name must follow each %; there is no way to write a % alone"],
    [
      '"%okta.actor.name.full"',
      "no field begins at '%okta.actor.name.full': driftwire rules fields --source k8s_audit shows the fields there are",
    ],
    ['"%ka.verb %tolower(ka.nope)"', "no field begins at '%tolower': driftwire rules fields --source k8s_audit shows the fields there are"],
    ['"%jevt.value x"', "'%jevt.value' needs an argument: %jevt.value[...]"],
    ['"%jevt.value[/a] %ka.verb %ka.vrb"', "no field begins at '%ka.vrb': did you mean 'ka.verb'?"],
  ])('%s is told with what may be meant', (text, hint) => {
    expect(problemLines(output(text))).toEqual([`1.yaml:4:11: error: rule 'r': unknown filter: unexpected token after '; ${hint}`]);
  });

  test('of blanks alone is told', () => {
    expect(problemLines(output('" "'))).toEqual(["1.yaml:4:11: error: rule 'r': empty formatting token"]);
  });
});
