import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { plainYamlText, yamlText } from '../../../../lib/core/tune/yaml-text.ts';

describe('a text in YAML', () => {
  test('reads as itself and shows everything that is in it', () => {
    expect(yamlText('a b')).toBe('"a b"');
    expect(yamlText('a "b" \\ c')).toBe('\'a "b" \\ c\'');
    expect(yamlText('a "b" isn\'t')).toBe('"a \\"b\\" isn\'t"');
    expect(yamlText('\u202eevil\u001b[2J\u{e0041}')).toBe('"\\u202eevil\\u001b[2J\\U000e0041"');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = yamlText(text);
        expect(parse(shown)).toBe(text);
        expect(shown).not.toMatch(/(?! )[\p{C}\p{Z}]/u);
      }),
    );
  });

  test('stays without quotes where that reads as the same text', () => {
    expect(plainYamlText('Manual AWS change')).toBe('Manual AWS change');
    for (const text of ['true', 'No', 'a: b', '- a', '1', '', 'a ', "it's", 'a #b']) {
      expect(plainYamlText(text), text).toBe(JSON.stringify(text));
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parse(plainYamlText(text), { schema: 'core' })).toBe(text);
      }),
    );
  });
});
