import { expect, test } from 'vitest';
import { pathPrefix } from '../../../../lib/core/rules/path-prefix.ts';

test.each([
  ['/api', '/api/v1', true],
  ['api', '/api', true],
  ['/ap', '/api', false],
  ['/api/v1/', '/api//v1/pods', true],
  ['/api/v1', '/api', false],
  ['/', '/api', true],
  ['', '', true],
  ['/*', '', false],
  ['/*', '/api', true],
  ['/api/*/namespaces', '/api/v1/namespaces/a', true],
  ['/api/v[12]', '/api/v2', true],
  ['/a\\b', '/a\\b', true],
  ['/healthz', '/healthz?verbose', false],
  ['/healthz*', '/healthz?verbose', true],
])('%j on %j: %s', (pattern, value, expected) => {
  expect(pathPrefix(pattern)(value)).toBe(expected);
});
