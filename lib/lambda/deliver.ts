/** The work of `functions/deliver`: findings to Loki, the ledger and the alerts queue; counts to the ledger. */
import { SYSTEM_TIMING } from '../clients/retry.ts';
import { functionEnvironment } from '../config/env.ts';
import { Counting } from '../core/deliver/counting.ts';
import { FirstCopySink } from '../core/deliver/first-copy-sink.ts';
import { LedgerSink } from '../core/deliver/ledger-sink.ts';
import { AlertsSink, lowestAsked } from './alerts-sink.ts';
import { DeliveriesWork } from './deliveries.ts';
import { FindingsLog } from './findings-log.ts';
import { alertsQueue, asideQueue, functionLog, openSqs } from './function-parts.ts';
import { openFunctionSinks } from './function-sinks.ts';
import { Place } from './place.ts';
import { RepeatsLedger } from './repeats-ledger.ts';
import { readSettings } from './settings.ts';
import { SinkSet } from './sink-set.ts';
import { openStore } from './store.ts';
import { Visibility } from './visibility.ts';

/** Opens the function: settings and ledger. Sinks are opened with the first finding. */
export async function openDeliver(): Promise<DeliveriesWork> {
  const log = functionLog();
  const { configHash, findingsQueueUrl } = functionEnvironment();
  const settings = readSettings(configHash);
  const store = await openStore();
  const ledger = new RepeatsLedger(store);
  const counting = new Counting(ledger, { holds: settings.config.loki === undefined ? undefined : 'kept' });
  const queue = alertsQueue();
  const minimum = lowestAsked(settings.config);
  const alerts = queue === undefined || minimum === undefined ? [] : [new AlertsSink(queue, minimum, SYSTEM_TIMING)];
  const shown =
    settings.config.loki === undefined && queue === undefined ? [new FindingsLog((line) => process.stdout.write(`${line}\n`))] : [];
  const own = [new LedgerSink(ledger, undefined, counting), ...alerts, ...shown];
  const loki = new Place({
    name: 'loki',
    takesAlerts: false,
    open: async () => {
      const { sinks } = await openFunctionSinks(settings, { ...settings.config, slack: undefined, receivers: [], prometheus: undefined });
      return sinks.map((sink) => new FirstCopySink(sink, counting, store));
    },
    log,
  });
  return new DeliveriesWork({
    name: 'deliver',
    sinks: new SinkSet(async () => [...(await loki.sinks()), ...own], SYSTEM_TIMING),
    uncounted: new Set(own.map(({ name }) => name)),
    repeats: ledger,
    ledger: async () => ledger,
    aside: asideQueue(),
    visibility: findingsQueueUrl === undefined ? undefined : new Visibility(findingsQueueUrl, openSqs, log),
    timing: SYSTEM_TIMING,
    log,
  });
}
