import { describe, expect, test } from 'vitest';
import { ValueScanner } from '../../../../lib/core/decode/scanner.ts';

function scanAll(text: string, cut: number, maxDepth = 10): { result: string; position: number; fault: string | undefined } {
  const scanner = new ValueScanner(maxDepth);
  scanner.begin();
  let base = 0;
  let result = 'more';
  for (const piece of [text.slice(0, cut), text.slice(cut)]) {
    result = scanner.scan(piece, 0);
    while (result === 'array') {
      scanner.acceptArray();
      result = scanner.scan(piece, scanner.position);
    }
    if (result !== 'more') break;
    base += piece.length;
  }
  return { result, position: base + scanner.position, fault: scanner.fault };
}

describe('the end of a value', () => {
  test.each([
    '{}',
    '[]',
    '"string with \\" and \\\\"',
    '{"a":[1,-2.5e3,true,null,"x",{"b":[]}],"c":{"d":"}"}}',
    '{ "a" :\n [ ] ,\r\n "b" : {} }',
    '[[],[{}],"]"]',
  ])('of %j is found, wherever the text is cut in two', (text) => {
    for (let cut = 0; cut <= text.length; cut++)
      expect(scanAll(`${text},{`, cut)).toEqual({ result: 'done', position: text.length, fault: undefined });
  });

  test.each(['{"a" 1}', '{"a":}', '{,}', '{1:2}', '[,]', '{"a":1 "b":2}', '{"a"::1}', '[1:2]', '[}]'])(
    'of %j is found by its brackets, and it is broken',
    (text) => {
      expect(scanAll(text, 1)).toMatchObject({ fault: 'bad_json' });
    },
  );

  test('that is nested too deep is found by its brackets', () => {
    expect(scanAll('[[[["]"]]]]', 3, 3)).toEqual({ result: 'done', position: 11, fault: 'too_deep' });
  });

  test('is not there when the text is all there is', () => {
    expect(scanAll('{"a":[1,2', 4)).toMatchObject({ result: 'more', fault: undefined });
  });
});
