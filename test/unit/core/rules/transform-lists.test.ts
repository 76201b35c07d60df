import { describe, expect, test } from 'vitest';
import { joined, parsedOptions } from '../../../../lib/core/rules/transform-lists.ts';

const text = { original: { engineType: 'CHARBUF', isList: false } } as const;
const list = { original: { engineType: 'CHARBUF', isList: true } } as const;
const number = { original: { engineType: 'UINT64', isList: false } } as const;

describe('join and concat', () => {
  test('put texts together; absent as soon as one argument is', () => {
    const { isList, combine } = joined('join', [text, list], undefined);
    expect(isList).toBe(false);
    expect(combine([', ', ['a', 'b']])).toBe('a, b');
    expect(combine([', ', []])).toBe('');
    expect(combine([', ', undefined])).toBeUndefined();
    expect(joined('concat', [text, text, text], undefined).combine(['a', ':', 'b'])).toBe('a:b');
  });

  test.each([
    ['join', [text, list, text], undefined, 'join() requires exactly 2 arguments: separator and list'],
    ['join', [list, list], undefined, 'join() first argument (separator) must be a single value, not a list'],
    ['join', [text, text], undefined, 'join() second argument must be a list'],
    ['join', [text, list], 'x', "transformer 'join' does not support field arguments"],
    ['concat', [text, list], undefined, 'concat() arguments must be strings'],
    ['concat', [text, number], undefined, 'concat() arguments must be strings'],
    ['concat', [text, text], 'x', "transformer 'concat' does not support field arguments"],
  ] as const)('%s of the wrong arguments', (name, sources, arg, message) => {
    expect(() => joined(name, sources, arg)).toThrow(message);
  });
});

describe('getopt', () => {
  const options = (words: readonly string[], optstring: string, arg?: string) =>
    parsedOptions([list, text], arg).combine([words, optstring]);

  test.each([
    [['-a', '-b'], 'ab', ['a', 'b']],
    [['-ab'], 'ab', ['a', 'b']],
    [['-t', 'value', '-n'], 'nt:', ['t', 'value', 'n']],
    [['-tvalue'], 't:', ['t', 'value']],
    [['-nt', 'x', 'stop', '-n'], 'nt:', ['n', 't', 'x']],
    [['-t'], 't:', ['']],
    [['-x'], 'a', ['?']],
    [['--exec', '-a'], 'a', ['a']],
    [['-a', '--', '-b'], 'ab', ['a']],
    [['-', '-a'], 'a', []],
    [['', '-a'], 'a', []],
    [['-:'], ':a', ['?']],
    [['-ü'], 'a', ['?', '?']],
    [['-aa'], 'a:a', ['a', 'a']],
  ] as const)('%j by %j: %j', (words, optstring, expected) => {
    expect(options(words, optstring)).toEqual(expected);
  });

  test('with an argument it is the last value of that option', () => {
    expect(parsedOptions([list, text], 't').isList).toBe(false);
    expect(parsedOptions([list, text], undefined).isList).toBe(true);
    expect(options(['-t', 'a', '-t', 'b'], 't:', 't')).toBe('b');
    expect(options(['-n'], 'n', 'n')).toBe('n');
    expect(options(['-t'], 't:', 't')).toBe('');
    expect(options(['-n'], 'nt:', 't')).toBeUndefined();
    expect(options(['-x'], 'n', '?')).toBeUndefined();
    expect(parsedOptions([list, text], undefined).combine([undefined, 'a'])).toBeUndefined();
    expect(parsedOptions([list, text], undefined).combine([['-a'], undefined])).toBeUndefined();
  });

  test.each([
    [[list, text, text], undefined, 'getopt() requires exactly 2 arguments: args list and optstring'],
    [[list], undefined, 'getopt() requires exactly 2 arguments: args list and optstring'],
    [[text, text], undefined, 'getopt() first argument must be a list'],
    [[list, list], undefined, 'getopt() second argument (optstring) must be a single value'],
    [[list, number], undefined, 'getopt() arguments must be strings'],
    [[list, text], 'ab', 'getopt() field argument must be a single option character'],
  ] as const)('of the wrong arguments', (sources, arg, message) => {
    expect(() => parsedOptions(sources, arg)).toThrow(message);
  });
});
