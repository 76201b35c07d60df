/** Presses of buttons, as Slack sends them (https://docs.slack.dev/reference/interaction-payloads/block_actions-payload, read 2026-11-20). */
import { createHmac } from 'node:crypto';
import { isObject } from './content.ts';
import type { Message } from './workspace.ts';

/** A signed request, ready to be posted. */
export interface SignedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Who presses what. */
export interface Press {
  readonly actionId: string;
  readonly user?: string;
  readonly userName?: string;
  /** Instead of the button's own value. */
  readonly value?: string;
  /** Seconds since 1970 with microseconds; a retry has the same. */
  readonly actionTs: string;
  readonly triggerId: string;
  readonly responseUrl: string;
  readonly channelName?: string;
}

/** Signs a body as Slack does (https://docs.slack.dev/authentication/verifying-requests-from-slack, read 2026-11-20). */
export function signed(body: string | Uint8Array, secret: string, nowMs: number): SignedRequest {
  const timestamp = String(Math.floor(nowMs / 1_000));
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`;
  return {
    body: typeof body === 'string' ? body : Buffer.from(body).toString('latin1'),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': signature,
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
    },
  };
}

/** The form that carries a payload. */
export function interactionBody(payload: unknown): string {
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

/** The payload of a press of a button of a message. */
export function blockActions(message: Message, press: Press): Readonly<Record<string, unknown>> {
  const button = buttonsOf(message).find(({ action_id: id }) => id === press.actionId);
  const { user = 'U0ALICE', userName = 'alice', triggerId, responseUrl, channelName = 'drift', actionTs } = press;
  const isReply = message.threadTs !== undefined;
  return {
    type: 'block_actions',
    user: { id: user, username: userName, name: userName, team_id: 'TACME' },
    api_app_id: 'AAPP',
    token: 'deprecated-verification-token',
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: message.channel,
      is_ephemeral: false,
      ...(isReply ? { thread_ts: message.threadTs } : {}),
    },
    trigger_id: triggerId,
    team: { id: 'TACME', domain: 'acme' },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: message.channel, name: channelName },
    message: {
      type: 'message',
      user: 'UBOT',
      ts: message.ts,
      bot_id: 'BBOT',
      text: message.text ?? '',
      blocks: message.blocks ?? [],
      ...(isReply ? { thread_ts: message.threadTs } : {}),
    },
    state: { values: {} },
    response_url: responseUrl,
    actions: [
      {
        action_id: press.actionId,
        block_id: 'b1',
        text: button?.['text'] ?? { type: 'plain_text', text: press.actionId, emoji: true },
        value: press.value ?? button?.['value'] ?? '',
        type: 'button',
        action_ts: actionTs,
      },
    ],
  };
}

/** The buttons of a message, those in attachments too. */
export function buttonsOf({ blocks, attachments }: Pick<Message, 'blocks' | 'attachments'>): readonly Readonly<Record<string, unknown>>[] {
  const inside = (attachments ?? []).flatMap((each) => (isObject(each) && Array.isArray(each['blocks']) ? each['blocks'] : []));
  return [...(blocks ?? []), ...inside].flatMap((block: unknown) => {
    if (!isObject(block)) return [];
    const elements = Array.isArray(block['elements']) ? block['elements'] : [block['accessory']];
    return elements.filter((element: unknown) => isObject(element) && element['type'] === 'button');
  });
}
