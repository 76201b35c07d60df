import { describe, expect, test } from 'vitest';
import { Lexer } from '../../../../lib/core/rules/lexer.ts';

describe('tokens', () => {
  test('are taken by prefix, and the last one is remembered', () => {
    const lexer = new Lexer('inx = y');
    expect([lexer.take('in'), lexer.lastToken, lexer.at]).toEqual([true, 'in', 2]);
    expect([lexer.take('in'), lexer.identifier(), lexer.blanks(), lexer.blanks()]).toEqual([false, 'x', true, false]);
    expect([lexer.lastToken, lexer.isAtEnd]).toEqual(['x', false]);
  });

  test('a word operator needs a blank behind it, a symbol does not', () => {
    expect(new Lexer('glob x').operator(['glob '])).toBe('glob ');
    expect(new Lexer('globx').operator(['glob '])).toBeUndefined();
    expect(new Lexer('==x').operator(['==', '='])).toBe('==');
  });

  test('one can go back to a place, and the last token with it', () => {
    const lexer = new Lexer('a b');
    lexer.identifier();
    const back = lexer.bookmark();
    lexer.blanks();
    lexer.identifier();
    lexer.goBack(back);
    expect([lexer.at, lexer.lastToken]).toEqual([1, 'a']);
  });

  test.each([
    ['(x', true],
    ['x', true],
    ['and x', false],
    ['or', false],
    ['not(x)', false],
    ['android', true],
    ['5', false],
    ['', false],
  ])('in %j a list follows: %s', (text, expected) => {
    expect(new Lexer(text).listFollows()).toBe(expected);
  });

  test.each([
    ['"a\'b" x', { value: "a'b" }, 5],
    ["'a\\'b'", { value: "a'b" }, 6],
    ['"a\\/\\f\\r"', { value: 'a/\f\r' }, 9],
    ['"a\\', undefined, 0],
    ['"a\\q"', { error: 'unsupported string escape sequence: \\q' }, 5],
    ["'a\\\"b'", { error: 'invalid \\" escape in \'-quoted string' }, 6],
    ['""', { value: '' }, 2],
    ['a', undefined, 0],
  ])('%j in quotes is %j', (text, expected, at) => {
    const lexer = new Lexer(text);
    expect([lexer.quoted(), lexer.at]).toEqual([expected, at]);
  });
});
