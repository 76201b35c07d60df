import { expect, test } from 'vitest';
import { fieldEventOf, read } from '../../../../support/falco-events.ts';

const RECORD = '{ "a~b": {"c/d": ["x", 1.50, null, {"e" : 1E3}]}, "": "empty", "o": {}, "__proto__": "p", "u": "\\u003c" }';

test.each([
  ['/a~0b/c~1d/0', 'x'],
  ['a~0b/c~1d/0', 'x'],
  ['/a~0b/c~1d/+0', 'x'],
  ['/a~0b/c~1d/01', '1.50'],
  ['/a~0b/c~1d/2', 'null'],
  ['/a~0b/c~1d/3', '{"e":1E3}'],
  ['/a~0b/c~1d/4', undefined],
  ['/a~0b/c~1d/-1', undefined],
  ['/a~0b/c~1d/x', undefined],
  ['/a~0b', '{"c/d":["x",1.50,null,{"e":1E3}]}'],
  ['/', 'empty'],
  ['/o/x', undefined],
  ['/o/x/y', undefined],
  ['/__proto__', 'p'],
  ['/constructor', undefined],
  ['/u', '<'],
])('the member at %s is %j', (pointer, expected) => {
  expect(read('k8s_audit', `jevt.value[${pointer}]`, RECORD)).toBe(expected);
  expect(read('aws_cloudtrail', `json.value[${pointer}]`, RECORD)).toBe(expected);
});

test('an empty pointer is the whole record', () => {
  expect(read('k8s_audit', 'jevt.value[]', '{ "a" : "\\u003c b" , "a": 2 }')).toBe('{"a":"\\u003c b","a":2}');
});

test('what is no JSON has no members', () => {
  expect(read('k8s_audit', 'jevt.value[]', '{')).toBeUndefined();
  expect(read('k8s_audit', 'jevt.value[/a]', '{')).toBeUndefined();
});

test('the whole record, indented', () => {
  expect(read('k8s_audit', 'jevt.obj', '{"a":[1,{"b":"x, {y}: \\""}],"c":{ },"d":[],"e" : true}')).toBe(
    '{\n  "a": [\n    1,\n    {\n      "b": "x, {y}: \\""\n    }\n  ],\n  "c": {},\n  "d": [],\n  "e": true\n}',
  );
});

test('a record that would be too long to be shown indented fails the rule that asks for it, and no more', () => {
  const record = `${'['.repeat(190)}${'1,'.repeat(200_000)}1${']'.repeat(190)}`;
  expect(() => read('k8s_audit', 'jevt.obj', record)).toThrow('too long and too deeply nested');
});

test('the time is a text', () => {
  expect(read('k8s_audit', 'jevt.rawtime', '{}')).toBe(String(fieldEventOf('k8s_audit', '{}').context.event.timeNs));
});
