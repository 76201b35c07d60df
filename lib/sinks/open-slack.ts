import type { Timing } from '../clients/retry.ts';
import { SYSTEM_TIMING } from '../clients/retry.ts';
import type { Config } from '../config/schema.ts';
import { priorityOf } from '../core/deliver/incident/channel-route.ts';
import type { LinkSettings } from '../core/deliver/slack/links.ts';
import { DriftwireError } from '../core/errors.ts';
import type { Documents, IncidentRecords, OnResult } from '../core/ports.ts';
import { SlackSink, type SlackSinkOptions } from './slack.ts';
import { SlackBot } from './slack-bot.ts';
import { MuteBook } from './slack-mutes.ts';
import type { SlackPoster } from './slack-poster.ts';
import { SlackWebhook } from './slack-webhook.ts';

/** What the sink keeps: incidents and what was told of them, and reads: mutes. */
export type SlackStore = IncidentRecords & Documents;

/** What of the configuration the sink needs. */
export type SlackSettings = NonNullable<Config['slack']> &
  Pick<Config, 'accounts' | 'clusters'> & {
    readonly linkSettings: LinkSettings;
  };

/** How Slack lets us in; one of them is given. */
export interface SlackAccess {
  readonly token: string | undefined;
  readonly webhookUrl: string | undefined;
}

/** What else a sink may be given. */
export interface SlackExtras {
  readonly onResult?: OnResult;
  readonly timing?: Timing;
}

/** Longest time of one call of Slack, in ms. */
const TIMEOUT_MS = 8_000;
const MINUTE_MS = 60_000;

/** From the configuration to what makes a sink. @throws {DriftwireError} `DW_CONFIG_INVALID` for a secret that cannot be used. */
export function slackSink(settings: SlackSettings, access: SlackAccess): (store: SlackStore, extras?: SlackExtras) => SlackSink {
  // made once for its checks: what is wrong is told before anything is opened
  posterOf(settings, access, Date.now).close();
  return (store, { onResult, timing = SYSTEM_TIMING } = {}) =>
    new SlackSink(optionsOf(settings, access), {
      poster: posterOf(settings, access, timing.now),
      records: store,
      mutes: new MuteBook(store),
      timing,
      onResult,
    });
}

function posterOf({ api_url: apiUrl, actions }: SlackSettings, { token, webhookUrl }: SlackAccess, nowMs: () => number): SlackPoster {
  if (token !== undefined) return new SlackBot({ token: token.trim(), apiUrl, timeoutMs: TIMEOUT_MS, nowMs }, actions?.allow_usergroups);
  const url = webhookUrl?.trim() ?? '';
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new DriftwireError(
      'DW_CONFIG_INVALID',
      'webhook_url is no address: store the whole address that Slack shows, https://hooks.slack.com/services/...',
    );
  }
  return new SlackWebhook({ url, timeoutMs: TIMEOUT_MS, nowMs });
}

function optionsOf(settings: SlackSettings, { token }: SlackAccess): SlackSinkOptions {
  const { channel, routes, accounts, clusters } = settings;
  return {
    routing: {
      // a webhook has the channel that it was made for
      routes:
        token === undefined
          ? []
          : routes.map(({ match: { priority, ...match }, channel: of }) => ({
              ...match,
              ...(priority === undefined ? {} : { priority: priorityOf(priority) }),
              channel: of,
            })),
      clusters: token === undefined ? {} : channelsOf(clusters),
      accounts: token === undefined ? {} : channelsOf(accounts),
      channel: channel ?? 'webhook',
    },
    minimumPriority: priorityOf(settings.minimum_priority),
    windowMs: settings.window_minutes * MINUTE_MS,
    maxIncidentsAMinute: settings.incidents_per_minute,
    render: {
      links: settings.linkSettings,
      hasButtons: token !== undefined && settings.signing_secret !== undefined,
      hasThreads: token !== undefined,
    },
    timeoutMs: TIMEOUT_MS,
  };
}

function channelsOf(named: Readonly<Record<string, { readonly channel?: string | undefined }>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(named).flatMap(([name, { channel }]) => (channel === undefined ? [] : [[name, channel]])));
}
