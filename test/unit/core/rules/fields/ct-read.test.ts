import { expect, test } from 'vitest';
import { bytesOf, shortSource, stringAt, truthAt, userOf } from '../../../../../lib/core/rules/fields/ct-read.ts';
import { fieldEventOf } from '../../../../support/falco-events.ts';

const of = (record: string) => fieldEventOf('aws_cloudtrail', record);

test('a member that is no string is there and empty', () => {
  expect(stringAt(of('{"a":{"b":"c"}}'), 'a', 'b')).toBe('c');
  expect(stringAt(of('{"a":{"b":1}}'), 'a', 'b')).toBe('');
  expect(stringAt(of('{"a":{}}'), 'a', 'b')).toBeUndefined();
});

test('only JSON true is true', () => {
  expect(['true', 'false', '"true"', 'null'].map((value) => truthAt(of(`{"a":${value}}`), 'a'))).toEqual([
    'true',
    'false',
    'false',
    'false',
  ]);
  expect(truthAt(of('{}'), 'a')).toBeUndefined();
});

test('a service is short without what all have behind it', () => {
  expect(['s3.amazonaws.com', '.amazonaws.com', 'sts.amazonaws.com.cn'].map(shortSource)).toEqual([
    's3',
    '.amazonaws.com',
    'sts.amazonaws.com.cn',
  ]);
});

test('a user without a name shows something else in its place', () => {
  expect(userOf(of('{"userIdentity":{"type":"Root"}}'))).toEqual({ instead: '<NA>' });
  expect(userOf(of('{"userIdentity":{"type":"Odd"}}'))).toEqual({ instead: '<unknown user type>' });
  expect(userOf(of('{}'))).toEqual({ instead: '' });
});

test('bytes add up and wrap at 64 bits', () => {
  const event = of('{"additionalEventData":{"in":18446744073709551615,"out":2}}');
  expect(bytesOf(event, 'in', 'out')).toBe(1n);
  expect(bytesOf(event, 'none')).toBeUndefined();
});
