import { expect, test } from 'vitest';
import { condition, fieldEventOf } from '../../../support/falco-events.ts';

test('the tree of the record is built once, and only when it is asked for', () => {
  const event = fieldEventOf('k8s_audit', '{"auditID":"a"}');
  expect(event.root()).toBe(event.root());
  expect(event.root()?.kind).toBe('object');
});

test('what a field gave is remembered for the event', () => {
  const event = fieldEventOf('k8s_audit', '{"auditID":"a","verb":"get"}');
  const check = condition('k8s_audit', 'ka.verb = get and ka.target.name exists');
  expect([check.test(event), check.test(event)]).toEqual([false, false]);
  expect([...event.memory]).toEqual([
    ['ka.verb', 'get'],
    ['ka.target.name', undefined],
  ]);
});
