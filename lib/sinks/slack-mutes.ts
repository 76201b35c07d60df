import type { Mute } from '../core/deliver/mute.ts';
import {
  current,
  EMPTY_MUTES,
  isHandled,
  type MuteState,
  muteText,
  parseMutes,
  withMute,
  withoutMute,
  withPress,
} from '../core/deliver/mute-state.ts';
import { DriftwireError } from '../core/errors.ts';
import type { Documents } from '../core/ports.ts';

/** What became of a press: carried out now, carried out before, or refused because as much is muted as may be. */
export type PressOutcome = 'done' | 'repeated' | 'full';

/** Name of the document in the store. */
const DOCUMENT = 'slack mutes';
/** How often a change is begun anew because somebody else was faster. */
const MAX_ATTEMPTS = 20;

/**
 * The mutes in the store, and the presses that made them. Each press is carried out once: what it changes here and the note that
 * it was are written together.
 */
export class MuteBook {
  readonly #documents: Documents;

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  /** The mutes in force, oldest first. @throws {DriftwireError} When the store cannot be read. */
  async inForce(nowMs: number): Promise<readonly Mute[]> {
    const { state } = await this.#read();
    return current(state, nowMs).mutes;
  }

  /** Mutes. @throws {DriftwireError} When the store cannot be written. */
  mute(mute: Mute, press: string, nowMs: number): Promise<PressOutcome> {
    return this.#press(press, nowMs, (state) => withMute(state, mute));
  }

  /** Lifts the mute of an incident, if it has one. @throws {DriftwireError} When the store cannot be written. */
  lift(incident: string, press: string, nowMs: number): Promise<PressOutcome> {
    return this.#press(press, nowMs, (state) => withoutMute(state, incident));
  }

  /** Notes a press that changes nothing here. @throws {DriftwireError} When the store cannot be written. */
  note(press: string, nowMs: number): Promise<PressOutcome> {
    return this.#press(press, nowMs, (state) => state);
  }

  /** True for a press that was carried out before. @throws {DriftwireError} When the store cannot be read. */
  async isHandled(press: string): Promise<boolean> {
    return isHandled((await this.#read()).state, press);
  }

  async #press(press: string, nowMs: number, change: (state: MuteState) => MuteState | undefined): Promise<PressOutcome> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { state, version } = await this.#read();
      if (isHandled(state, press)) return 'repeated';
      const changed = change(withPress(state, press, nowMs));
      if (changed === undefined) return 'full';
      if (await this.#documents.replaceDocument(DOCUMENT, new TextEncoder().encode(muteText(changed)), version)) return 'done';
    }
    throw new DriftwireError('DW_STORE_UNAVAILABLE', 'the mutes are changed faster than they can be read', { retryable: true });
  }

  async #read(): Promise<{ readonly state: MuteState; readonly version: number }> {
    const found = await this.#documents.document(DOCUMENT);
    if (found === undefined) return { state: EMPTY_MUTES, version: 0 };
    return { state: parseMutes(new TextDecoder().decode(found.body)), version: found.version };
  }
}
