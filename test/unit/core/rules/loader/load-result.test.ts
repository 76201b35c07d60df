import { describe, expect, test } from 'vitest';
import { furtherErrors, validateFiles } from '../../../../../lib/core/rules/loader/load-files.ts';
import { resultJson, resultText } from '../../../../../lib/core/rules/loader/load-result.ts';
import { DRIFTWIRE_SETTINGS } from '../../../../../lib/core/rules/loader/settings.ts';
import { ruleFiles, ruleText } from '../../../../support/rule-texts.ts';

const validated = (...texts: readonly string[]) => validateFiles(ruleFiles(texts), DRIFTWIRE_SETTINGS);
const text = (...texts: readonly string[]): string => resultText(validated(...texts).falco.results);
const json = (...texts: readonly string[]) => validated(...texts).falco.results.map(resultJson);

describe("a result in Falco's text form", () => {
  test('is one word for files without errors', () => {
    expect(text(ruleText('r', 'ka.verb = get'), '- list: l\n  items: [a]\n', '# nothing\n')).toBe(
      '1.yaml: Ok\n2.yaml: Ok, with warnings\n3.yaml: Ok, with warnings\n',
    );
  });

  test('has places from the file inwards, the line and a caret', () => {
    expect(text(`${ruleText('r', 'ka.verb = get\n    and ka.nope = x or (a lot more of text)')}- foo: x\n`)).toBe(
      [
        '1.yaml: Invalid',
        '2 Schema warnings:',
        '------',
        "failed for <root>[1]: Object contains a property that could not be validated using 'properties' or 'additionalProperties' constraints: 'foo'.",
        '------',
        'failed for <root>: Failed to validate item #1 in array.',
        '------',
        '',
        '1 Errors:',
        'In rules content: (1.yaml:0:0)',
        "    rule 'r': (1.yaml:0:2)",
        '    rule condition: (1.yaml:2:13)',
        '    condition expression: ("ka.verb = get and...":3:50)',
        '------',
        'ka.verb = get and ka.nope = x or (a lot more of text)',
        `${' '.repeat(52)}^`,
        '------',
        "LOAD_ERR_COMPILE_CONDITION (Error compiling condition): expected a ')' token",
        '',
        '1 Warnings:',
        'In rules content: (1.yaml:0:0)',
        '    rules content item: (1.yaml:7:2)',
        '------',
        '- foo: x',
        '  ^',
        '------',
        'LOAD_UNKNOWN_ITEM (Unknown rules file item): Unknown top level item',
        '',
        '',
      ].join('\n'),
    );
  });
});

describe("a result in Falco's JSON form", () => {
  test('has its keys in order and tells of the schema only where it was asked', () => {
    expect(JSON.stringify(json('# nothing\n', ruleText('r', 'ka.verb = get')))).toBe(
      '[{"errors":[],"name":"1.yaml","successful":true,"warnings":[]},{"errors":[],"name":"2.yaml","schema_valid":true,"schema_warnings":[],"successful":true,"warnings":[]}]',
    );
  });

  test('has what the schema remarks on', () => {
    expect(json('- rule: r\n  enabled: no\n')[0]).toMatchObject({
      schema_valid: false,
      schema_warnings: [
        "failed for <root>[0][enabled]: Value type not permitted by 'type' constraint.",
        expect.anything(),
        expect.anything(),
      ],
    });
  });

  test('counts bytes, and shows the condition with lists put in where it does not parse', () => {
    const [result] = json(`- list: l\n  items: ["a(b)"]\n${ruleText('ü', 'ka.uri = ü and ka.verb in (l)')}`);
    expect(result?.errors[0]).toEqual({
      code: 'LOAD_ERR_COMPILE_CONDITION',
      codedesc: 'Error compiling condition',
      context: {
        locations: [
          { item_name: '', item_type: 'rules content', position: { column: 0, line: 0, name: '1.yaml', offset: 0 } },
          { item_name: 'ü', item_type: 'rule', position: { column: 2, line: 2, name: '1.yaml', offset: 30 } },
          { item_name: '', item_type: 'rule condition', position: { column: 13, line: 4, name: '1.yaml', offset: 62 } },
          {
            item_name: '',
            item_type: 'condition expression',
            position: { column: 44, line: 5, name: '"ka.uri = ü and k..."', offset: 92 },
          },
        ],
        snippet: `ka.uri = ü and ka.verb in ( a(b) )\n${' '.repeat(34)}^\n`,
      },
      message: "expected a ')' token",
    });
  });

  test('names a condition of several lines in one', () => {
    const [result] = json(ruleText('r', '|\n    ka.verb\n    = get x'));
    expect(result?.errors[0]?.context.locations.at(-1)).toEqual({
      item_name: '',
      item_type: 'condition expression',
      position: { column: 20, line: 4, name: '"ka.verb = get x "', offset: 47 },
    });
  });

  test('tells of deprecated fields by name', () => {
    const rule = ruleText('r', 'evt.dir = x', 'skip-if-unknown-filter: true');
    expect(json(rule)[0]?.warnings[0]).toMatchObject({
      code: 'LOAD_DEPRECATED_ITEM',
      codedesc: 'A deprecated item is employed by lists, macros, or rules.',
      message: expect.stringMatching(/^due to the drop of enter events/),
      deprecated_field: 'evt.dir',
    });
    const broken = ruleText('s', 'ka.nope = x').replace('desc: d', 'desc: e');
    expect(text(`${rule}${broken}`)).toContain("LOAD_DEPRECATED_ITEM (Used deprecated item: field 'evt.dir'): due to");
  });
});

describe('several files', () => {
  test('an error of one stays where it is, and what stood before it counts for the next', () => {
    const first = `- macro: m\n  condition: ka.verb = get\n- macro: n\n- macro: o\n  condition: ka.verb = list\n`;
    const results = validated(first, ruleText('r', 'm'), ruleText('s', 'o')).falco.results;
    expect(results.map(({ errors }) => errors.map(({ message }) => message))).toEqual([
      ["Item has no mapping for key 'condition'"],
      [],
      ["Undefined macro 'o' used in filter."],
    ]);
  });

  test('all errors of all files are told, and none that only follows from another', () => {
    const first = `- macro: m\n  condition: ka.verb = get\n- macro: n\n- macro: o\n  condition: ka.verb = list\n`;
    const all = validated(first, ruleText('s', 'o and n and ka.nope = x'));
    expect(all.all.results.map(({ errors }) => errors.map(({ message }) => message))).toEqual([
      ["Item has no mapping for key 'condition'"],
      ['filter_check called with nonexistent field ka.nope'],
    ]);
    expect(furtherErrors(all, 0)).toEqual([]);
    expect(furtherErrors(all, 1)).toHaveLength(1);
    expect(furtherErrors(validated(ruleText('r', 'ka.verb = get')), 0)).toEqual([]);
  });

  test('a file with more errors than anybody reads is not read to its end', () => {
    const { all } = validated('- rule: r\n  enabled: x\n'.repeat(2000));
    expect(all.results[0]?.errors).toHaveLength(1000);
    const many = validated(Array.from({ length: 1500 }, (_, i) => ruleText(`r${i}`, 'ka.nope = x')).join(''));
    expect(many.all.results[0]?.errors).toHaveLength(1000);
  });
});
