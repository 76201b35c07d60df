import type { Manner } from '../core/deliver/incident/incident.ts';
import type { SlackVerdict } from '../core/deliver/incident/slack-answer.ts';
import type { SlackMessage } from '../core/deliver/slack/slack-message.ts';
import type { DeliveryReason, SinkCheck } from '../core/model/delivery-result.ts';

/** Bounds of one call. */
export interface CallLimits {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** What makes a message findable: it stands in its metadata. */
export interface MessageMark {
  /** Unique to the message. */
  readonly marker: string;
  /** The incident or digest that it is about. */
  readonly incident: string;
}

/** A call that did not succeed. */
export interface Failed {
  readonly kind: 'failed';
  readonly verdict: SlackVerdict | { readonly kind: 'wait' | 'unknown'; readonly reason: DeliveryReason };
  /** For people. */
  readonly message: string;
  /** What Slack asks to wait, in ms. */
  readonly pauseMs?: number | undefined;
}

/** A message that was posted or edited. */
export interface Done {
  readonly kind: 'done';
  readonly ts: string;
  readonly channelId: string;
}

/** A message to be posted. */
export interface Post extends MessageMark {
  /** As configured, or Slack's id of it. */
  readonly channel: string;
  readonly threadTs?: string | undefined;
  readonly message: SlackMessage;
}

/** A message to be edited. */
export interface Edit extends MessageMark {
  readonly channelId: string;
  readonly ts: string;
  readonly message: SlackMessage;
}

/** Where a message would stand, if it did. */
export interface Search {
  readonly marker: string;
  /** As configured; its id where that is known. */
  readonly channel: string;
  readonly channelId?: string | undefined;
  /** The thread it would stand in. */
  readonly threadTs?: string | undefined;
  /** When its sending began, in ms since 1970. */
  readonly sinceMs: number;
}

/** The messages with a marker. */
export interface Found {
  readonly kind: 'found';
  readonly channelId: string;
  readonly ts: readonly string[];
}

/** Slack, as far as messages are sent to it. No call throws. */
export interface SlackPoster {
  readonly manner: Manner;
  post(post: Post, limits: CallLimits): Promise<Done | Failed>;
  edit(edit: Edit, limits: CallLimits): Promise<Done | Failed>;
  /** Succeeds for a message that is not there. */
  remove(message: { readonly channelId: string; readonly ts: string }, limits: CallLimits): Promise<{ readonly kind: 'removed' } | Failed>;
  find(search: Search, limits: CallLimits): Promise<Found | Failed>;
  /** Tests token and channels, and posts nothing. */
  check(channels: readonly string[], limits: CallLimits): Promise<SinkCheck>;
  close(): void;
}

/** What each call counts against, and how far apart Slack wants them, in ms. */
export const CALL_SPACING_MS = {
  /** A message a second and channel (https://docs.slack.dev/apis/web-api/rate-limits, read 2026-11-20). */
  post: 1_050,
  /** Tier 3: fifty a minute. */
  edit: 1_250,
  remove: 1_250,
  find: 1_250,
} as const;
