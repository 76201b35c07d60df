import { describe, expect, test } from 'vitest';
import { memberText } from '../../../../lib/core/decode/member-text.ts';

describe('the text of a member', () => {
  test('is verbatim, nested, spaced and escaped as it stands', () => {
    expect(memberText('{ "a" : [1,{"detail":{}}], "b":1e5 ,"c":"x,}","detail" :  { "x" : [ "}" ] } , "z":null}', 'detail')).toBe(
      '{ "x" : [ "}" ] }',
    );
  });

  test('is that of the last of two members of one name, as for JSON.parse', () => {
    expect(memberText('{"d":{"a":1},"d":{"a":2}}', 'd')).toBe('{"a":2}');
  });

  test('is found when the name is escaped', () => {
    expect(memberText('{"\\u0064":{}}', 'd')).toBe('{}');
  });

  test('is empty when there is no such member', () => {
    expect(memberText('{"a":true}', 'd')).toBe('');
    expect(memberText('{}', 'd')).toBe('');
  });
});
