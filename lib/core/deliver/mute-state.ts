/** The mutes in force and the presses of buttons that have been carried out, as one bounded value and as text. */
import { PRIORITIES } from '../model/finding.ts';
import type { Mute } from './mute.ts';

/** A press of a button that was carried out. */
export interface HandledPress {
  readonly id: string;
  readonly atMs: number;
}

/** What is kept. */
export interface MuteState {
  readonly mutes: readonly Mute[];
  readonly presses: readonly HandledPress[];
}

/** Mutes at one time: more would be a rule, and rules belong into the configuration. */
export const MAX_MUTES = 100;
/** A press is valid for five minutes after it was signed; its repeat is known for longer, in ms. */
const PRESS_MEMORY_MS = 15 * 60_000;
const MAX_PRESSES = 1_000;
const VERSION = 1;

/** Nothing muted, nothing pressed. */
export const EMPTY_MUTES: MuteState = { mutes: [], presses: [] };

/** What is still true at a time: without the mutes that are over and the presses that cannot come again. */
export function current({ mutes, presses }: MuteState, nowMs: number): MuteState {
  return {
    mutes: mutes.filter(({ untilMs }) => nowMs < untilMs),
    presses: presses.filter(({ atMs }) => nowMs - atMs < PRESS_MEMORY_MS).slice(-MAX_PRESSES),
  };
}

/** True for a press that was carried out before. */
export function isHandled({ presses }: MuteState, press: string): boolean {
  return presses.some(({ id }) => id === press);
}

/** The state after a press was carried out. */
export function withPress(state: MuteState, press: string, nowMs: number): MuteState {
  const { mutes, presses } = current(state, nowMs);
  return { mutes, presses: [...presses.slice(1 - MAX_PRESSES), { id: press, atMs: nowMs }] };
}

/** The state with a mute, which takes the place of its incident's earlier one; undefined when there are too many. */
export function withMute(state: MuteState, mute: Mute): MuteState | undefined {
  const others = withoutMute(state, mute.incident).mutes;
  return others.length < MAX_MUTES ? { ...state, mutes: [...others, mute] } : undefined;
}

/** The state without the mute of an incident. */
export function withoutMute(state: MuteState, incident: string): MuteState {
  return { ...state, mutes: state.mutes.filter((each) => each.incident !== incident) };
}

/** Writes the state. */
export function muteText({ mutes, presses }: MuteState): string {
  return JSON.stringify({ version: VERSION, mutes, presses });
}

/** Reads it back. What another version wrote counts as nothing: then people are told more than they wanted, never less. */
export function parseMutes(text: string): MuteState {
  const value = parsed(text);
  if (!isObject(value) || value['version'] !== VERSION) return EMPTY_MUTES;
  const { mutes, presses } = value;
  return {
    mutes: Array.isArray(mutes) ? mutes.filter(isMute) : [],
    presses: Array.isArray(presses) ? presses.filter(isPress) : [],
  };
}

function isMute(value: unknown): value is Mute {
  if (!isObject(value)) return false;
  const isText = (name: string): boolean => typeof value[name] === 'string';
  const isTime = (name: string): boolean => Number.isFinite(value[name]);
  const { actions, worst } = value;
  return (
    ['incident', 'subject', 'user', 'place', 'by'].every(isText) &&
    ['sinceMs', 'untilMs'].every(isTime) &&
    PRIORITIES.some((priority) => priority === worst) &&
    Array.isArray(actions) &&
    actions.every((action) => typeof action === 'string')
  );
}

function isPress(value: unknown): value is HandledPress {
  return isObject(value) && typeof value['id'] === 'string' && Number.isFinite(value['atMs']);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
