import { expect, test } from 'vitest';
import { condition } from '../../../support/falco-events.ts';

const needs = (text: string): unknown =>
  Object.fromEntries([...condition('k8s_audit', text).needs].map(([field, values]) => [field, [...values].sort()]));

test.each([
  ['ka.verb = create', { 'ka.verb': ['create'] }],
  ['ka.verb == create', { 'ka.verb': ['create'] }],
  ['ka.verb in (create, get)', { 'ka.verb': ['create', 'get'] }],
  ['ka.verb intersects (create)', { 'ka.verb': ['create'] }],
  ['ka.verb = oneof (create, get)', { 'ka.verb': ['create', 'get'] }],
  ['ka.verb in ()', { 'ka.verb': [] }],
  ['ka.verb != create', {}],
  ['ka.verb != allof (create)', {}],
  ['ka.verb startswith anyof (create)', {}],
  ['ka.verb exists', {}],
  ['not ka.verb = create', {}],
  ['tolower(ka.verb) = create', {}],
  ['ka.verb = val(ka.uri)', {}],
  ['ka.uri.param[a] = b', {}],
  ['ka.user.groups in (a)', {}],
  ['evt.num = 1', {}],
  ['ka.verb = create and ka.target.resource = pods', { 'ka.verb': ['create'], 'ka.target.resource': ['pods'] }],
  ['ka.verb in (create, get) and ka.verb in (get, list)', { 'ka.verb': ['get'] }],
  ['ka.verb = create or ka.verb = get', { 'ka.verb': ['create', 'get'] }],
  ['(ka.verb = create and ka.target.resource = pods) or ka.verb = get', { 'ka.verb': ['create', 'get'] }],
  ['ka.verb = create or ka.target.resource = pods', {}],
])('%s', (text, expected) => {
  expect(needs(text)).toEqual(expected);
});

test('too many values need nothing', () => {
  const list = (from: number, count: number): string => Array.from({ length: count }, (_, index) => `v${from + index}`).join(', ');
  expect(needs(`ka.verb in (${list(0, 2001)})`)).toEqual({});
  expect(needs(`ka.verb in (${list(0, 1500)}) or ka.verb in (${list(1500, 1500)})`)).toEqual({});
});
