/**
 * A process that counts and spools numbered events in a folder until it is done or killed: the victim of the test of crashes.
 * Arguments: folder, numbers (joined by commas). It prints `ack N` for each event once it is safe, and `pos N` before.
 */
import { writeSync } from 'node:fs';
import { deliver } from '../../../lib/core/deliver/deliver.ts';
import { deliveryText } from '../../../lib/core/deliver/delivery-text.ts';
import { LedgerSink } from '../../../lib/core/deliver/ledger-sink.ts';
import { SqliteStore } from '../../../lib/stores/sqlite.ts';
import { numberedDelivery } from '../ledger-truth.ts';

const [, , folder = '', list = ''] = process.argv;
const numbers = list.split(',').map(Number);
const budget = { chosenValues: 3, placedValues: 50, series: 500 };
const store = new SqliteStore(folder, { budget, busyMs: 20_000 });
const sink = new LedgerSink(store);
while (numbers.length > 0) {
  const group = numbers.splice(0, 1 + (numbers.length % 3));
  const deliveries = group.map(numberedDelivery);
  const entries = deliveries.map((each) => ({ key: each.key, body: deliveryText(each), onRepeat: [] }));
  const cursors = [{ name: `followed by ${process.pid}`, value: String(group.at(-1)) }];
  const accepted = await store.accept({ entries, sinks: ['loki'], cursors, increments: [], levels: [] });
  if (accepted.kind !== 'accepted') throw new Error('the spool is full');
  const reports = await deliver(deliveries, [sink]);
  // At once and unbuffered, so that the parent knows exactly what this process has promised.
  if (reports.every(({ status }) => status === 'done')) writeSync(1, group.map((number) => `ack ${number}\n`).join(''));
  else throw new Error(JSON.stringify(reports));
}
await store.close();
