import { describe, expect, test } from 'vitest';
import type { JsonNode } from '../../../../../lib/core/json/tree.ts';
import { parseTree } from '../../../../../lib/core/json/tree.ts';
import { compactText, contentOf, indented, nodeAt, textOf } from '../../../../../lib/core/rules/fields/read.ts';

const root = (text: string): JsonNode => parseTree(text, 100) as JsonNode;

describe('a node', () => {
  test('is found by keys and positions', () => {
    const tree = root('{"a":[{"b":1},2]}');
    expect(nodeAt(tree, [])).toBe(tree);
    expect(nodeAt(tree, ['a', '0', 'b'])?.kind).toBe('number');
    expect(nodeAt(tree, ['a', '+1'])?.kind).toBe('number');
    expect(nodeAt(tree, ['a', '2'])).toBeUndefined();
    expect(nodeAt(tree, ['a', '0.0'])).toBeUndefined();
    expect(nodeAt(tree, ['a', '1', 'b'])).toBeUndefined();
    expect(nodeAt(undefined, ['a'])).toBeUndefined();
  });

  test('has the content of a string up to NUL, else its JSON text', () => {
    const text = '["a\\u0000b", { "c" : 1.0 }]';
    const [string, object] = (root(text) as Extract<JsonNode, { kind: 'array' }>).items as [JsonNode, JsonNode];
    expect([textOf(text, string), textOf(text, object)]).toEqual(['a', '{"c":1.0}']);
    expect(contentOf(text, object)).toBeUndefined();
  });
});

test('JSON text loses its blanks but those in strings', () => {
  expect(compactText('{ "a b" :\n[ 1 ,\t"c\\" d" ] }')).toBe('{"a b":[1,"c\\" d"]}');
});

test('JSON text is indented as Go does it', () => {
  expect(indented('{"a":{ },"b":[ ],"c":[{"d":"x: {,}"}]}')).toBe(
    '{\n  "a": {},\n  "b": [],\n  "c": [\n    {\n      "d": "x: {,}"\n    }\n  ]\n}',
  );
});
