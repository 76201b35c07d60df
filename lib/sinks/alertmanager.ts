/**
 * A Prometheus Alertmanager, so that its routes, groups, silences and receivers apply. An alert that is posted again is the same alert;
 * what is remembered here is when each event was first sent, so that a repeat does not keep its alert firing.
 */
import { HttpClient, type HttpClientOptions } from '../clients/http.ts';
import { SYSTEM_TIMING } from '../clients/retry.ts';
import { alertmanagerAlerts, type PostableAlert } from '../core/deliver/receivers/alertmanager-alerts.ts';
import type { LinkSettings } from '../core/deliver/slack/links.ts';
import type { Sink } from '../core/ports.ts';
import { type Answering, ask, checkBy } from './receiver-http.ts';
import type { ReceiverItem } from './receiver-protocol.ts';
import { type ReceiverOptions, type ReceiverParts, ReceiverSink } from './receiver-sink.ts';

/** Which one. */
export interface AlertmanagerOptions extends ReceiverOptions {
  /** Base address. */
  readonly url: string;
  readonly http: HttpClientOptions;
  /** How long an alert fires after its event was first sent, in ms. */
  readonly holdMs: number;
  readonly links?: LinkSettings | undefined;
}

/** Events of one request. */
const MAX_EVENTS = 50;

/** Makes the sink. @throws DriftwireError `DW_CONFIG_INVALID` for a credential that cannot be sent in a header. */
export function alertmanagerSink(options: AlertmanagerOptions, parts: ReceiverParts = {}): Sink {
  const { holdMs, minimumPriority, links } = options;
  const base = options.url.replace(/\/+$/, '');
  const client = new HttpClient(options.http);
  const timing = parts.timing ?? SYSTEM_TIMING;
  const answering: Answering = { client, timing };
  const alertsOf = ({ delivery, firstMs }: ReceiverItem): readonly PostableAlert[] => {
    // an Alertmanager that was away for long would take an alert as over that it has never seen
    const isOld = timing.now() - firstMs > holdMs / 2;
    return alertmanagerAlerts(delivery, isOld ? timing.now() : firstMs, { minimumPriority, holdMs, links });
  };
  return new ReceiverSink<readonly PostableAlert[]>(
    options,
    parts,
    {
      takesAlerts: false,
      parcels: (items) =>
        Array.from({ length: Math.ceil(items.length / MAX_EVENTS) }, (_, at) => {
          const part = items.slice(at * MAX_EVENTS, (at + 1) * MAX_EVENTS);
          return { items: part, body: part.flatMap(alertsOf) };
        }),
      send: ({ body }, limits) =>
        ask(
          {
            method: 'POST',
            url: `${base}/api/v2/alerts`,
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
            idempotent: true,
          },
          limits,
          answering,
        ),
      check: (limits) => checkBy({ method: 'GET', url: `${base}/api/v2/status`, idempotent: true }, limits, answering),
      close: () => client.close(),
    },
    true,
  );
}
