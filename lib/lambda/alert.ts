/** The work of `functions/alert`: findings and alerts to Slack and to the other receivers. */
import { SYSTEM_TIMING } from '../clients/retry.ts';
import { functionEnvironment } from '../config/env.ts';
import type { Config } from '../config/schema.ts';
import { allSinks } from '../wire-sinks.ts';
import { DeliveriesWork } from './deliveries.ts';
import { asideQueue, functionLog, openSqs } from './function-parts.ts';
import { openFunctionSinks } from './function-sinks.ts';
import { Place } from './place.ts';
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
  const place = (name: string, takesAlerts: boolean, config: Config): Place =>
    new Place({
      name,
      takesAlerts,
      open: async () => allSinks(await openFunctionSinks(settings, config), store).filter((sink) => sink.name !== 'loki'),
      log,
    });
  const places = [
    ...(told.slack === undefined ? [] : [place('slack', true, { ...told, receivers: [] })]),
    ...told.receivers.map((each) =>
      place(each.name ?? each.type, each.type !== 'alertmanager', { ...told, slack: undefined, receivers: [each] }),
    ),
  ];
  return new DeliveriesWork({
    name: 'alert',
    sinks: new SinkSet(async () => (await Promise.all(places.map((each) => each.sinks()))).flat(), SYSTEM_TIMING),
    uncounted: new Set(),
    press: (press) => presses.take(press),
    ledger: async () => store,
    aside: asideQueue(),
    visibility: alertsQueueUrl === undefined ? undefined : new Visibility(alertsQueueUrl, openSqs, log),
    timing: SYSTEM_TIMING,
    log,
  });
}
