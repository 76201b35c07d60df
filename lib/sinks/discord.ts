/** A channel of Discord, through its webhook. Discord cannot see a repeat, so what was sent is remembered here. */
import { HttpClient } from '../clients/http.ts';
import { Redactor } from '../clients/redact.ts';
import { SYSTEM_TIMING } from '../clients/retry.ts';
import { discordPauseMs } from '../core/deliver/receivers/discord-answer.ts';
import { type DiscordMessage, discordParcels } from '../core/deliver/receivers/discord-message.ts';
import type { LinkSettings } from '../core/deliver/slack/links.ts';
import { DriftwireError } from '../core/errors.ts';
import type { Sink } from '../core/ports.ts';
import { type Answering, ask, checkBy } from './receiver-http.ts';
import { type ReceiverOptions, type ReceiverParts, ReceiverSink } from './receiver-sink.ts';

/** Which channel. */
export interface DiscordOptions extends ReceiverOptions {
  /** Secret: who knows it can post. */
  readonly webhookUrl: string;
  readonly timeoutMs: number;
  readonly links?: LinkSettings | undefined;
}

/** Makes the sink. @throws DriftwireError `DW_CONFIG_INVALID` for a secret that is no address. */
export function discordSink(options: DiscordOptions, parts: ReceiverParts = {}): Sink {
  const { webhookUrl, timeoutMs, links } = options;
  if (!/^https?:\/\//.test(webhookUrl) || !URL.canParse(webhookUrl)) {
    throw new DriftwireError('DW_CONFIG_INVALID', 'the secret is not an address: copy the webhook URL from the settings of the channel');
  }
  const url = new URL(webhookUrl);
  const redactor = new Redactor([webhookUrl, url.pathname, url.pathname.split('/').at(-1) ?? '']);
  const client = new HttpClient({ timeoutMs });
  const answering: Answering = {
    client,
    timing: parts.timing ?? SYSTEM_TIMING,
    pauseMs: ({ status, headers, body }) => discordPauseMs(status, headers, body),
    redact: (text) => redactor.redact(text),
  };
  const post = new URL(url);
  // the message comes back, and with it the certainty that it stands there
  post.searchParams.set('wait', 'true');
  return new ReceiverSink<DiscordMessage>(
    options,
    parts,
    {
      takesAlerts: true,
      parcels: (items) => discordParcels(items, links).map(({ items: told, message }) => ({ items: told, body: message })),
      send: ({ body }, limits) =>
        ask(
          { method: 'POST', url: post.href, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
          limits,
          answering,
        ),
      // tells name and channel of the webhook
      check: (limits) => checkBy({ method: 'GET', url: url.href, idempotent: true }, limits, answering),
      close: () => client.close(),
    },
    true,
    true,
  );
}
