/**
 * What happens when somebody presses a button: Slack is answered at once, and the work is done after that, because it gives three
 * seconds. The same for `serve` and for the function on AWS. What a press changes it changes once, however often Slack sends it.
 */
import type { Incident } from '../core/deliver/incident/incident.ts';
import { acknowledged, muted } from '../core/deliver/incident/incident-steps.ts';
import type { Mute } from '../core/deliver/mute.ts';
import type { Log } from '../core/model/log.ts';
import type { PRESS_OUTCOMES } from '../core/model/press.ts';
import type { MuteBook } from '../sinks/slack-mutes.ts';
import type { IncidentDesk } from './incident-desk.ts';
import { type Press, readPress } from './press.ts';
import type { PressGate } from './press-gate.ts';
import {
  acknowledgedReply,
  alreadyMutedReply,
  expectedReply,
  failedReply,
  forgottenReply,
  fullReply,
  liftedNote,
  liftedReply,
  mutedNote,
  mutedReply,
  type Reply,
  refusedReply,
  undecidedReply,
} from './replies.ts';
import type { Respond } from './responder.ts';
import { isSignedBySlack } from './signature.ts';

/** What became of a press. */
export type PressOutcome = (typeof PRESS_OUTCOMES)[number];

/** What the work needs. */
export interface SlackActionsParts {
  readonly signingSecret: string;
  readonly gate: PressGate;
  readonly incidents: IncidentDesk;
  readonly mutes: MuteBook;
  readonly respond: Respond;
  /** Counts a press. */
  readonly count: (action: Press['action']['kind'], outcome: PressOutcome) => Promise<void>;
  readonly log: Log;
  /** Ms since 1970. */
  readonly nowMs: () => number;
}

/** What Slack is told, and what is to be done once it has been told. */
export type ActionsAnswer =
  | {
      readonly status: 200;
      readonly body: '';
      /** Never rejects. */
      readonly after?: () => Promise<void>;
    }
  | { readonly status: 400 | 401 | 413; readonly body: string; readonly reason: 'malformed' | 'unauthorized' | 'too_large' };

/** Largest body, in bytes: a press brings the whole message along, which Slack bounds far below this. */
export const MAX_PRESS_BYTES = 512 * 1024;
/** Presses that are remembered by this process alone, so that a repeat does not even ask the store. */
const MAX_RECENT = 1_000;
/** How often what is in force is looked at until the incident tells it. */
const MAX_LOOKS = 10;
const HOUR_MS = 3_600_000;
/** A mute that would end so much later than the one in force is another, in ms. */
const NEW_MUTE_MS = 10 * 60_000;

/** Takes presses. */
export class SlackActions {
  readonly #parts: SlackActionsParts;
  readonly #recent = new Set<string>();

  constructor(parts: SlackActionsParts) {
    this.#parts = parts;
  }

  /**
   * Judges a request. Nothing of it is read before its signature is known to be Slack's.
   *
   * @param headers - Names in lower case.
   * @param rawBody - As it came, byte for byte; what API Gateway has encoded is to be decoded before.
   */
  take(headers: Readonly<Record<string, string | undefined>>, rawBody: Uint8Array): ActionsAnswer {
    if (rawBody.byteLength > MAX_PRESS_BYTES) return { status: 413, body: 'too large', reason: 'too_large' };
    const { signingSecret, nowMs } = this.#parts;
    const signed = { timestamp: headers['x-slack-request-timestamp'], signature: headers['x-slack-signature'], rawBody };
    if (!isSignedBySlack(signed, signingSecret, nowMs())) return { status: 401, body: 'not signed by Slack', reason: 'unauthorized' };
    const reading = readPress(rawBody);
    if (reading.kind === 'malformed') return { status: 400, body: 'not a press of a button', reason: 'malformed' };
    if (reading.kind === 'other' || this.#isRecent(reading.press.id)) return { status: 200, body: '' };
    return { status: 200, body: '', after: () => this.#handle(reading.press) };
  }

  /**
   * Makes the messages tell what is muted, where a process died between the two. To be called at the start. Never rejects.
   */
  async recover(): Promise<void> {
    const { mutes, nowMs, log } = this.#parts;
    try {
      for (const mute of await mutes.inForce(nowMs())) {
        await this.#agree(mute.incident);
        await this.#refresh(mute.incident);
      }
    } catch (cause) {
      log('warn', 'not every message may tell what is muted', { error: cause });
    }
  }

  #isRecent(id: string): boolean {
    if (this.#recent.has(id)) return true;
    this.#recent.add(id);
    for (const oldest of this.#recent) {
      if (this.#recent.size <= MAX_RECENT) break;
      this.#recent.delete(oldest);
    }
    return false;
  }

  async #handle(press: Press): Promise<void> {
    const { log, count } = this.#parts;
    const { action, incident, userId } = press;
    const fields = { action: action.kind, incident, user: userId };
    try {
      const outcome = await this.#decide(press);
      if (outcome !== 'repeated') log('info', LOGGED[outcome], { ...fields, ...(action.kind === 'mute' ? { hours: action.hours } : {}) });
      await count(action.kind, outcome);
    } catch (cause) {
      // not remembered: whoever presses again, or Slack's own repeat, has another try
      this.#recent.delete(press.id);
      await this.#agree(incident).catch(() => false);
      log('error', 'a button was pressed and nothing could be done', { ...fields, error: cause });
      await this.#parts.respond(press.responseUrl, failedReply(), { kind: 'presser' });
      await count(action.kind, 'failed').catch(() => undefined);
    }
  }

  async #decide(press: Press): Promise<PressOutcome> {
    const { gate, incidents, nowMs } = this.#parts;
    const permission = await gate.may(press, nowMs());
    if (permission !== 'allowed') {
      await this.#tell(press, permission === 'refused' ? refusedReply() : undecidedReply());
      return permission === 'refused' ? 'refused' : 'failed';
    }
    const incident = await incidents.incident(press.incident);
    if (incident === undefined) {
      // its mute may outlive it
      if (press.action.kind === 'unmute') return this.#lift(press, undefined);
      await this.#tell(press, forgottenReply());
      return 'unknown';
    }
    switch (press.action.kind) {
      case 'acknowledge':
        return this.#acknowledge(press, incident);
      case 'mute':
        return this.#mute(press, incident, press.action.hours);
      case 'unmute':
        return this.#lift(press, incident);
      default:
        await this.#tell(press, expectedReply(incident.expected));
        return 'done';
    }
  }

  async #acknowledge(press: Press, incident: Incident): Promise<PressOutcome> {
    const { incidents, nowMs } = this.#parts;
    const isFirst = await incidents.change(incident.marker, (each) =>
      each.acknowledged === undefined ? acknowledged(each, press.userName, nowMs()) : each,
    );
    await this.#tell(press, acknowledgedReply(isFirst ? undefined : (await incidents.incident(incident.marker))?.acknowledged));
    if (!isFirst) return 'repeated';
    await this.#refresh(incident.marker);
    return 'done';
  }

  async #mute(press: Press, incident: Incident, hours: number): Promise<PressOutcome> {
    const { mutes, nowMs } = this.#parts;
    const now = nowMs();
    const mute = muteOf(incident, press.userName, now, now + hours * HOUR_MS);
    // an incident of a version that did not know of mutes
    if (mute === undefined) {
      await this.#tell(press, forgottenReply());
      return 'unknown';
    }
    const earlier = (await mutes.inForce(now)).find((each) => each.incident === incident.marker);
    // whoever presses twice, or just after somebody else, asks for nothing new
    if (earlier !== undefined && earlier.untilMs > mute.untilMs - NEW_MUTE_MS) {
      await this.#tell(press, alreadyMutedReply(earlier));
      if (await this.#agree(incident.marker)) await this.#refresh(incident.marker);
      return 'repeated';
    }
    const outcome = await mutes.mute(mute, press.id, now);
    const all = await mutes.inForce(now);
    if (outcome === 'full') {
      await this.#tell(press, fullReply(all));
      return 'refused';
    }
    const isChanged = await this.#agree(incident.marker);
    if (outcome === 'done') {
      await this.#tell(press, mutedReply(mute, all));
      await this.#note(press, incident, mutedNote(mute));
    }
    if (isChanged) await this.#refresh(incident.marker);
    return outcome;
  }

  async #lift(press: Press, incident: Incident | undefined): Promise<PressOutcome> {
    const { mutes, nowMs } = this.#parts;
    const now = nowMs();
    const wasMuted = (await mutes.inForce(now)).some((mute) => mute.incident === press.incident);
    // a process that dies between the two leaves what `recover` can see: a mute that no message tells
    const isTaken = wasMuted && (await this.#showMute(press.incident, undefined));
    const outcome = await mutes.lift(press.incident, press.id, now);
    const isChanged = (await this.#agree(press.incident)) || isTaken;
    if (outcome === 'done') {
      await this.#tell(press, liftedReply(wasMuted, await mutes.inForce(now)));
      if (wasMuted) await this.#note(press, incident, liftedNote(press.userName));
    }
    if (isChanged) await this.#refresh(press.incident);
    return outcome === 'full' ? 'failed' : outcome;
  }

  /**
   * Makes the incident tell what is in force, also where an earlier try ended in the middle, or somebody else mutes and lifts at the
   * same time: whoever writes last looks once more.
   *
   * @returns True when the incident was changed.
   */
  async #agree(marker: string): Promise<boolean> {
    let isChanged = false;
    for (let look = 0; look < MAX_LOOKS; look++) {
      const inForce = (await this.#parts.mutes.inForce(this.#parts.nowMs())).find(({ incident }) => incident === marker);
      if (!(await this.#showMute(marker, inForce))) break;
      isChanged = true;
    }
    return isChanged;
  }

  #showMute(marker: string, mute: Mute | undefined): Promise<boolean> {
    return this.#parts.incidents.change(marker, (incident) => {
      const { muted: shown, ...rest } = incident;
      if (shown?.by === mute?.by && shown?.untilMs === mute?.untilMs) return incident;
      return mute === undefined ? { ...rest, rev: rest.rev + 1 } : muted(incident, mute.by, mute.untilMs);
    });
  }

  async #tell({ responseUrl }: Press, reply: Reply): Promise<void> {
    await this.#parts.respond(responseUrl, reply, { kind: 'presser' });
  }

  async #note({ responseUrl }: Press, incident: Incident | undefined, reply: Reply): Promise<void> {
    const threadTs = incident?.thread.parent?.ts;
    if (threadTs !== undefined) await this.#parts.respond(responseUrl, reply, { kind: 'thread', threadTs });
  }

  /** What cannot be shown now is shown with the incident's next event. */
  async #refresh(marker: string): Promise<void> {
    try {
      await this.#parts.incidents.refresh(marker);
    } catch (cause) {
      this.#parts.log('warn', 'the message of an incident could not be brought up to date', { incident: marker, error: cause });
    }
  }
}

const LOGGED: Readonly<Record<Exclude<PressOutcome, 'repeated'>, string>> = {
  done: 'a button was pressed',
  refused: 'a button was pressed, and refused',
  unknown: 'a button of an incident was pressed that is not kept any more',
  failed: 'a button was pressed, and nobody could tell by whom it may be',
};

function muteOf({ marker, subject, actions, worst, user, lead }: Incident, by: string, sinceMs: number, untilMs: number): Mute | undefined {
  if (subject === undefined) return undefined;
  return {
    incident: marker,
    subject,
    actions: actions.names.map(({ name }) => name),
    worst,
    user,
    place: lead.place,
    by,
    sinceMs,
    untilMs,
  };
}
