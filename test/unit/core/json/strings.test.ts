import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changeBetweenStrings, stringEnd } from '../../../../lib/core/json/strings.ts';

describe('strings in a JSON text', () => {
  test.each([
    ['"a"', 3],
    ['""x', 2],
    ['"a\\"b" "', 6],
    ['"a\\\\" "', 5],
    ['"a\\\\\\""', 7],
    ['"open', 5],
    ['"open\\"', 7],
  ])('%j ends at %i', (text, end) => {
    expect(stringEnd(text, 0)).toBe(end);
  });

  test('stay as they are when what is between them changes', () => {
    expect(changeBetweenStrings('{ "a b" : [ 1, "c \\" d" ] }', (between) => between.replaceAll(' ', ''))).toBe('{"a b":[1,"c \\" d"]}');
    expect(changeBetweenStrings('12 ', (between) => between.trim())).toBe('12');
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(changeBetweenStrings(json, (between) => between)).toBe(json);
      }),
    );
  });

  test('may be as long as a record', () => {
    const long = `{"a":"${'x\\u00fc'.repeat(1_000_000)}"}`;
    expect(changeBetweenStrings(long, (between) => between)).toBe(long);
  });
});
