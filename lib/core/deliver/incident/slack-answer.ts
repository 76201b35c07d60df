/** What Slack's errors mean: the `error` of an answer that is not `ok`, or the text that an incoming webhook answers with. */
import type { DeliveryReason } from '../../model/delivery-result.ts';

/** What is to be done about an answer. */
export type SlackVerdict =
  /** Slack has not done it and may later. */
  | { readonly kind: 'wait'; readonly reason: DeliveryReason }
  /** It may have done it. */
  | { readonly kind: 'unknown'; readonly reason: DeliveryReason }
  /** Somebody must look; until then nothing goes to this channel, or nowhere at all. */
  | { readonly kind: 'barred'; readonly scope: 'channel' | 'token'; readonly reason: DeliveryReason; readonly remedy: string }
  /** It finds fault with what the message is made of. */
  | { readonly kind: 'content' }
  /** The message that is to be edited, or its thread, is not there any more. */
  | { readonly kind: 'gone' };

const TOKEN_REMEDY = 'reinstall the app in Slack and store its new bot token';
const SCOPE_REMEDY = 'give the app the missing scope (docs/sinks/slack.md lists them) and reinstall it';

/** https://docs.slack.dev/reference/methods/chat.postMessage (errors; read 2026-11-20), with those of conversations.* and incoming webhooks. */
const TOKEN: Readonly<Record<string, string>> = {
  invalid_auth: TOKEN_REMEDY,
  not_authed: TOKEN_REMEDY,
  account_inactive: TOKEN_REMEDY,
  token_revoked: TOKEN_REMEDY,
  token_expired: TOKEN_REMEDY,
  no_permission: SCOPE_REMEDY,
  missing_scope: SCOPE_REMEDY,
  not_allowed_token_type: 'use a bot token (xoxb-...)',
  access_denied: 'ask an administrator of the workspace',
  org_login_required: 'the workspace is being moved: ask its administrator',
  ekm_access_denied: 'ask an administrator of the workspace: its key management refuses messages',
  team_access_not_granted: 'install the app in this workspace',
  two_factor_setup_required: 'ask an administrator of the workspace',
  invalid_token: 'store the webhook address that Slack shows under "Incoming Webhooks"',
  no_service: 'the webhook was removed: make a new one under "Incoming Webhooks" and store its address',
  no_service_id: 'store the whole webhook address',
  no_team: 'store the webhook address that Slack shows under "Incoming Webhooks"',
  team_disabled: 'the workspace is closed',
  action_prohibited: 'an administrator of the workspace forbids it: ask there',
  user_not_found: 'the webhook belongs to somebody who is gone: make a new one',
};

const INVITE = 'invite the bot to the channel (/invite @NAME), or change slack.channel';
const CHANNEL: Readonly<Record<string, string>> = {
  channel_not_found: `the channel is not there, or private without the bot: ${INVITE}`,
  not_in_channel: INVITE,
  is_archived: 'unarchive the channel, or change slack.channel',
  channel_is_archived: 'unarchive the channel, or make a webhook for another',
  restricted_action: 'an administrator restricts who may post there: allow the app, or change slack.channel',
  restricted_action_read_only_channel: 'the channel is read-only: allow the app, or change slack.channel',
  restricted_action_thread_only_channel: 'the channel takes threads only: change slack.channel',
  restricted_action_thread_locked: 'the thread is locked',
  restricted_action_non_threadable_channel: 'the channel has no threads: change slack.channel',
  posting_to_general_channel_denied: 'only administrators may post to this channel: change slack.channel',
  posting_to_channel_denied: 'only administrators may post to this channel: change slack.channel',
  as_user_not_supported: 'use a bot token (xoxb-...)',
};

const CONTENT = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
  'no_text',
  'invalid_attachments',
  'too_many_attachments',
  'attachment_payload_limit_exceeded',
  'invalid_payload',
  'invalid_arguments',
  'metadata_too_large',
  // where the workspace lets nobody edit later, the message stays as it is
  'edit_window_closed',
  'invalid_metadata_format',
  'invalid_metadata_schema',
]);

/** Those that another bot user of the app has written, before it was installed anew, are as good as gone. */
const GONE = new Set(['message_not_found', 'thread_not_found', 'cant_update_message', 'cant_delete_message', 'cannot_reply_to_message']);

/** Judges an answer by what it says. */
export function judgeSlack(error: string): SlackVerdict {
  if (Object.hasOwn(TOKEN, error)) return barred('token', 'unauthorized', TOKEN[error]);
  if (Object.hasOwn(CHANNEL, error)) return barred('channel', 'misconfigured', CHANNEL[error]);
  if (CONTENT.has(error)) return { kind: 'content' };
  if (GONE.has(error)) return { kind: 'gone' };
  switch (error) {
    case 'ratelimited':
    case 'rate_limited':
    case 'message_limit_exceeded':
      return { kind: 'wait', reason: 'rate_limited' };
    case 'service_unavailable':
    case 'internal_error':
    case 'fatal_error':
    case 'request_timeout':
    case 'rollup_error':
      return { kind: 'unknown', reason: 'unavailable' };
    case 'team_added_to_org':
      return { kind: 'wait', reason: 'unavailable' };
    default:
      return barred('channel', 'unexpected', 'look the error up at https://docs.slack.dev/reference/methods/chat.postMessage');
  }
}

/** Judges a status other than 200: a gateway's, or an incoming webhook's, whose text says more. */
export function judgeStatus(status: number, text: string): SlackVerdict {
  if (status === 429) return { kind: 'wait', reason: 'rate_limited' };
  if (status === 408 || status >= 500) return { kind: 'unknown', reason: 'unavailable' };
  return judgeSlack(text.trim().slice(0, 100));
}

function barred(scope: 'channel' | 'token', reason: DeliveryReason, remedy = ''): SlackVerdict {
  return { kind: 'barred', scope, reason, remedy };
}
