import { expect, test } from 'vitest';
import { isWanted } from '../../../../../lib/core/deliver/receivers/is-wanted.ts';
import { alertDeliveryWith } from '../../../../support/alerts.ts';
import { deliveryWith } from '../../../../support/deliveries.ts';

const everything = { minimumPriority: 'Debug', takesAlerts: true } as const;

test('an event is wanted when the worst of its findings is bad enough', () => {
  const delivery = deliveryWith({ findings: [{ priority: 'Notice' }, { priority: 'Error' }] });
  expect(isWanted(delivery, { ...everything, minimumPriority: 'Error' })).toBe(true);
  expect(isWanted(delivery, { ...everything, minimumPriority: 'Critical' })).toBe(false);
  expect(isWanted(delivery, everything)).toBe(true);
});

test('an alert is wanted where people are told, and never by an Alertmanager', () => {
  expect(isWanted(alertDeliveryWith(), everything)).toBe(true);
  expect(isWanted(alertDeliveryWith(), { ...everything, takesAlerts: false })).toBe(false);
});
