import { describe, expect, test } from 'vitest';
import { SourceText, snippetOf, utf8Length } from '../../../../../lib/core/rules/loader/source-text.ts';

describe('places in a rule file', () => {
  test.each([
    ['abc', 3],
    ['ü', 2],
    ['€', 3],
    ['😀', 4],
    ['\ud83d', 2],
  ])('%j has its bytes counted', (text, bytes) => {
    expect(utf8Length(text)).toBe(bytes);
  });

  test('people count characters from 1, Falco bytes from 0', () => {
    const source = new SourceText('a.yaml', '- a: ü\n  b: üx\n');
    expect(source.place(13)).toEqual({ line: 2, column: 7 });
    expect(source.mark(13)).toEqual({ line: 1, column: 7, offset: 15 });
    expect(source.mark(0)).toEqual({ line: 0, column: 0, offset: 0 });
  });

  test('a byte order mark is not counted', () => {
    const source = new SourceText('a.yaml', '\ufeff- a\r\n- b\r\n');
    expect(source.text.startsWith('- a')).toBe(true);
    expect(source.place(5)).toEqual({ line: 2, column: 1 });
  });
});

describe('the line round a place', () => {
  test.each([
    ['- a\n- b\n- c\n', 4, '- b\n^\n'],
    ['- a\n- b\n- c\n', 6, '- b\n  ^\n'],
    // a place on a line break belongs to the line before it, one behind the text to its last line
    ['- a\n- b\n', 7, '- b\n  ^\n'],
    ['- a\n- b\n', 99, '- b\n  ^\n'],
    ['- a', 2, '- a\n  ^\n'],
    ['', 0, '<No context available>\n'],
    ['\n- a', 0, '<No context available>\n'],
  ])('%j at %i', (text, at, snippet) => {
    expect(snippetOf(text, at)).toBe(snippet);
  });

  test('bytes are counted, as Falco counts them', () => {
    expect(snippetOf('- ünï x\n', 6)).toBe('- ünï x\n        ^\n');
    expect(snippetOf('- ünï x\n', 2, 1)).toBe('- ünï x\n   ^\n');
    expect(snippetOf('- xü\n', 4)).toBe('- xü\n    ^\n');
    expect(snippetOf(`${'ü'.repeat(100)}x\n`, 100)).toBe(`...${'\ufffd'}${'ü'.repeat(38)}x\n${' '.repeat(80)}^\n`);
  });

  test('a long line is cut to 160 bytes round the place', () => {
    const line = 'x'.repeat(500);
    const [text = '', caret = ''] = snippetOf(`- a\n${line}\n- b\n`, 204).split('\n');
    expect(text).toBe(`...${'x'.repeat(155)}...`);
    expect(caret).toBe(`${' '.repeat(80)}^`);
    expect(snippetOf(`${'x'.repeat(79)}\n`, 78)).toBe(`${'x'.repeat(79)}\n${' '.repeat(78)}^\n`);
  });
});
