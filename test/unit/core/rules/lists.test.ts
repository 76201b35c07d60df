import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beforeReplacement, putListIn, TooLarge } from '../../../../lib/core/rules/lists.ts';

const put = (text: string, items: readonly string[], name = 'l'): string => putListIn(text, name, items, 1000).text;

describe('a list put into a condition', () => {
  test.each([
    ['ka.verb in (l)', ['a', 'b'], 'ka.verb in ( a, b )'],
    ['ka.verb in ( l )', ['a'], 'ka.verb in ( a )'],
    ['x in (a,l,b)', ['c'], 'x in (a, c ,b)'],
    ['x = l', ['a'], 'x = a '],
    ['l', ['a'], 'a '],
    ['l l', ['a'], 'a l'],
    [' l l l', ['a'], 'a l a '],
    ['x in (l, l)', ['a b', "'c d'"], 'x in ( "a b", \'c d\' , "a b", \'c d\' )'],
    ['x in (ll, al, l.a, "l")', ['a'], 'x in (ll, al, l.a, "l")'],
    ['x = " l "', ['a'], 'x = " a "'],
    ['x in (a, l)', [], 'x in (a  )'],
    ['x in (l, a)', [], 'x in (   a)'],
    ['x in (l)', [], 'x in (  )'],
    ['l', [], ' '],
    ['x in (l)', ['', 'a'], 'x in ( a )'],
    ['x in (l\n)', ['a'], 'x in ( a )'],
    ['x in (l, l)', ["'a ", 'b'], "x in ( 'a , b , 'a , b )"],
    ['l l', ["'a  "], "'a   l"],
    ['x l l', ["'a  "], "x 'a 'a   "],
    ['x l l l', ["'  "], "x ' ' '   "],
    ['nothing', ['a'], 'nothing'],
  ])('%j with %j is %j', (text, items, expected) => {
    expect(put(text, items)).toBe(expected);
  });

  test('is refused where the text would be too large', () => {
    expect(() => putListIn('l', 'l', ['a'.repeat(20)], 10)).toThrow(TooLarge);
    expect(() => putListIn('l, l, l', 'l', ['aaaaa'], 10)).toThrow(TooLarge);
  });

  test('is as Falco puts it, name by name, and leads back to where it was', () => {
    const word = fc.constantFrom('l', 'll', 'a', ' ', '  ', ',', '(', ')', '=', '\n', 'l,l');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), fc.array(fc.constantFrom('a', 'b c', '', "'d "), { maxLength: 3 }), (words, items) => {
        const text = words.join('');
        const { text: result, replacements } = putListIn(text, 'l', items, 1000);
        expect(result).toBe(oneByOne(text, 'l', items));
        for (let at = 0; at < result.length; at++) {
          const before = beforeReplacement(at, replacements);
          expect(before).toBeGreaterThanOrEqual(0);
          expect(before).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });
});

/** The same in the words of Falco's source: one name after the other, in one growing text. */
function oneByOne(condition: string, name: string, items: readonly string[]): string {
  let text = condition;
  for (let start = text.indexOf(name); start >= 0; start = text.indexOf(name, start + 1)) {
    let end = start + name.length;
    const isAlone =
      (start === 0 || ' \t\n\r(),='.includes(text.charAt(start - 1))) && (end >= text.length || ' \t\n\r(),='.includes(text.charAt(end)));
    if (!isAlone) continue;
    while (start > 0 && ' \t\n\r'.includes(text.charAt(start - 1))) start--;
    while (end < text.length && ' \t\n\r'.includes(text.charAt(end))) end++;
    let words = '';
    for (const item of items) words += `${words === '' ? '' : ', '}${item.includes(' ') && !/^["']/.test(item) ? `"${item}"` : item}`;
    if (words === '' && start > 0 && text.charAt(start - 1) === ',') start--;
    else if (words === '' && text.charAt(end) === ',') end++;
    text = `${start > 0 ? `${text.slice(0, start)} ` : ''}${words} ${text.slice(end)}`;
    start += words.length + 1;
  }
  return text;
}
