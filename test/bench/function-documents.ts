/** What the functions that keep documents in the table take there: the flush of the totals every minute, and the incidents of those who are told. */
import { LedgerSink } from '../../lib/core/deliver/ledger-sink.ts';
import { MetricsWork } from '../../lib/lambda/metrics.ts';
import { RemoteWriteSink } from '../../lib/sinks/remote-write.ts';
import { MuteBook } from '../../lib/sinks/slack-mutes.ts';
import { Metrics } from '../../lib/telemetry/metrics.ts';
import { FakeReceiver } from '../support/fake-receiver/receiver.ts';
import { FakeSlack } from '../support/fake-slack/server.ts';
import { deed } from '../support/incidents.ts';
import { type Moto, makeTable, startMoto } from '../support/moto.ts';
import { slackSink } from '../support/slack-sink.ts';
import { manualTiming } from '../support/timing.ts';
import { nothingBilled } from './counting-dynamo.ts';
import { countingStore } from './function-requests.ts';

const MINUTE_MS = 60_000;
const PEOPLE = 10;
const CHANGES = 100;
const MINUTES = 5;

/** Units of one run. */
export interface Units {
  readonly writeUnits: number;
  readonly readUnits: number;
}

/** What was counted. */
export interface DocumentUnits {
  /** Of one minute in which something was counted, with the totals of so many changes by ten people. */
  readonly flush: Units;
  /** Of one finding that is told in Slack, when so many come at once. */
  readonly told: Readonly<Record<'1' | '10', Units>>;
}

/** Counts them. */
export async function countDocuments(motoServer: string): Promise<DocumentUnits> {
  const moto = await startMoto(motoServer);
  try {
    return { flush: await countFlush(moto), told: { 1: await countTold(moto, 1), 10: await countTold(moto, 10) } };
  } finally {
    await moto.stop();
  }
}

async function countFlush(moto: Moto): Promise<Units> {
  await makeTable(moto, 'bench-flush');
  const timing = manualTiming();
  const billed = nothingBilled();
  const store = countingStore(moto, 'bench-flush', billed, { nowMs: () => timing.now() });
  const receiver = new FakeReceiver();
  const url = await receiver.start();
  const options = { protocol: '1.0', http: { timeoutMs: 5_000 }, userAgent: 'bench', instance: 'table', labels: {}, metadata: [] } as const;
  const work = new MetricsWork({
    store,
    metrics: new Metrics({
      sinks: ['loki', 'slack', 'remote_write'],
      rules: [],
      labels: {},
      build: { version: '1.0.0', configHash: 'c0ffee', rulesHash: 'beef' },
      isProcessShown: false,
    }),
    open: async () => (parts) => new RemoteWriteSink({ ...options, url }, parts),
    timing,
    log: () => undefined,
  });
  const ledger = new LedgerSink(store);
  const flush = () => work.run({ deadlineMs: timing.now() + 50_000 });
  try {
    await ledger.deliver(changes(CHANGES, timing.now(), 0));
    await flush();
    const sum = { writeUnits: 0, readUnits: 0 };
    for (let minute = 0; minute < MINUTES; minute++) {
      timing.advance(MINUTE_MS);
      await ledger.deliver(changes(1, timing.now(), CHANGES + minute));
      Object.assign(billed, nothingBilled());
      await flush();
      sum.writeUnits += billed.writeUnits / MINUTES;
      sum.readUnits += billed.readUnits / MINUTES;
    }
    return sum;
  } finally {
    await receiver.stop();
    await store.close();
  }
}

async function countTold(moto: Moto, atOnce: number): Promise<Units> {
  const table = `bench-told-${atOnce}`;
  await makeTable(moto, table);
  const timing = manualTiming();
  const billed = nothingBilled();
  const store = countingStore(moto, table, billed, { nowMs: () => timing.now() });
  const slack = new FakeSlack({ rates: false, channels: [{ id: 'C0DRIFT', name: 'drift' }] });
  await slack.start();
  const sink = slackSink(slack, { timing, records: store, mutes: new MuteBook(store) });
  try {
    for (let at = 0; at < CHANGES; at += atOnce) {
      timing.advance(MINUTE_MS);
      let left = changes(atOnce, timing.now(), at);
      for (let tries = 0; left.length > 0; tries++) {
        if (tries === 20) throw new Error('Slack was not told');
        const results = await sink.deliver(left);
        left = left.filter((_, index) => results[index]?.kind !== 'delivered');
        if (left.length > 0) timing.advance(15_000);
      }
    }
    return { writeUnits: billed.writeUnits / CHANGES, readUnits: billed.readUnits / CHANGES };
  } finally {
    sink.close();
    await slack.stop();
    await store.close();
  }
}

function changes(count: number, atMs: number, from: number) {
  return Array.from({ length: count }, (_, index) =>
    deed({ id: `change-${from + index}`, user: `user-${(from + index) % PEOPLE}`, cluster: 'demo', atMs }),
  );
}
