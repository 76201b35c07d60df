import type { SlackWeb } from '../clients/slack-web.ts';
import type { SinkCheck } from '../core/model/delivery-result.ts';
import { channelsOf, cursorOf, failedOf, isObject, listArgs } from './slack-bot.ts';
import type { CallLimits, Failed } from './slack-poster.ts';

/** Pages of the list of channels; 1,000 each. */
const MAX_PAGES = 20;

/** Scopes without which nothing works, or doubles cannot be found after a lost answer. One of each is enough. */
const SCOPES: readonly { readonly oneOf: readonly string[]; readonly what: string }[] = [
  { oneOf: ['chat:write'], what: 'to post' },
  { oneOf: ['channels:read', 'groups:read'], what: 'to find the channel' },
  { oneOf: ['channels:history', 'groups:history'], what: 'to find out after a lost answer whether a message arrived' },
];

/** Tests token, scopes, each channel and each group whose members may press buttons. Posts nothing. */
export async function checkBot(
  web: SlackWeb,
  channels: readonly string[],
  usergroups: readonly string[],
  limits: CallLimits,
): Promise<SinkCheck> {
  const who = await web.call('auth.test', {}, limits);
  if (who.kind !== 'ok') return checkOf(failedOf(who), 'auth.test');
  const missing = missingScopes(who.data);
  if (missing !== undefined) return { ok: false, reason: 'unauthorized', message: missing };
  const ids = await idsOf(web, channels, limits);
  if ('kind' in ids) return checkOf(ids, 'conversations.list');
  for (const channel of channels) {
    const id = ids.get(channel);
    if (id === undefined) {
      return {
        ok: false,
        reason: 'misconfigured',
        message: `${channel}: no such channel, or a private one without the bot: invite it with /invite`,
      };
    }
    const info = await web.call('conversations.info', { channel: id }, limits);
    if (info.kind !== 'ok') return checkOf(failedOf(info), channel);
    const problem = problemOf(info.data['channel'], who.data);
    if (problem !== undefined) return { ok: false, reason: 'misconfigured', message: `${channel}: ${problem}` };
  }
  for (const usergroup of usergroups) {
    const outcome = await web.call('usergroups.users.list', { usergroup }, limits);
    // https://docs.slack.dev/reference/methods/usergroups.users.list (errors; read 2026-11-21)
    if (outcome.kind === 'error' && outcome.error === 'no_such_subteam') {
      const message = `${usergroup}: no such user group: correct slack.actions.allow_usergroups`;
      return { ok: false, reason: 'misconfigured', message };
    }
    if (outcome.kind !== 'ok') return checkOf(failedOf(outcome), usergroup);
  }
  return { ok: true };
}

/** What is known of the token's scopes comes in a header, which proxies may drop. */
function missingScopes(data: Readonly<Record<string, unknown>>): string | undefined {
  const given = scopesOf(data);
  if (given.length === 0) return undefined;
  const lacking = SCOPES.filter(({ oneOf }) => !oneOf.some((scope) => given.includes(scope)));
  if (lacking.length === 0) return undefined;
  const words = lacking.map(({ oneOf, what }) => `${oneOf.join(' or ')} (${what})`).join(', ');
  return `missing_scope: the bot token lacks ${words}: add it under "OAuth & Permissions" and reinstall the app`;
}

function scopesOf({ response_metadata: metadata }: Readonly<Record<string, unknown>>): readonly unknown[] {
  const scopes: unknown = isObject(metadata) ? metadata['scopes'] : undefined;
  return Array.isArray(scopes) ? scopes.filter((scope) => scope !== '') : [];
}

/** Ids of the channels: those that are configured by name are looked up. */
async function idsOf(web: SlackWeb, channels: readonly string[], limits: CallLimits): Promise<ReadonlyMap<string, string> | Failed> {
  const ids = new Map(channels.filter((channel) => !channel.startsWith('#')).map((channel) => [channel, channel]));
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES && channels.some((channel) => !ids.has(channel)); page++) {
    const outcome = await web.call('conversations.list', listArgs(cursor), limits);
    if (outcome.kind !== 'ok') return failedOf(outcome);
    for (const { name, id } of channelsOf(outcome.data['channels'])) ids.set(`#${name}`, id);
    cursor = cursorOf(outcome.data);
    if (cursor === undefined) break;
  }
  return ids;
}

function problemOf(channel: unknown, who: Readonly<Record<string, unknown>>): string | undefined {
  if (!isObject(channel)) return undefined;
  if (channel['is_archived'] === true) return 'is_archived: unarchive the channel, or change slack.channel';
  const mayPost = channel['is_member'] !== false || (channel['is_private'] !== true && scopesOf(who).includes('chat:write.public'));
  return mayPost ? undefined : 'not_in_channel: invite the bot to the channel with /invite';
}

function checkOf({ verdict, message }: Failed, what: string): SinkCheck {
  const reason = 'reason' in verdict ? verdict.reason : 'unexpected';
  return { ok: false, reason, message: `${what}: ${message}` };
}
