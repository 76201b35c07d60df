import { describe, expect, test } from 'vitest';
import { validateSchema } from '../../../../../lib/core/rules/loader/file-schema.ts';
import { readYaml } from '../../../../../lib/core/rules/loader/yaml-node.ts';

function check(text: string): readonly string[] {
  const read = readYaml(text, false);
  return 'documents' in read ? read.documents.flatMap(validateSchema).map((line) => line.replace('failed for <root>', '')) : ['no YAML'];
}

const TYPE = "Value type not permitted by 'type' constraint.";
const item = (...more: readonly string[]): readonly string[] => [...more, ': Failed to validate item #0 in array.'];
const of = (key: string, ...more: readonly string[]): readonly string[] =>
  item(...more, `[0]: Failed to validate against schema associated with property name '${key}'.`);

const unknown = (key: string): readonly string[] =>
  item(`[0]: Object contains a property that could not be validated using 'properties' or 'additionalProperties' constraints: '${key}'.`);

describe("Falco's schema of rule files", () => {
  test.each([
    '- rule: 7\n  priority: INFO\n  tags: [a, 1]\n  enabled: true\n  capture_duration: -5\n  exceptions: [{name: e, fields: {a: [b]}}]\n',
    '- list: l\n  items: [a, 1, []]\n  append: false\n  override: {items: append}\n',
    '- required_engine_version: 5\n- required_plugin_versions: [{name: a, version: 1, alternatives: [{name: b, version: 2}]}]\n',
    '- macro: []\n  tags: {}\n  condition: {}\n- []\n',
    '[]',
  ])('has nothing against %j', (text) => {
    expect(check(text)).toEqual(['ok']);
  });

  test.each([
    ['a: b', [`: ${TYPE}`]],
    ['---\n', [`: ${TYPE}`]],
    ['- a', item(`[0]: ${TYPE}`)],
    ['- enabled: yes', of('enabled', `[0][enabled]: ${TYPE}`)],
    ['- enabled: []', of('enabled', `[0][enabled]: ${TYPE}`)],
    ['- capture_duration: 1.5', of('capture_duration', `[0][capture_duration]: ${TYPE}`)],
    ['- rule: [a]', of('rule', `[0][rule]: ${TYPE}`)],
    ['- rule:', of('rule', `[0][rule]: ${TYPE}`)],
    ['- tags: a', of('tags', `[0][tags]: ${TYPE}`)],
    ['- priority: info', of('priority', '[0][priority]: Failed to match against any enum values.')],
    ['- priority: [a]', of('priority', `[0][priority]: ${TYPE}`, '[0][priority]: Failed to match against any enum values.')],
    ['- override: {}', of('override', '[0][override]: Object should have no fewer than 1 properties.')],
    ['- override: append', of('override', `[0][override]: ${TYPE}`)],
    [
      '- exceptions: [{fields: a}]',
      of('exceptions', "[0][exceptions][0]: Missing required property 'name'.", '[0][exceptions]: Failed to validate item #0 in array.'),
    ],
    [
      '- items: [~]',
      of(
        'items',
        `[0][items][0]: ${TYPE}`,
        '[0][items][0]: Failed to validate against child schema #0.',
        `[0][items][0]: ${TYPE}`,
        '[0][items][0]: Failed to validate against child schema #1.',
        '[0][items][0]: Failed to validate against any schemas allowed by anyOf constraint.',
        '[0][items]: Failed to validate item #0 in array.',
      ),
    ],
    ['- ~: a\n  foo: b', unknown('foo')],
    ['- rule: a\n  rule: b\n  ~: c', unknown('')],
  ] as [string, readonly string[]][])('remarks on %j', (text, lines) => {
    expect(check(text)).toEqual(lines);
  });
});
