/**
 * PagerDuty, through version 2 of its Events API. It sees a repeat by its `dedup_key` while the incident is open; what was sent is
 * remembered here, so that a repeat does not open one again that somebody has resolved.
 */
import { type HttpAnswer, HttpClient } from '../clients/http.ts';
import { Redactor } from '../clients/redact.ts';
import { SYSTEM_TIMING } from '../clients/retry.ts';
import { type PagerDutyEvent, pagerDutyCheck, pagerDutyEvent } from '../core/deliver/receivers/pagerduty-event.ts';
import type { ReceiverVerdict } from '../core/deliver/receivers/receiver-answer.ts';
import type { LinkSettings } from '../core/deliver/slack/links.ts';
import type { Sink } from '../core/ports.ts';
import { type Answering, ask, checkBy } from './receiver-http.ts';
import { type ReceiverOptions, type ReceiverParts, ReceiverSink } from './receiver-sink.ts';

/** Which service. */
export interface PagerDutyOptions extends ReceiverOptions {
  /** Base address of the Events API. */
  readonly url: string;
  /** Secret: who knows it can page people. */
  readonly routingKey: string;
  readonly timeoutMs: number;
  readonly links?: LinkSettings | undefined;
}

/** Makes the sink. */
export function pagerDutySink(options: PagerDutyOptions, parts: ReceiverParts = {}): Sink {
  const { url: base, routingKey, timeoutMs, links } = options;
  const url = `${base.replace(/\/+$/, '')}/v2/enqueue`;
  const redactor = new Redactor([routingKey]);
  const client = new HttpClient({ timeoutMs });
  const answering: Answering = {
    client,
    timing: parts.timing ?? SYSTEM_TIMING,
    judge: judgeOf,
    redact: (text) => redactor.redact(text),
  };
  const request = (event: PagerDutyEvent) =>
    ({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
      idempotent: true,
    }) as const;
  return new ReceiverSink<PagerDutyEvent>(
    options,
    parts,
    {
      takesAlerts: true,
      parcels: (items) => items.map((item) => ({ items: [item], body: pagerDutyEvent(item.delivery, routingKey, links) })),
      send: ({ body }, limits) => ask(request(body), limits, answering),
      // resolves what nobody has triggered, which does nothing
      check: (limits) => checkBy(request(pagerDutyCheck(routingKey)), limits, answering),
      close: () => client.close(),
    },
    true,
  );
}

/** A 400 that speaks of the routing key is about this sender, any other about the event. */
function judgeOf({ status, body }: HttpAnswer): ReceiverVerdict | undefined {
  return status === 400 && /routing[ _]?key/i.test(body) ? { kind: 'barred', reason: 'unauthorized' } : undefined;
}
