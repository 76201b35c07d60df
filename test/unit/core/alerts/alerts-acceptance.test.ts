import { expect, test } from 'vitest';
import { alertsAcceptance } from '../../../../lib/core/alerts/alerts-acceptance.ts';
import { readAlerts } from '../../../../lib/core/alerts/read-alerts.ts';
import { parseDelivery } from '../../../../lib/core/deliver/delivery-text.ts';
import type { Acceptance } from '../../../../lib/core/ports.ts';
import { alertMessage, postedAlert } from '../../../support/alerts.ts';

function accepted(message: object): Acceptance {
  const reading = readAlerts(JSON.stringify(message), 'x', { labels: {}, accounts: {} });
  if (!reading.ok) throw new Error(reading.hint);
  return alertsAcceptance(reading, ['slack']);
}

const counts = ({ increments }: Acceptance) => increments.map(({ labels, by }) => [labels['outcome'], by]);

test('alerts are kept for those that tell people, each once', () => {
  const acceptance = accepted(alertMessage([postedAlert(), 'no alert']));
  expect(acceptance).toMatchObject({ sinks: ['slack'], cursors: [], levels: [] });
  const [entry, ...others] = acceptance.entries;
  expect(others).toEqual([]);
  expect(parseDelivery(entry?.body ?? '')?.key).toBe(entry?.key);
  expect(entry?.onRepeat).toEqual([{ metric: 'driftwire_alerts_received_total', labels: { outcome: 'repeated' }, by: 1 }]);
  expect(counts(acceptance)).toEqual([
    ['read', 1],
    ['failed', 1],
  ]);
});

test('alerts that were left out are counted, as far as a number can be believed', () => {
  expect(counts(accepted(alertMessage([], { truncatedAlerts: 12 })))).toEqual([['left_out', 12]]);
  expect(counts(accepted(alertMessage([], { truncatedAlerts: 2 ** 50 })))).toEqual([['left_out', 2 ** 31]]);
});
