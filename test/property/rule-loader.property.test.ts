import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { validateFiles } from '../../lib/core/rules/loader/load-files.ts';
import { resultJson, resultText } from '../../lib/core/rules/loader/load-result.ts';
import { problemsOf } from '../../lib/core/rules/loader/problems.ts';
import { DRIFTWIRE_SETTINGS } from '../../lib/core/rules/loader/settings.ts';
import { ruleFiles } from '../support/rule-texts.ts';

/** Loads texts in both ways and writes everything that comes of it. */
function loadAndWrite(texts: readonly string[]): { readonly errors: number } {
  const validated = validateFiles(ruleFiles(texts), DRIFTWIRE_SETTINGS);
  const { falco, all } = validated;
  resultText(falco.results);
  const json = JSON.parse(JSON.stringify(falco.results.map(resultJson))) as readonly { readonly errors: readonly unknown[] }[];
  for (const { errors } of json) expect(errors.length).toBeLessThanOrEqual(1);
  for (const { line, column, excerpt, message } of problemsOf(all)) {
    expect(line).toBeGreaterThan(0);
    expect(column).toBeGreaterThan(0);
    expect(excerpt.caret).toBeLessThanOrEqual(excerpt.text.length + 1);
    expect(message).not.toBe('');
  }
  // the first error that people are told is Falco's first, unless the file is no YAML but for Falco's reader
  const [first] = falco.results.flatMap(({ errors }) => errors);
  const [told] = all.results.flatMap(({ errors }) => errors);
  if (falco.fatal === undefined && told?.code !== 'LOAD_ERR_YAML_PARSE') expect(told?.message).toBe(first?.message);
  if (falco.fatal === undefined) expect(told === undefined).toBe(first === undefined);
  return { errors: json.flatMap(({ errors }) => errors).length };
}

const word = fc.constantFrom(
  'a',
  'l',
  'm',
  'ka.verb',
  'ka.nope',
  'ct.name',
  '(',
  ')',
  ',',
  '=',
  'in',
  'and',
  'or',
  'not',
  'exists',
  '"x y"',
  "'",
  '"',
  '%',
  '<NA>',
  'regex',
  '\\',
  'ü',
  '[0]',
  'tolower(',
);
const condition = fc.array(word, { maxLength: 12 }).map((words) => words.join(' '));
const scalar = fc.oneof(
  condition,
  fc.constantFrom('true', 'no', '~', '', '7', 'INFO', 'k8s_audit', 'append', 'replace', 'r', 'l', 'm'),
  fc.string(),
);
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('name', 'fields', 'comps', 'values', 'condition', 'items', 'x', '__proto__'), tie('value')),
  ),
})).value;
const key = fc.constantFrom(
  'rule',
  'macro',
  'list',
  'items',
  'condition',
  'output',
  'desc',
  'priority',
  'source',
  'tags',
  'enabled',
  'append',
  'override',
  'exceptions',
  'required_engine_version',
  'required_plugin_versions',
  'skip-if-unknown-filter',
  'capture_duration',
  'foo',
  '__proto__',
);
const item = fc.dictionary(key, value, { maxKeys: 9 });
/** Items that are nearly right, so that loading goes far. */
const good = fc.oneof(
  fc.record(
    {
      list: fc.constantFrom('l', 'a', 'and'),
      items: fc.array(fc.constantFrom('a', 'l', 'x y', '', '"q"', 'm'), { maxLength: 3 }),
      append: fc.constantFrom('false', 'true'),
    },
    { requiredKeys: ['list', 'items'] },
  ),
  fc.record(
    { macro: fc.constantFrom('m', 'a', 'l'), condition, append: fc.constantFrom('false', 'true') },
    { requiredKeys: ['macro', 'condition'] },
  ),
  fc.record(
    {
      rule: fc.constantFrom('r', 's'),
      desc: fc.constant('d'),
      condition,
      output: condition,
      priority: fc.constant('INFO'),
      source: fc.constantFrom('k8s_audit', 'aws_cloudtrail', 'okta'),
      exceptions: fc.array(
        fc.record(
          { name: fc.constant('e'), fields: value, comps: value, values: fc.array(value, { maxLength: 3 }) },
          { requiredKeys: ['name'] },
        ),
        { maxLength: 2 },
      ),
      'skip-if-unknown-filter': fc.constant('true'),
      append: fc.constantFrom('false', 'true'),
    },
    { requiredKeys: ['rule', 'desc', 'condition', 'output', 'priority', 'source'] },
  ),
);

describe('loading rule files', () => {
  test('never throws, whatever the text', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 60 }), { maxLength: 3 }), (texts) => void loadAndWrite(texts)),
      { numRuns: 200 },
    );
  });

  test('never throws, whatever the YAML', { timeout: 60_000 }, () => {
    const yaml = fc.array(
      fc.constantFrom(
        '- ',
        '\n',
        '  ',
        '\t',
        'rule: r',
        'a: ',
        ': ',
        '[',
        ']',
        '{',
        '}',
        ', ',
        '&x ',
        '*x',
        '!!str ',
        '|\n',
        '>\n',
        '"',
        "'",
        '#',
        '---\n',
        '...\n',
        '?',
        '<<: ',
        'list: l\n  items: ',
        '\ufeff',
        '\r\n',
      ),
      { maxLength: 25 },
    );
    fc.assert(
      fc.property(yaml, (parts) => void loadAndWrite([parts.join('')])),
      { numRuns: 500 },
    );
  });

  test('never throws, whatever the items, and names the same error first in both ways', { timeout: 60_000 }, () => {
    let valid = 0;
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.oneof({ weight: 4, arbitrary: good }, { weight: 1, arbitrary: item }), { maxLength: 6 }), {
          minLength: 1,
          maxLength: 3,
        }),
        (files) => {
          if (loadAndWrite(files.map((items) => JSON.stringify(items))).errors === 0) valid++;
        },
      ),
      { numRuns: 500 },
    );
    expect(valid).toBeGreaterThan(0);
  });
});

describe('a file that would stall a reader', () => {
  test.each([
    ['aliases of aliases', `- &a0 x\n${Array.from({ length: 60 }, (_, i) => `- &a${i + 1} [${`*a${i}, `.repeat(9)}]\n`).join('')}`],
    [
      'exceptions of aliases',
      `- rule: r\n  exceptions:\n  - {name: e, fields: [a], values: [&v0 [[x]]]}\n${Array.from({ length: 30 }, (_, i) => `  - {name: e${i}, fields: [a], values: [&v${i + 1} [${`*v${i}, `.repeat(9)}]]}\n`).join('')}`,
    ],
    [
      'lists in lists',
      `${Array.from({ length: 60 }, (_, i) => `- list: l${i}\n  items: [${`l${i + 1}, `.repeat(9)}]\n`).join('')}- macro: m\n  condition: ka.verb in (l0)\n`,
    ],
    [
      'macros in macros',
      `- macro: m0\n  condition: ka.verb = x\n${Array.from({ length: 200 }, (_, i) => `- macro: m${i + 1}\n  condition: m${i} and m${i}\n`).join('')}`,
    ],
    [
      'macros in macros, from behind',
      `${Array.from({ length: 200 }, (_, i) => `- macro: m${i}\n  condition: ka.verb = x\n`).join('')}${Array.from({ length: 200 }, (_, i) => `- macro: m${i}\n  condition: m${i + 1} and m${i + 1}\n`).join('')}`,
    ],
    ['nested brackets', `- ${'['.repeat(20_000)}`],
    ['nested items', '- '.repeat(20_000)],
    ['nested parentheses', `- macro: m\n  condition: ${'('.repeat(50_000)}\n`],
    ['many errors', Array.from({ length: 5000 }, (_, i) => `- rule: r${i}\n  append: true\n`).join('')],
    ['many quotes', '"'.repeat(200_000)],
    ['one long line', `- macro: m\n  condition: ${'ka.verb = a or '.repeat(20_000)}ka.nope = b\n`],
  ])('%s', { timeout: 60_000 }, (_, text) => {
    loadAndWrite([text, '- list: after\n  items: [a]\n']);
  });
});
