import { type SlackOutcome, SlackWeb, type SlackWebOptions } from '../clients/slack-web.ts';
import { judgeSlack, judgeStatus, type SlackVerdict } from '../core/deliver/incident/slack-answer.ts';
import type { SlackMessage } from '../core/deliver/slack/slack-message.ts';
import type { SinkCheck } from '../core/model/delivery-result.ts';
import { checkBot } from './slack-bot-check.ts';
import type { CallLimits, Done, Edit, Failed, Found, MessageMark, Post, Search, SlackPoster } from './slack-poster.ts';

/** Names what the metadata of our messages holds (https://docs.slack.dev/messaging/message-metadata, read 2026-11-20). */
const EVENT_TYPE = 'driftwire_incident';
/** Clocks may differ by so much, in ms. */
const CLOCK_SKEW_MS = 60_000;
/** Newer messages than so long after the sending are not looked at, in ms: the time of a request, of doubt, and of clocks that differ. */
const SEARCH_SPAN_MS = 2 * 60_000;
/** Pages of a search; some apps get 15 messages a page (https://docs.slack.dev/changelog/2025/05/29/rate-limit-changes-for-non-marketplace-apps/). */
const MAX_PAGES = 15;
/** Searches that are remembered because they were interrupted. */
const MAX_SEARCHES = 100;
const PAGE_SIZE = 100;
/** Pages of the list of channels; 1,000 each. */
const MAX_CHANNEL_PAGES = 20;

/** Slack with a bot token: threads, edits, searches. */
export class SlackBot implements SlackPoster {
  readonly manner = 'threads';
  readonly #web: SlackWeb;
  /** Ids of channels by the name they are configured with. */
  readonly #ids = new Map<string, string>();
  /** The next page of searches that were sent away, by marker. */
  readonly #interrupted = new Map<string, string>();
  readonly #usergroups: readonly string[];

  /**
   * @param usergroups - Ids of the groups whose members may press buttons, for the check.
   * @throws DriftwireError `DW_CONFIG_INVALID` for a token that no header can carry.
   */
  constructor(options: SlackWebOptions, usergroups: readonly string[] = []) {
    this.#web = new SlackWeb(options);
    this.#usergroups = usergroups;
  }

  async post({ channel, threadTs, message, ...mark }: Post, limits: CallLimits): Promise<Done | Failed> {
    const args = {
      channel,
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
      ...argsOf(message, mark),
      unfurl_links: false,
      unfurl_media: false,
    };
    const done = doneOf(await this.#web.call('chat.postMessage', args, limits));
    if (done.kind === 'done') this.#ids.set(channel, done.channelId);
    return done;
  }

  async edit({ channelId, ts, message, ...mark }: Edit, limits: CallLimits): Promise<Done | Failed> {
    return doneOf(await this.#web.call('chat.update', { channel: channelId, ts, ...argsOf(message, mark) }, limits));
  }

  async remove(
    { channelId, ts }: { readonly channelId: string; readonly ts: string },
    limits: CallLimits,
  ): Promise<{ readonly kind: 'removed' } | Failed> {
    const outcome = await this.#web.call('chat.delete', { channel: channelId, ts }, limits);
    const isGone = outcome.kind === 'ok' || (outcome.kind === 'error' && judgeSlack(outcome.error).kind === 'gone');
    return isGone ? { kind: 'removed' } : failedOf(outcome);
  }

  async find(search: Search, limits: CallLimits): Promise<Found | Failed> {
    const channel = search.channelId === undefined ? await this.#idOf(search.channel, limits) : { id: search.channelId };
    if ('kind' in channel) return channel;
    const { threadTs, sinceMs, marker } = search;
    const method = threadTs === undefined ? 'conversations.history' : 'conversations.replies';
    const span = { oldest: secondsOf(sinceMs - CLOCK_SKEW_MS), latest: secondsOf(sinceMs + SEARCH_SPAN_MS), inclusive: true };
    const ts: string[] = [];
    // where one page a minute is all there is, each call takes up where the last one was sent away
    let cursor = this.#interrupted.get(marker);
    this.#interrupted.delete(marker);
    for (let page = 0; page < MAX_PAGES; page++) {
      const outcome = await this.#web.call(
        method,
        {
          channel: channel.id,
          ...(threadTs === undefined ? {} : { ts: threadTs }),
          ...span,
          include_all_metadata: true,
          limit: PAGE_SIZE,
          ...(cursor === undefined ? {} : { cursor }),
        },
        limits,
      );
      // a thread whose parent is gone has no messages
      if (outcome.kind === 'error' && outcome.error === 'thread_not_found') break;
      if (outcome.kind === 'error' && outcome.error === 'invalid_cursor' && cursor !== undefined) {
        // it was kept for too long: from the beginning
        cursor = undefined;
        continue;
      }
      if (outcome.kind !== 'ok') {
        if (cursor !== undefined && this.#interrupted.size < MAX_SEARCHES) this.#interrupted.set(marker, cursor);
        return failedOf(outcome);
      }
      ts.push(...markedOf(outcome.data['messages'], marker));
      cursor = cursorOf(outcome.data);
      if (cursor === undefined || ts.length > 0) break;
    }
    return { kind: 'found', channelId: channel.id, ts };
  }

  check(channels: readonly string[], limits: CallLimits): Promise<SinkCheck> {
    return checkBot(this.#web, channels, this.#usergroups, limits);
  }

  close(): void {
    this.#web.close();
  }

  /** Slack posts to a channel by its name, and reads one by its id only. */
  async #idOf(channel: string, limits: CallLimits): Promise<{ readonly id: string } | Failed> {
    const known = channel.startsWith('#') ? this.#ids.get(channel) : channel;
    if (known !== undefined) return { id: known };
    let cursor: string | undefined;
    for (let page = 0; page < MAX_CHANNEL_PAGES; page++) {
      const outcome = await this.#web.call('conversations.list', listArgs(cursor), limits);
      // without the right to the list the name is all there is, and somebody's proxy may take it
      if (outcome.kind === 'error' && !isPassing(judgeSlack(outcome.error))) return { id: channel };
      if (outcome.kind !== 'ok') return failedOf(outcome);
      for (const { name, id } of channelsOf(outcome.data['channels'])) this.#ids.set(`#${name}`, id);
      const found = this.#ids.get(channel);
      if (found !== undefined) return { id: found };
      cursor = cursorOf(outcome.data);
      if (cursor === undefined) break;
    }
    return {
      kind: 'failed',
      verdict: judgeSlack('channel_not_found'),
      message: `channel_not_found: ${channel} is not in the list of channels`,
    };
  }
}

/** Arguments of `conversations.list`. */
export function listArgs(cursor: string | undefined): Readonly<Record<string, unknown>> {
  return { types: 'public_channel,private_channel', exclude_archived: false, limit: 1_000, ...(cursor === undefined ? {} : { cursor }) };
}

/** Where the next page begins; undefined: there is none. */
export function cursorOf(data: Readonly<Record<string, unknown>>): string | undefined {
  const { response_metadata: metadata } = data;
  const cursor = isObject(metadata) ? metadata['next_cursor'] : undefined;
  return typeof cursor === 'string' && cursor !== '' ? cursor : undefined;
}

/** The channels of a page of the list. */
export function channelsOf(list: unknown): readonly { readonly name: string; readonly id: string }[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((each: unknown) => {
    if (!isObject(each)) return [];
    const { name, id } = each;
    return typeof name === 'string' && typeof id === 'string' ? [{ name, id }] : [];
  });
}

/** What a call that did not succeed means. */
export function failedOf(outcome: SlackOutcome): Failed {
  switch (outcome.kind) {
    case 'ok':
      return { kind: 'failed', verdict: { kind: 'unknown', reason: 'unexpected' }, message: 'an answer without what it should say' };
    case 'error': {
      const verdict = judgeSlack(outcome.error);
      const { needed } = outcome.data;
      const scope = typeof needed === 'string' ? ` (needs ${needed.slice(0, 200)})` : '';
      return { kind: 'failed', verdict, message: `${outcome.error}${scope}${remedyOf(verdict)}` };
    }
    case 'status': {
      const { status, text, pauseMs } = outcome;
      const verdict = judgeStatus(status, text);
      return {
        kind: 'failed',
        verdict,
        message: `status ${status}${text.trim() === '' ? '' : `: ${text.trim()}`}${remedyOf(verdict)}`,
        pauseMs,
      };
    }
    default:
      return { kind: 'failed', verdict: unanswered(outcome.reason), message: outcome.message };
  }
}

/** Whether a call that had no answer may have been carried out. */
function unanswered(reason: Extract<SlackOutcome, { kind: 'failure' }>['reason']): Failed['verdict'] {
  switch (reason) {
    case 'refused':
    case 'dns':
      return { kind: 'wait', reason: 'unreachable' };
    case 'tls':
    case 'invalid':
      return { kind: 'barred', scope: 'token', reason: 'misconfigured', remedy: '' };
    case 'timeout':
      return { kind: 'unknown', reason: 'timeout' };
    case 'aborted':
      return { kind: 'unknown', reason: 'stopped' };
    default:
      return { kind: 'unknown', reason: 'unreachable' };
  }
}

function isPassing({ kind }: SlackVerdict): boolean {
  return kind === 'wait' || kind === 'unknown';
}

function remedyOf(verdict: SlackVerdict): string {
  return verdict.kind === 'barred' && verdict.remedy !== '' ? `: ${verdict.remedy}` : '';
}

function argsOf({ text, blocks, attachments }: SlackMessage, { marker, incident }: MessageMark): Readonly<Record<string, unknown>> {
  return { text, blocks, attachments, metadata: { event_type: EVENT_TYPE, event_payload: { marker, incident } } };
}

function doneOf(outcome: SlackOutcome): Done | Failed {
  if (outcome.kind !== 'ok') return failedOf(outcome);
  const { ts, channel } = outcome.data;
  return typeof ts === 'string' && typeof channel === 'string' ? { kind: 'done', ts, channelId: channel } : failedOf(outcome);
}

/** Timestamps of the messages that carry a marker. */
function markedOf(messages: unknown, marker: string): readonly string[] {
  if (!Array.isArray(messages)) return [];
  return messages.flatMap((message: unknown) => {
    if (!isObject(message) || typeof message['ts'] !== 'string') return [];
    const { metadata } = message;
    const payload = isObject(metadata) ? metadata['event_payload'] : undefined;
    return isObject(payload) && payload['marker'] === marker ? [message['ts']] : [];
  });
}

function secondsOf(ms: number): string {
  return (Math.max(ms, 0) / 1_000).toFixed(6);
}

/** True for an object of an answer. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
