import type { ActionsAnswer, SlackActions } from '../slack-actions/slack-actions.ts';

/** Takes presses of buttons, and does the work of each once Slack has been answered. */
export class PressDesk {
  readonly #actions: Pick<SlackActions, 'take'>;
  readonly #working = new Set<Promise<void>>();

  constructor(actions: Pick<SlackActions, 'take'>) {
    this.#actions = actions;
  }

  take(headers: Readonly<Record<string, string>>, rawBody: Uint8Array): ActionsAnswer {
    const answer = this.#actions.take(headers, rawBody);
    if ('after' in answer && answer.after !== undefined) this.#work(answer.after);
    return answer;
  }

  /** Waits for the work that was begun. */
  async settled(): Promise<void> {
    await Promise.all(this.#working);
  }

  #work(after: () => Promise<void>): void {
    // the answer goes out first: what the work costs in time is not Slack's to wait for
    const working = new Promise<void>((done) => setImmediate(done)).then(after).finally(() => this.#working.delete(working));
    this.#working.add(working);
  }
}
