import type { Timing } from '../clients/retry.ts';
import type { Patience } from '../slack-actions/incident-desk.ts';
import type { ActionsAnswer, SlackActions } from '../slack-actions/slack-actions.ts';

/** When a message that could not be brought up to date is tried again, in ms. */
const WAITS_MS = [2_000, 10_000, 30_000, 120_000, 300_000];

/** Takes presses of buttons, and does the work of each once Slack has been answered. */
export class PressDesk {
  readonly #actions: Pick<SlackActions, 'take' | 'recover'>;
  readonly #working = new Set<Promise<void>>();
  readonly #ending: AbortController;

  /** @param make - Makes what takes the presses; its patience ends with this desk. */
  constructor(make: (patience: Patience) => Pick<SlackActions, 'take' | 'recover'>, timing: Pick<Timing, 'sleep'>) {
    const ending = new AbortController();
    this.#ending = ending;
    this.#actions = make({
      waitsMs: WAITS_MS,
      sleep: (ms) => timing.sleep(ms, ending.signal),
      isOver: () => ending.signal.aborted,
    });
    this.#work(() => this.#actions.recover());
  }

  take(headers: Readonly<Record<string, string>>, rawBody: Uint8Array): ActionsAnswer {
    const answer = this.#actions.take(headers, rawBody);
    if ('after' in answer && answer.after !== undefined) this.#work(answer.after);
    return answer;
  }

  /** Waits for the work that was begun, and for no more of it than has to be. */
  async settled(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#working);
  }

  #work(after: () => Promise<void>): void {
    // the answer goes out first: what the work costs in time is not Slack's to wait for
    const working = new Promise<void>((done) => setImmediate(done)).then(after).finally(() => this.#working.delete(working));
    this.#working.add(working);
  }
}
