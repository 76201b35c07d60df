import { describe, expect, test } from 'vitest';
import type { JsonNode } from '../../../../../lib/core/json/tree.ts';
import { kaSpec, kaText, kaTexts, textsOf, valuesAt } from '../../../../../lib/core/rules/fields/ka-read.ts';
import { fieldEventOf } from '../../../../support/falco-events.ts';

const event = fieldEventOf(
  'k8s_audit',
  '{"auditID":1,"a":[{"b":[1,2]},{"c":0},{"b":[[3]]}],"o":{"b":4},"d":{"x.y":"z"},"list":["p",null]}',
);

describe('what stands at a path through arrays', () => {
  const at = (index: string, ...path: readonly string[]) => {
    const nodes = valuesAt(event.root(), index, path);
    return nodes?.map((node: JsonNode | undefined) => node && event.text.slice(node.start, node.end));
  };

  test.each([
    ['', ['a', 'b'], ['[1,2]', undefined, '[[3]]']],
    ['0', ['a', 'b'], ['[1,2]']],
    ['1', ['a', 'b'], undefined],
    ['7', ['a', 'b'], undefined],
    ['', ['o', 'b'], ['4']],
    ['', ['o', 'x'], undefined],
    ['', ['nope', 'b'], undefined],
    ['', ['o', ''], ['{"b":4}']],
  ] as const)('with index %j, %j is %j', (index, path, expected) => {
    expect(at(index, ...path)).toEqual(expected);
  });

  test('only those that are there have texts', () => {
    expect(textsOf(event, valuesAt(event.root(), '', ['a', 'b']))).toEqual(['[1,2]', '[[3]]']);
    expect(textsOf(event, undefined)).toBeUndefined();
  });
});

describe('a field of the plugin', () => {
  test('is absent without auditID, and as a list without elements', () => {
    const field = kaSpec({ name: 'ka.x', description: 'd', from: 'f', isList: true, read: () => [] });
    expect(field.read(event, '')).toBeUndefined();
    expect(kaText('ka.x', 'o', 'd').read(fieldEventOf('k8s_audit', '{"o":1}'), '')).toBeUndefined();
  });

  test('may have a key with dots, and says where it comes from', () => {
    const field = kaText('ka.x', ['d', 'x.y'], 'd');
    expect([field.read(event, ''), field.from]).toEqual(['z', 'd["x.y"]']);
    expect(kaTexts('ka.x', 'list', 'd').read(event, '')).toEqual(['p', 'null']);
  });
});
