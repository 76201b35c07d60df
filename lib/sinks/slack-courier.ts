import { type Arrival, type Doubt, givenUp, type Sending, type Thread, unknown, unsent } from '../core/deliver/incident/thread.ts';
import type { SlackMessage } from '../core/deliver/slack/slack-message.ts';
import { plainMessage } from '../core/deliver/slack/slack-message.ts';
import type { Lane } from './slack-pace.ts';
import type { Done, Failed } from './slack-poster.ts';
import { DOUBT_MS, SETTLE_MS, type SlackWork } from './slack-work.ts';

/** A message as Slack has it. */
export type ArrivedMessage = { readonly marker: string; readonly ts: string; readonly channelId: string; readonly how: 'post' | 'edit' };

/** A record in the store with a thread in it: an incident or a digest. Each method is one change of the record, or none. */
export interface ThreadHost {
  readonly marker: string;
  readonly channel: string;
  onThread(change: <C>(thread: Thread<C>) => Thread<C>): Promise<void>;
  arrive(message: ArrivedMessage): Promise<Arrival<unknown>['kind']>;
  certain(marker: string): Promise<void>;
  /** Its message was deleted by somebody. */
  gone(marker: string): Promise<void>;
  /** Slack refuses this message for ever, as blocks and as plain text. */
  refuse(marker: string, reason: string): Promise<void>;
}

/** A message that has been claimed and is now sent. */
export interface Claimed {
  readonly host: ThreadHost;
  readonly marker: string;
  readonly how: 'post' | 'edit';
  readonly message: SlackMessage;
  /** Where it goes: of a post the thread, of an edit the message. */
  readonly threadTs?: string | undefined;
  readonly target?: { readonly ts: string; readonly marker: string } | undefined;
  readonly channelId?: string | undefined;
}

/** Sends what has been claimed, and finds out what became of what was sent. */
export class SlackCourier {
  readonly #work: SlackWork;
  /** Hosts whose blocks Slack has refused: they get plain text in this call. */
  readonly #plain = new Set<string>();

  constructor(work: SlackWork) {
    this.#work = work;
  }

  /** Sends a claimed message and commits it. */
  async send(claimed: Claimed): Promise<void> {
    const { host, marker, how } = claimed;
    const isPlain = this.#plain.has(host.marker);
    const outcome = await this.#call(claimed, isPlain ? plainMessage(claimed.message) : claimed.message);
    if (outcome.kind === 'done') {
      this.#work.succeeded();
      await this.#arrived(host, { marker, ts: outcome.ts, channelId: outcome.channelId, how });
      return;
    }
    await this.#work.failed(laneOf(claimed), host.channel, outcome);
    await this.#afterFailure(host, marker, outcome, isPlain);
  }

  /** Finds out whether a message arrived whose sender did not say so. */
  async settle(
    host: ThreadHost,
    sending: Sending<unknown>,
    place: { readonly channelId?: string | undefined; readonly threadTs?: string | undefined },
  ): Promise<void> {
    const { marker, how, beganMs } = sending;
    const { poster } = this.#work.parts;
    const checkMs = this.#work.nowMs + DOUBT_MS;
    // an edit may be made twice, and nothing can be found with a webhook
    if (how === 'edit') return host.onThread((thread) => givenUp(thread, marker, checkMs));
    if (poster.manner === 'single') return host.onThread((thread) => unsent(thread, marker));
    const found = await poster.find({ marker, channel: host.channel, ...place, sinceMs: beganMs }, this.#work.limits);
    if (found.kind === 'found') {
      const [ts, ...doubles] = found.ts;
      if (ts === undefined) return host.onThread((thread) => givenUp(thread, marker, checkMs));
      await this.#arrived(host, { marker, ts, channelId: found.channelId, how });
      for (const double of doubles) await this.#remove(host, { ts: double, channelId: found.channelId });
      return;
    }
    // without the right to look, one too many is better than none
    if (isUnable(found)) return host.onThread((thread) => unsent(thread, marker));
    await this.#work.failed('find', host.channel, found);
  }

  /** Sees that a message that was given up does not stand there. */
  async verify(
    host: ThreadHost,
    doubt: Doubt,
    place: { readonly channelId?: string | undefined; readonly threadTs?: string | undefined },
  ): Promise<void> {
    const { marker, how, sinceMs } = doubt;
    if (how === 'edit') return host.certain(marker);
    const found = await this.#work.parts.poster.find({ marker, channel: host.channel, ...place, sinceMs }, this.#work.limits);
    if (found.kind === 'failed') return isUnable(found) ? host.certain(marker) : this.#work.failed('find', host.channel, found);
    for (const ts of found.ts) if (!(await this.#remove(host, { ts, channelId: found.channelId }))) return;
    await host.certain(marker);
  }

  async #call({ host, marker, how, threadTs, target, channelId }: Claimed, message: SlackMessage): Promise<Done | Failed> {
    const { poster } = this.#work.parts;
    if (how === 'edit' && target !== undefined && channelId !== undefined) {
      return poster.edit({ channelId, ts: target.ts, marker: target.marker, incident: host.marker, message }, this.#work.limits);
    }
    return poster.post({ channel: channelId ?? host.channel, threadTs, marker, incident: host.marker, message }, this.#work.limits);
  }

  async #arrived(host: ThreadHost, message: ArrivedMessage): Promise<void> {
    if ((await host.arrive(message)) === 'double') await this.#remove(host, message);
  }

  async #remove(host: ThreadHost, message: { readonly ts: string; readonly channelId: string }): Promise<boolean> {
    await this.#work.take('remove');
    const outcome = await this.#work.parts.poster.remove(message, this.#work.limits);
    if (outcome.kind === 'failed') await this.#work.failed('remove', host.channel, outcome);
    return outcome.kind !== 'failed';
  }

  async #afterFailure(host: ThreadHost, marker: string, { verdict, message }: Failed, wasPlain: boolean): Promise<void> {
    switch (verdict.kind) {
      case 'unknown':
        await host.onThread((thread) => unknown(thread, marker, this.#work.nowMs + SETTLE_MS));
        return;
      case 'gone':
        await host.gone(marker);
        return;
      case 'content':
        if (wasPlain) return host.refuse(marker, message);
        this.#plain.add(host.marker);
        return host.onThread((thread) => unsent(thread, marker));
      default:
        await host.onThread((thread) => unsent(thread, marker));
    }
  }
}

/** What a message counts against. */
export function laneOf({ how, host }: Pick<Claimed, 'how' | 'host'>): Lane {
  return how === 'edit' ? 'edit' : `post ${host.channel}`;
}

/** True when asking again would not help. */
function isUnable({ verdict }: Failed): boolean {
  return verdict.kind === 'barred' || verdict.kind === 'content';
}
