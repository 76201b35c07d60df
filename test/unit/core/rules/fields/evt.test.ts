import { expect, test } from 'vitest';
import { EVT_FIELDS } from '../../../../../lib/core/rules/fields/evt.ts';
import { fieldEventOf } from '../../../../support/falco-events.ts';

const timeNs = 1_741_064_761_654_321_000n;
const ordinary = fieldEventOf('k8s_audit', '{ "auditID": "a" }');
const at = fieldEventOf('k8s_audit', '{ "auditID": "a" }', {
  event: { ...ordinary.context.event, timeNs, record: { ...ordinary.context.event.record, text: '{ "auditID": "a" }' } },
  evtNum: 7,
  firstTimeNs: timeNs - 2_000_000_005n,
});

test('evt.* is what Falco shows of the same event, in UTC', () => {
  const values = Object.fromEntries(EVT_FIELDS.map(({ name, read }) => [name, read(at, '')]));
  expect(values).toEqual({
    'evt.num': 7n,
    'evt.time': '05:06:01.654321000',
    'evt.time.s': '05:06:01',
    'evt.time.iso8601': '2025-03-04T05:06:01.654321000+0000',
    'evt.datetime': '2025-03-04 05:06:01.654321000',
    'evt.datetime.s': '2025-03-04 05:06:01',
    'evt.rawtime': timeNs,
    'evt.rawtime.s': 1_741_064_761n,
    'evt.rawtime.ns': 654_321_000n,
    'evt.reltime': 2_000_000_005n,
    'evt.reltime.s': 2n,
    'evt.reltime.ns': 5n,
    'evt.pluginname': 'k8saudit',
    'evt.plugininfo': '{"auditID":"a"}',
    'evt.source': 'k8s_audit',
    'evt.is_async': false,
    'evt.asynctype': undefined,
    'evt.hostname': 'falco-host',
  });
  const outputs = EVT_FIELDS.filter(({ output }) => output !== undefined).map(({ name, output }) => [name, output?.(at)]);
  expect(outputs).toEqual(['evt.time', 'evt.time.s', 'evt.time.iso8601', 'evt.datetime', 'evt.datetime.s'].map((name) => [name, timeNs]));
});

test('an event older than the first one wraps, as unsigned numbers do', () => {
  const older = { ...at, context: { ...at.context, firstTimeNs: timeNs + 1n } };
  expect(EVT_FIELDS.find(({ name }) => name === 'evt.reltime')?.read(older, '')).toBe(2n ** 64n - 1n);
});
