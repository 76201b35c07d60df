import { expect, test } from 'vitest';
import { queryParameter } from '../../../../../lib/core/rules/fields/query-parameter.ts';

test.each([
  ['/exec?command=sh&command=-c&container=web', 'command', 'sh'],
  ['/exec?command=id%20-u', 'command', 'id -u'],
  ['/exec?command=id+-u', 'command', 'id -u'],
  ['/exec?c%6Fmmand=x', 'command', 'x'],
  ['/healthz?verbose', 'verbose', ''],
  ['/x?a=&b', 'a', ''],
  ['/x?a=b=c', 'a', 'b=c'],
  ['/x?&&a=1', 'a', '1'],
  ['/x?n=%C3%BC%FF', 'n', 'ü\ufffd'],
  ['/x?a=1#b?a=2', 'a', '1'],
  ['/x#?a=1', 'a', undefined],
  ['/x?a=1', 'b', undefined],
  ['/x', 'a', undefined],
  ['', 'a', undefined],
  ['/x?a=1&b=%zz', 'a', undefined],
  ['/x?a=1;b=2', 'a', undefined],
  ['/x%2?a=1', 'a', undefined],
  [':x?a=1', 'a', undefined],
  ['/x\u0001?a=1', 'a', undefined],
])('of %j, %s is %j', (uri, name, expected) => {
  expect(queryParameter(uri, name)).toBe(expected);
});
