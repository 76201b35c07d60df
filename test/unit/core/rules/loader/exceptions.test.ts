import { describe, expect, test } from 'vitest';
import { falcoIssues, modelIn, problemLines, ruleText } from '../../../../support/rule-texts.ts';

/** The condition that is parsed for a rule with these exceptions. */
function parsed(exceptions: string, ...more: readonly string[]): string | undefined {
  return modelIn(ruleText('r', 'ka.verb = get', `exceptions: ${exceptions}`), ...more).rules[0]?.condition?.expanded;
}

/** The first error of a rule with these exceptions. */
function error(exceptions: string, ...more: readonly string[]): string | undefined {
  const issues = falcoIssues(ruleText('r', 'ka.verb = get', `exceptions: ${exceptions}`), ...more);
  return issues.find((issue) => issue.includes('_ERR_'))?.replace(/^\d\.yaml /, '');
}

describe('exceptions', () => {
  test.each([
    ['[]', 'ka.verb = get'],
    ['', 'ka.verb = get'],
    ['[{name: e, fields: [ka.verb]}]', '(ka.verb = get)'],
    ['[{name: e, fields: [ka.verb], values: []}]', '(ka.verb = get)'],
    ['[{name: e, fields: ka.verb, values: []}]', '(ka.verb = get)'],
    ['[{name: e, fields: [ka.verb], values: [[a], [b c]]}]', '(ka.verb = get) and not (( ka.verb = a) or ( ka.verb = "b c"))'],
    [
      '[{name: e, fields: [ka.verb, ka.uri], comps: [startswith, in], values: [[a, [b, c d]], [e, f], [g, (h)]]}]',
      '(ka.verb = get) and not (( ka.verb startswith a and  ka.uri in (b, "c d")) or ( ka.verb startswith e and  ka.uri in (f)) or ( ka.verb startswith g and  ka.uri in (h)))',
    ],
    ['[{name: e, fields: [ka.uri], comps: [in], values: [[[]]]}]', '(ka.verb = get) and not (( ka.uri in ()))'],
    [
      '[{name: e, fields: [ka.uri], comps: ["startswith  oneof "], values: [[a]]}]'.replace('  oneof ', ' oneof'),
      '(ka.verb = get) and not (( ka.uri startswith oneof (a)))',
    ],
    ['[{name: e, fields: ka.uri, values: [a, b c]}]', '(ka.verb = get) and not (ka.uri in (a, "b c"))'],
    ['[{name: e, fields: ka.uri, comps: " pmatch ", values: [/a]}]', '(ka.verb = get) and not (ka.uri pmatch (/a))'],
    [
      '[{name: e, fields: ka.uri, comps: contains anyof, values: [a]}, {name: f, fields: ka.verb, values: [b]}]',
      '(ka.verb = get) and not (ka.uri contains anyof (a)) and not (ka.verb in (b))',
    ],
    ['[{name: e, fields: [tolower(ka.verb)], values: [["\'a b\'"]]}]', "(ka.verb = get) and not (( tolower(ka.verb) = 'a b'))"],
  ])('%s are put behind the condition', (exceptions, condition) => {
    expect(parsed(exceptions)).toBe(condition);
  });

  test.each([
    ['[x]', 'LOAD_ERR_YAML_VALIDATE Rule exception must be a mapping'],
    ['[{fields: [ka.verb]}]', "LOAD_ERR_YAML_VALIDATE Item has no mapping for key 'name'"],
    ['[{name: e}]', "LOAD_ERR_YAML_VALIDATE Item has no mapping for key 'fields'"],
    ['[{name: e, fields: }]', 'LOAD_ERR_VALIDATE Rule exception item must have fields property with a list of fields'],
    ['[{name: e, fields: []}]', 'LOAD_ERR_VALIDATE Rule exception item must have fields property with a list of fields'],
    ['[{name: e, fields: {a: b}}]', 'LOAD_ERR_VALIDATE Rule exception item must have fields property with a list of fields'],
    ['[{name: e, fields: [""]}]', 'LOAD_ERR_YAML_VALIDATE Value must be non-empty'],
    ['[{name: e, fields: [ka.verb], values: a}]', 'LOAD_ERR_YAML_VALIDATE Rule exception values must be a sequence'],
    ['[{name: e, fields: [ka.verb], values: }]', 'LOAD_ERR_YAML_VALIDATE Rule exception values must be a sequence'],
    ['[{name: e, fields: [ka.verb, ka.uri], comps: [=]}]', 'LOAD_ERR_VALIDATE Fields and comps lists must have equal length'],
    ['[{name: e, fields: [ka.verb], comps: =}]', 'LOAD_ERR_VALIDATE Fields and comps lists must have equal length'],
    ['[{name: e, fields: [ka.verb], comps: [like]}]', "LOAD_ERR_VALIDATE 'like' is not a supported comparison operator"],
    ['[{name: e, fields: [ka.verb], comps: [in anyof]}]', "LOAD_ERR_VALIDATE 'in anyof' is not a supported comparison operator"],
    ['[{name: e, fields: [ka.nope]}]', "LOAD_ERR_VALIDATE 'ka.nope' is not a supported filter field"],
    ['[{name: e, fields: [ct.name]}]', "LOAD_ERR_VALIDATE 'ct.name' is not a supported filter field"],
    ['[{name: e, fields: ["tolower(ka.nope)"]}]', "LOAD_ERR_VALIDATE 'tolower(ka.nope)' is not a supported filter field"],
    ['[{name: e, fields: ka.nope}]', "LOAD_ERR_VALIDATE 'ka.nope' is not a supported filter field"],
    ['[{name: e, fields: [ka.uri.param]}]', "LOAD_ERR_VALIDATE filter 'ka.uri.param': ka.uri.param requires an argument but none provided"],
    ['[{name: e, fields: ka.verb, comps: [=]}]', 'LOAD_ERR_VALIDATE Fields and comps must both be strings'],
    [
      '[{name: e, fields: ka.verb, comps: "="}]',
      'LOAD_ERR_VALIDATE When fields is a single value, comps must be one of (in, pmatch, intersects) or a modifier operator (e.g. startswith oneof)',
    ],
    ['[{name: e, fields: [ka.verb], values: [[a, b]]}]', 'LOAD_ERR_VALIDATE Fields and values lists must have equal length'],
    ['[{name: e, fields: [ka.verb], values: [a]}]', 'LOAD_ERR_VALIDATE Fields and values lists must have equal length'],
    ['[{name: e, fields: ka.verb, values: [[a]]}]', 'LOAD_ERR_VALIDATE Expected values array to contain a list of strings'],
  ])('%s are wrong', (exceptions, issue) => {
    expect(error(exceptions)).toBe(issue);
  });

  test('null among values is a text without characters', () => {
    expect(parsed('[{name: e, fields: [ka.uri], comps: [in], values: [[[~, a]], [~]]}]')).toBe(
      '(ka.verb = get) and not (( ka.uri in (a)) or ( ka.uri in ()))',
    );
  });

  test('of one name are told for each before it, as Falco does', () => {
    const three = ruleText('r', 'ka.verb = get', `exceptions: [${'{name: e, fields: ka.verb}, '.repeat(3)}]`);
    expect(falcoIssues(three)).toHaveLength(3);
    expect(problemLines(three)).toHaveLength(2);
  });

  test('of one name are told', () => {
    expect(problemLines(ruleText('r', 'ka.verb = get', 'exceptions: [{name: e, fields: ka.verb}, {name: e, fields: ka.uri}]'))).toEqual([
      "1.yaml:7:44: warning: rule 'r', exception 'e': Multiple definitions of exception 'e' in the same rule; give each exception a name of its own: values are appended to the first only",
    ]);
  });

  test('have all their errors told at once, and one of no use is left out of the condition', () => {
    const lines = problemLines(
      ruleText(
        'r',
        'ka.verb = get',
        'exceptions: [x, {fields: a}, {name: e, fields: [ka.vreb], comps: [lik]}, {name: f, fields: ka.verb, comps: "=", values: [[a]]}, {name: g, fields: [ka.uri], values: [[a, b]]}, {name: h, fields: zzz}, {name: i, fields: [ka.uri, ka.verb], values: [a]}, {name: j, fields: ka.uri, values: [[b]]}, {name: k, fields: [okta.x.y.z], comps: [xyz]}]',
      ),
    );
    expect(lines.map((line) => line.replace(/^.*?error: rule 'r'(, )?/, ''))).toEqual([
      ": Rule exception must be a mapping; an exception is '- name: ...' with fields, comps and values",
      ": Item has no mapping for key 'name'; add 'name:' with a value",
      expect.stringMatching(/^exception 'e': 'lik' is not a supported comparison operator; operators: exists </),
      "exception 'e': 'ka.vreb' is not a supported filter field; did you mean 'ka.verb'?",
      "exception 'f': When fields is a single value, comps must be one of (in, pmatch, intersects) or a modifier operator (e.g. startswith oneof); for '=' write fields and comps as lists: fields: [ka.verb], comps: [=]",
      "exception 'h': 'zzz' is not a supported filter field; driftwire rules fields --source k8s_audit shows the fields there are",
      expect.stringMatching(/^exception 'k': 'xyz' is not a supported comparison operator; operators: exists </),
      "exception 'k': 'okta.x.y.z' is not a supported filter field; driftwire rules fields --source k8s_audit shows the fields there are",
      "exception 'g': Fields and values lists must have equal length; each row of values is a list with one value, one for each field: values: [[a]]",
      "exception 'i': Fields and values lists must have equal length; each row of values is a list with 2 values, one for each field: values: [[a, b]]",
      "exception 'j': Expected values array to contain a list of strings; fields is a single value, so values is a flat list: values: [a, b]; for rows write fields: [ka.uri]",
    ]);
  });
});

describe('exceptions of a rule that is there', () => {
  const ONE = '[{name: e, fields: [ka.uri], values: [[a]]}]';
  const more = (exceptions: string, how = 'override: {exceptions: append}'): string => `- rule: r\n  exceptions: ${exceptions}\n  ${how}\n`;

  test.each([
    ['[{name: e, values: [[b]]}]', '(ka.verb = get) and not (( ka.uri = a) or ( ka.uri = b))'],
    ['[{name: f, fields: ka.verb, values: [b]}]', '(ka.verb = get) and not (( ka.uri = a)) and not (ka.verb in (b))'],
    ['[{name: e}]', '(ka.verb = get) and not (( ka.uri = a))'],
    ['', '(ka.verb = get) and not (( ka.uri = a))'],
  ])('are appended: %s', (exceptions, condition) => {
    expect(parsed(ONE, more(exceptions))).toBe(condition);
    expect(parsed(ONE, more(exceptions, 'append: true'))).toBe(condition);
  });

  test('stay behind a condition that is appended to', () => {
    expect(parsed(ONE, '- rule: r\n  condition: or ka.verb = list\n  append: true\n')).toBe(
      '(ka.verb = get or ka.verb = list) and not (( ka.uri = a))',
    );
  });

  test('are replaced', () => {
    expect(parsed(ONE, more('[{name: f, fields: ka.verb, values: [b]}]', 'override: {exceptions: replace}'))).toBe(
      '(ka.verb = get) and not (ka.verb in (b))',
    );
  });

  test.each([
    ['[{name: f, values: [[b]]}]', 'LOAD_ERR_VALIDATE Rule exception must have fields property with a list of fields'],
    ['[{name: f, fields: [ka.uri]}]', 'LOAD_ERR_VALIDATE Rule exception must have values property with a list of values'],
    [
      '[{name: e, fields: [ka.uri], values: [[b]]}]',
      'LOAD_ERR_VALIDATE Can not append exception fields to existing exception, only values',
    ],
    ['[{name: e, comps: [=], values: [[b]]}]', 'LOAD_ERR_VALIDATE Can not append exception comps to existing exception, only values'],
  ])('are not appended: %s', (exceptions, issue) => {
    expect(error(ONE, more(exceptions))).toBe(issue);
    expect(problemLines(ruleText('r', 'ka.verb = get', `exceptions: ${ONE}`), more(exceptions)).length).toBeGreaterThan(0);
  });

  test('to append to one that is not there names those that are', () => {
    expect(problemLines(ruleText('r', 'ka.verb = get', `exceptions: ${ONE}`), more('[{name: f, values: [[b]]}]'))).toEqual([
      "2.yaml:2:16: error: rule 'r', exception 'f': Rule exception must have fields property with a list of fields; the rule has no exception 'f' to append values to, but: e",
    ]);
    expect(problemLines(ruleText('r', 'ka.verb = get'), more('[{name: f, values: [[b]]}]'))[0]).toContain(
      "the rule has no exception 'f' to append values to",
    );
  });

  test('nothing to append is told', () => {
    expect(problemLines(ruleText('r', 'ka.verb = get', `exceptions: ${ONE}`), more('[{name: e}]'))).toEqual([
      "2.yaml:2:16: warning: rule 'r', exception 'e': Overriding/appending exception with no values; add 'values:', or leave the exception out",
    ]);
  });
});

describe('a short file that makes a long text', () => {
  test('of exceptions is refused', () => {
    const values = `values: [[&v [${'"xxxxxxxxxxxxxxxx", '.repeat(2000)}]], ${'[*v], '.repeat(300)}]`;
    const lines = problemLines(ruleText('r', 'ka.verb = get', `exceptions: [{name: e, fields: [ka.uri], comps: [in], ${values}}]`));
    expect(lines).toEqual([
      "1.yaml:1:3: error: rule 'r': the condition has more than 2000000 characters with everything put in; use smaller lists and exceptions, or split the rule",
    ]);
  });

  test('of one condition is refused', () => {
    expect(problemLines(ruleText('r', `ka.verb = ${'x'.repeat(2_000_000)}`))[0]).toContain(
      'the condition has more than 2000000 characters',
    );
  });

  test('of lists is refused', () => {
    const lists = Array.from({ length: 10 }, (_, i) => `- list: l${i}\n  items: [${`l${i + 1}, `.repeat(10)}]\n`).join('');
    const [line] = problemLines(`${lists}- list: l10\n  items: [abcdefgh]\n${ruleText('r', 'ka.verb in (l0)')}`);
    expect(line).toContain('the condition has more than 2000000 characters, or all conditions more than 32000000, with everything put in');
    expect(problemLines(`- list: l\n  items: [${'abcdefgh, '.repeat(400_000)}]\n${ruleText('r', 'ka.verb in (l, l)')}`)[0]).toContain(
      'too large',
    );
  });
});
