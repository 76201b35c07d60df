import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JsonNode, parseTree, stringOf } from '../../../../lib/core/json/tree.ts';

function value(text: string, node: JsonNode): unknown {
  if (node.kind === 'array') return node.items.map((item) => value(text, item));
  if (node.kind === 'object') return Object.fromEntries([...node.members].map(([key, member]) => [key, value(text, member)]));
  return node.kind === 'string' ? stringOf(text, node) : JSON.parse(text.slice(node.start, node.end));
}

describe('a tree of spans', () => {
  test('says what JSON.parse says, for any JSON', () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false } as never), fc.boolean(), (json, isPretty) => {
        const text = isPretty ? JSON.stringify(JSON.parse(json), null, 2) : json;
        const root = parseTree(text, 1000) as JsonNode;
        expect(JSON.stringify(value(text, root))).toBe(JSON.stringify(JSON.parse(text)));
        expect([root.start, root.end]).toEqual([0, text.length]);
      }),
    );
  });

  test.each([
    '',
    '{',
    '[',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{a:1}',
    '[1,]',
    '[1',
    '{"a":1',
    '01',
    '-',
    '"',
    '"\\x"',
    '"\u0001"',
    'tru',
    '1 2',
    '{"a":1}x',
    '[1 2]',
    '{"a" 1}',
  ])('%j is no JSON', (text) => {
    expect(parseTree(text, 1000)).toBeUndefined();
    expect(() => JSON.parse(text)).toThrow();
  });

  test('the first of two equal keys counts, and a key called __proto__ is a key', () => {
    const text = '{"a":1,"a":2,"__proto__":3,"\\u0062":4}';
    const root = parseTree(text, 10);
    expect(root?.kind === 'object' && [...root.members.keys()]).toEqual(['a', '__proto__', 'b']);
    expect(root?.kind === 'object' && text.slice(root.members.get('a')?.start, root.members.get('a')?.end)).toBe('1');
  });

  test('a string may be as long as a record', () => {
    const text = `{"a":"${'x\\u00fc'.repeat(1_500_000)}","b":1}`;
    expect(parseTree(text, 10)?.kind).toBe('object');
  });

  test('nesting is bounded', () => {
    expect(parseTree('[[1]]', 2)).toBeDefined();
    expect(parseTree('[[1]]', 1)).toBeUndefined();
    expect(parseTree('{"a":{}}', 1)).toBeUndefined();
    expect(parseTree('['.repeat(100_000), 1000)).toBeUndefined();
  });
});
