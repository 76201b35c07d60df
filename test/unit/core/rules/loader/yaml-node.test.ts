import { describe, expect, test } from 'vitest';
import { readYaml, valueAt, type YamlNode } from '../../../../../lib/core/rules/loader/yaml-node.ts';

/** A tree as a short text: `scalar@place`, `null@place`. */
function brief(node: YamlNode): string {
  switch (node.kind) {
    case 'null':
      return `null@${node.at}`;
    case 'scalar':
      return `${JSON.stringify(node.value)}@${node.at}`;
    case 'seq':
      return `[${node.items.map(brief).join(' ')}]@${node.at}`;
    case 'map':
      return `{${node.pairs.map(({ key, value }) => `${brief(key)}:${brief(value)}`).join(' ')}}@${node.at}`;
  }
}

function documents(text: string, asFalco = false): readonly string[] {
  const read = readYaml(text, asFalco);
  return 'problems' in read ? read.problems.map(({ at, message }) => `${at}: ${message}`) : read.documents.map(brief);
}

describe('YAML as Falco reads it', () => {
  test.each([
    ['scalars stay as they are written', "[0644, 1e3, yes, \"x\\ty\", 'it''s']", ['["0644"@1 "1e3"@7 "yes"@12 "x\\ty"@17 "it\'s"@25]@0']],
    [
      'null is null by its spelling',
      '[~, null, NULL, Null, "null", !!str null]',
      ['[null@1 null@4 null@10 null@16 "null"@22 "null"@30]@0'],
    ],
    [
      'nothing is null, where the next thing stands',
      '- a:\n  # c\n  b: 1\n-\n- c:\n',
      ['[{"a"@2:null@13 "b"@13:"1"@16}@2 null@20 {"c"@22:null@25}@22]@0'],
    ],
    ['a key without value in braces is null', '{a, b: 1}', ['{"a"@1:null@2 "b"@4:"1"@7}@0']],
    ['a block keeps its text', '- >\n  a\n  b\n- |\n  c\n', ['["a b\\n"@2 "c\\n"@14]@0']],
    [
      'anchors stand for the value, tag and anchor belong to it',
      '- &x a\n- *x\n- !t &y [*x]\n- *y\n',
      ['["a"@2 "a"@2 ["a"@2]@14 ["a"@2]@14]@0'],
    ],
    ['there are no merge keys', '- &x {a: 1}\n- <<: *x\n', ['[{"a"@6:"1"@9}@2 {"<<"@14:{"a"@6:"1"@9}@2}@14]@0']],
    ['keys may be anything', '? [a]\n: b\n', ['{["a"@3]@2:"b"@8}@0']],
    ['unknown tags do nothing', '- !!binary aGk=\n- !!set {a}\n- ! b\n', ['["aGk="@2 {"a"@25:null@26}@18 "b"@30]@0']],
    ['lines in brackets may begin anywhere', '- a: [b, # c\nd,\r\n e]\n- f\n', ['[{"a"@2:["b"@6 "d"@13 "e"@18]@5}@2 "f"@23]@0']],
    ['several documents', '- a\n---\n- b\n...\n', ['["a"@2]@0', '["b"@10]@8']],
    ['a document without anything is null', '---\n', ['null@4']],
    ['no document', '# nothing\n', []],
    ['no text', '', []],
  ])('%s', (_, text, trees) => {
    expect(documents(text)).toEqual(trees);
  });

  test.each([
    ['a: b: c\n', '3: nested mappings are not allowed in compact mappings'],
    ['- "a\n', '2: missing closing "quote'],
    ['- *x\n', '2: the alias *x names no anchor before it'],
    ['- &x [*x]\n', '6: the alias *x stands inside the value it names'],
    [`${'['.repeat(600)}${']'.repeat(600)}`, '500: nested more than 500 levels deep'],
    [`- ${'['.repeat(5_000)}${']'.repeat(5_000)}`, 'nested more than 500 levels deep'],
  ])('%.20s is none', (text, problem) => {
    expect(documents(text)[0]).toContain(problem);
  });

  test('a text that would have to be read too often is not joined', () => {
    expect(documents(`- [\n${'a,\n'.repeat(4000)}]\n`)[0]).toContain('must be sufficiently indented');
    expect(documents('- list: l\n  items: [a\n- list: m\n')[0]).toMatch(/^22: flow sequence in block collection must be/);
  });

  test.each([
    ['a line as far left as the list', '- a\nb: c\n', ['["a"@2]@0', '{"b"@4:"c"@7}@4'], 4],
    ['a line further left', '  - a: b\n  - c\n - d\n', ['[{"a"@4:"b"@7}@4 "c"@13]@2', '["d"@18]@16'], 16],
    ['several lines', '  - a\n - b\n- c\n', ['["a"@4]@2', '["b"@9]@7', '["c"@13]@11'], 7],
    ['behind another document', '- a\n---\n  - b\n- c\n', ['["a"@2]@0', '["b"@12]@10', '["c"@16]@14'], 14],
  ])('%s begins a document for Falco, and is a problem for people', (_, text, trees, problem) => {
    expect(documents(text, true)).toEqual(trees);
    expect(documents(text)[0]).toMatch(new RegExp(`^${problem}: unexpected .* at node end$`));
  });

  test.each([
    ['with the file', '- a: "b\n', ['[{"a"@2:"b "@5}@2]@0'], '5: missing closing "quote'],
    ["with the file, '", "- a: 'b\n", ['[{"a"@2:"b "@5}@2]@0'], "5: missing closing 'quote"],
    ['on a line further left', '- a: "b\nc"\n- d\n', ['[{"a"@2:"b c"@5}@2 "d"@13]@0'], '5: missing closing "quote'],
  ])('a text in quotes ends %s for Falco, and is a problem for people', (_, text, trees, problem) => {
    expect(documents(text, true)).toEqual(trees);
    expect(documents(text)[0]).toBe(problem);
  });

  test('a line that begins right of the list is a problem for Falco too', () => {
    expect(documents('- a\n- "b"\n c\n', true)[0]).toBe('10: sequence item without - indicator');
    expect(documents('- a: "b\n---\n- c\n', true)[0]).toBe('5: missing closing "quote');
    expect(documents('- a: "b', true)[0]).toBe('5: missing closing "quote');
    expect(documents('"a"\n"b"\n', true)[0]).toContain('unexpected');
    expect(documents('- a\n', true)).toEqual(['["a"@2]@0']);
    expect(documents('- "a" b\n', true)[0]).toContain('6: unexpected scalar at node end');
  });

  test('not more than ten problems are told', () => {
    expect(documents('- "a" b\n'.repeat(50))).toHaveLength(10);
  });

  test('of equal keys the first counts', () => {
    const read = readYaml('a: 1\na: 2\n__proto__: 3\n', false);
    const [map] = 'documents' in read ? read.documents : [];
    if (map?.kind !== 'map') throw new Error('no map');
    expect(valueAt(map, 'a')).toMatchObject({ value: '1' });
    expect(valueAt(map, '__proto__')).toMatchObject({ value: '3' });
    expect(valueAt(map, 'toString')).toBeUndefined();
  });

  test('anchors do not multiply', () => {
    const levels = Array.from({ length: 40 }, (_, index) => `- &a${index + 1} [*a${index}, *a${index}]\n`).join('');
    const read = readYaml(`- &a0 x\n${levels}`, false);
    expect('documents' in read).toBe(true);
  });
});
