import type { Timing } from '../clients/retry.ts';
import { DriftwireError } from '../core/errors.ts';
import type { Log } from '../core/model/log.ts';
import type { SharedStore } from '../core/ports.ts';
import type { OpenActions } from '../slack-actions/open-slack-actions.ts';
import type { OpenedSinks } from '../wire-sinks.ts';
import type { SignedPress } from './queue-message.ts';

/** How long Slack's secrets are kept, in ms; as for sinks. */
const FRESH_MS = 15 * 60_000;
/** How old they are at least when they are read anew because of one press, in ms. */
const RENEW_MS = 15_000;

export interface PressesParts {
  /** Opens Slack. */
  readonly open: () => Promise<Pick<Extract<OpenedSinks, { ok: true }>, 'slack' | 'slackActions'>>;
  readonly store: SharedStore;
  readonly timing: Pick<Timing, 'now'>;
  readonly log: Log;
}

/** Works off the presses that the public address has put into the queue. */
export class Presses {
  readonly #parts: PressesParts;
  #opened: { readonly buttons: OpenActions; readonly atMs: number } | undefined;

  constructor(parts: PressesParts) {
    this.#parts = parts;
  }

  /**
   * Works off one press. Its signature is asked for once more: whoever may write into the queue may not press for others. One that
   * has waited for more than five minutes is not valid any more; whoever pressed has been waiting too, and presses again.
   *
   * @throws When Slack cannot be opened.
   */
  async take({ timestamp, signature, body }: SignedPress): Promise<void> {
    const headers = { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature };
    const openedMs = this.#opened?.atMs;
    let answer = (await this.#open()).actions.take(headers, Buffer.from(body));
    if (answer.status === 401 && openedMs !== undefined && this.#parts.timing.now() - openedMs >= RENEW_MS) {
      // The public address has found it valid a moment ago: the secret may be one that was exchanged since it was read here.
      answer = (await this.#open(RENEW_MS)).actions.take(headers, Buffer.from(body));
    }
    if (answer.status !== 200) {
      this.#parts.log('warn', 'a press of a button is not valid, or not any more', { reason: answer.reason });
      return;
    }
    await answer.after?.();
  }

  async #open(freshMs = FRESH_MS): Promise<OpenActions> {
    const { open, store, timing, log } = this.#parts;
    const nowMs = timing.now();
    if (this.#opened !== undefined && nowMs - this.#opened.atMs < freshMs) return this.#opened.buttons;
    const { slack, slackActions } = await open();
    const sink = slack?.(store);
    const buttons = slackActions?.({ store, log, refresh: async (marker) => sink?.refresh(marker) });
    if (buttons === undefined) {
      throw new DriftwireError(
        'DW_CONFIG_INVALID',
        'a button was pressed, and slack.signing_secret or slack.token is missing: deploy again',
      );
    }
    this.#opened?.buttons.close();
    this.#opened = { buttons, atMs: nowMs };
    // an earlier process may have died between a mute and the message that tells it
    await buttons.actions.recover();
    return buttons;
  }
}
