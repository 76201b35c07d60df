/** The work of `functions/alert`: findings and alerts to Slack and to the other receivers. */
import { SYSTEM_TIMING } from '../clients/retry.ts';
import { functionEnvironment } from '../config/env.ts';
import { allSinks } from '../wire-sinks.ts';
import { DeliveriesWork } from './deliveries.ts';
import { asideQueue, functionLog, openSqs } from './function-parts.ts';
import { openFunctionSinks } from './function-sinks.ts';
import { Presses } from './presses.ts';
import { readSettings } from './settings.ts';
import { SinkSet } from './sink-set.ts';
import { openStore } from './store.ts';
import { Visibility } from './visibility.ts';

/** Opens the function: settings and store. Slack and receivers are opened with the first message. */
export async function openAlert(): Promise<DeliveriesWork> {
  const log = functionLog();
  const { configHash, alertsQueueUrl } = functionEnvironment();
  const settings = readSettings(configHash);
  const store = await openStore();
  const { loki } = settings.config;
  // Messages link to Loki, whose credentials this function has no right to.
  const linked = loki === undefined ? undefined : { ...loki, username: undefined, password: undefined, token: undefined };
  const told = { ...settings.config, loki: linked, prometheus: undefined };
  const presses = new Presses({
    open: () => openFunctionSinks(settings, { ...told, receivers: [] }),
    store,
    timing: SYSTEM_TIMING,
    log,
  });
  return new DeliveriesWork({
    name: 'alert',
    sinks: new SinkSet(async () => {
      const opened = await openFunctionSinks(settings, told);
      return allSinks(opened, store).filter(({ name }) => name !== 'loki');
    }, SYSTEM_TIMING),
    uncounted: new Set(),
    press: (press) => presses.take(press),
    ledger: async () => store,
    aside: asideQueue(),
    visibility: alertsQueueUrl === undefined ? undefined : new Visibility(alertsQueueUrl, openSqs, log),
    timing: SYSTEM_TIMING,
    log,
  });
}
