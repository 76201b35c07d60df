import { describe, expect, test } from 'vitest';
import { changeOf } from '../../../../lib/core/rules/transform-text.ts';

const of = (engineType: 'CHARBUF' | 'UINT64', isList = false, wasList = isList) => ({
  engineType,
  isList,
  name: 'ka.field',
  original: { engineType, isList: wasList },
});

describe('a transformer of one argument', () => {
  test.each([
    ['tolower', 'AÜb', 'aÜb'],
    ['toupper', 'aüB', 'AüB'],
    ['basename', '/a/b', 'b'],
    ['basename', 'b', 'b'],
    ['basename', '/a/', ''],
    ['b64', 'YWI=', 'ab'],
    ['b64', 'w7w', 'ü'],
    ['b64', 'YQBi', 'a'],
    ['b64', '', ''],
    ['b64', '!', undefined],
    ['len', 'jürgen', 7n],
  ])('%s of %s is %s', (name, text, expected) => {
    expect(changeOf(name, of('CHARBUF')).change(text)).toBe(expected);
  });

  test('changes each element of a list; one that cannot be changed takes the list away', () => {
    expect(changeOf('toupper', of('CHARBUF', true)).change(['a', 'b'])).toEqual(['A', 'B']);
    expect(changeOf('b64', of('CHARBUF', true)).change(['YWI=', '!'])).toBeUndefined();
    expect(changeOf('toupper', of('CHARBUF', true)).result).toEqual({ engineType: 'CHARBUF', isList: true, hasEndMark: true });
  });

  test('len counts the elements of a list and is a number', () => {
    const len = changeOf('len', of('CHARBUF', true));
    expect(len.change(['a', 'bcd'])).toBe(2n);
    expect(len.result).toEqual({ engineType: 'UINT64', isList: false, hasEndMark: false });
  });

  test('len of what is a list only while compiling counts the first text, as Falco does', () => {
    const len = changeOf('len', of('CHARBUF', true, false));
    expect(len.change(['abc', 'x'])).toBe(3n);
    expect(len.change([])).toBeUndefined();
  });

  test.each([
    [
      'tolower',
      of('UINT64'),
      "can't add field transformer: type 'UINT64' is not supported by 'tolower' transformer applied on field 'ka.field'",
    ],
    ['len', of('UINT64'), "can't add field transformer: type 'UINT64' is not supported by 'len' transformer applied on field 'ka.field'"],
    [
      'b64',
      of('UINT64', true),
      "can't add field transformer: type 'UINT64' is not supported by 'b64' transformer applied on list field 'ka.field'",
    ],
    ['join', of('CHARBUF'), "unknown field transfomer 'join'"],
  ])('%s does not go with every type', (name, source, message) => {
    expect(() => changeOf(name, source)).toThrow(message);
  });
});
