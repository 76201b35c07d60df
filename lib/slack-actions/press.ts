/**
 * Presses of our buttons out of what Slack posts (https://docs.slack.dev/reference/interaction-payloads/block_actions-payload, read
 * 2026-11-21). Only what has been signed gets here; it is bounded and checked all the same, because people choose their names.
 */
import { ACTIONS } from '../core/deliver/slack/buttons.ts';
import { shownText } from '../core/deliver/slack/shown-text.ts';

/** What a press asks for. */
export type PressedAction =
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'mute'; readonly hours: number }
  | { readonly kind: 'unmute' }
  | { readonly kind: 'expected' };

/** A press of one of our buttons. */
export interface Press {
  /** The same for a repeat of the same press, and for no other. */
  readonly id: string;
  readonly action: PressedAction;
  /** Marker of the incident. */
  readonly incident: string;
  readonly userId: string;
  /** Safe to show. */
  readonly userName: string;
  /** The user belongs to another workspace: a guest of a shared channel. */
  readonly isStranger: boolean;
  /** Where an answer goes; empty where Slack gave no address. */
  readonly responseUrl: string;
}

/** What a body holds: a press, something Slack sends that is none of ours, or nothing that Slack sends. */
export type PressReading = { readonly kind: 'press'; readonly press: Press } | { readonly kind: 'other' } | { readonly kind: 'malformed' };

/** The button that takes a mute back stands in answers, not in the incident's message. */
export const UNMUTE = 'driftwire_unmute';

const BY_ACTION_ID: ReadonlyMap<unknown, PressedAction> = new Map<unknown, PressedAction>([
  [ACTIONS.acknowledge, { kind: 'acknowledge' }],
  [ACTIONS.muteHour, { kind: 'mute', hours: 1 }],
  [ACTIONS.muteShift, { kind: 'mute', hours: 8 }],
  [ACTIONS.muteDay, { kind: 'mute', hours: 24 }],
  [ACTIONS.expected, { kind: 'expected' }],
  [UNMUTE, { kind: 'unmute' }],
]);

const MAX_ID = 200;
const MAX_NAME = 80;
const MAX_URL = 3_000;

/** Reads a body: a form whose one field `payload` is JSON. */
export function readPress(rawBody: Uint8Array): PressReading {
  const payload = payloadOf(rawBody);
  if (payload === undefined) return { kind: 'malformed' };
  if (payload['type'] !== 'block_actions') return { kind: 'other' };
  const { actions, user, team } = payload;
  const [pressed]: readonly unknown[] = Array.isArray(actions) ? actions : [];
  const action = isObject(pressed) ? BY_ACTION_ID.get(pressed['action_id']) : undefined;
  if (!isObject(pressed) || action === undefined) return { kind: 'other' };
  const userId = isObject(user) ? bounded(user['id'], MAX_ID) : undefined;
  const incident = incidentOf(pressed['value']);
  // a repeat has both as they were
  const moment = bounded(pressed['action_ts'], MAX_ID) ?? bounded(payload['trigger_id'], MAX_ID);
  if (!isObject(user) || userId === undefined || incident === undefined || moment === undefined) return { kind: 'malformed' };
  const homes = [user['team_id'], isObject(team) ? team['id'] : undefined];
  return {
    kind: 'press',
    press: {
      id: `${moment} ${userId} ${String(pressed['action_id'])}`,
      action,
      incident,
      userId,
      userName: shownText(bounded(user['name'] ?? user['username'], MAX_ID) ?? userId, MAX_NAME),
      isStranger: homes.every((home) => typeof home === 'string') && homes[0] !== homes[1],
      responseUrl: bounded(payload['response_url'], MAX_URL) ?? '',
    },
  };
}

function payloadOf(rawBody: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    // what is no UTF-8 did not come from Slack
    const text = new TextDecoder('utf-8', { fatal: true }).decode(rawBody);
    const value: unknown = JSON.parse(new URLSearchParams(text).get('payload') ?? '');
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function incidentOf(value: unknown): string | undefined {
  const text = bounded(value, 2_000);
  if (text === undefined) return undefined;
  try {
    const held: unknown = JSON.parse(text);
    return isObject(held) ? bounded(held['incident'], MAX_ID) : undefined;
  } catch {
    return undefined;
  }
}

function bounded(value: unknown, max: number): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= max ? value : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
