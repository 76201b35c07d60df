import {
  afterShowing,
  begunPage,
  type Digest,
  digestView,
  emptyDigest,
  nextDigestStep,
  shownOf,
  withLine,
} from '../core/deliver/incident/digest.ts';
import type { Incident } from '../core/deliver/incident/incident.ts';
import { afterDigest } from '../core/deliver/incident/incident-steps.ts';
import { renderDigest } from '../core/deliver/slack/render.ts';
import type { SlackMessage } from '../core/deliver/slack/slack-message.ts';
import { fingerprint } from '../core/fingerprint.ts';
import { DigestHost, IncidentHost } from './slack-hosts.ts';
import type { JobParts } from './slack-incident-job.ts';
import type { Lane } from './slack-pace.ts';
import { LOOK_AGAIN_MS, RANK, type Task } from './slack-task.ts';

/** What is to be done about one digest in one call, for the incidents of that call that it tells. */
export class DigestJob {
  readonly #parts: JobParts;
  readonly #host: DigestHost;
  readonly channel: string;

  constructor(parts: JobParts, marker: string, channel: string) {
    this.#parts = parts;
    this.channel = channel;
    this.#host = new DigestHost(parts.work.parts.book, marker, channel);
  }

  /** The next task, for incidents that it does not show as they stand; undefined when there are none. */
  async task(incidents: readonly Incident[]): Promise<Task | undefined> {
    if (incidents.length === 0) return undefined;
    const { work, courier } = this.#parts;
    const { pace, book, poster } = work.parts;
    const host = this.#host;
    const digest = await host.digest();
    if (digest === undefined || incidents.some((incident) => withLine(digest, incident) !== digest)) {
      return { rank: RANK.digest, readyMs: 0, run: () => this.#write(incidents) };
    }
    const messages = this.#messages(digest);
    const step = nextDigestStep(digest, messages.map(printOf), work.nowMs, poster.manner);
    const at = (place: 'parent' | 'below') => ({
      channelId: digest.thread.channelId,
      threadTs: place === 'below' ? digest.thread.parent?.ts : undefined,
    });
    const inLane = (lane: Lane, rank: number, run: () => Promise<void>): Task => ({
      rank,
      readyMs: pace.readyMs(lane),
      run: async () => {
        if (await work.take(lane)) await run();
      },
    });
    switch (step.kind) {
      case 'wait':
        return {
          rank: RANK.unclear,
          readyMs: Math.min(step.untilMs, work.nowMs + LOOK_AGAIN_MS),
          run: async () => book.forget('digest', host.marker),
        };
      case 'settle':
        return inLane('find', RANK.unclear, () => courier.settle(host, step.sending, at(step.sending.place)));
      case 'verify':
        return inLane('find', RANK.unclear, () => courier.verify(host, step.doubt, at(step.doubt.place)));
      case 'rest':
        return { rank: RANK.edit, readyMs: step.untilMs, run: async () => undefined };
      case 'shown':
        return { rank: RANK.digest, readyMs: 0, run: () => this.#show(digest, incidents) };
      case 'post':
        return inLane(`post ${this.channel}`, step.page === 0 ? RANK.digest : RANK.details, () => this.#send(step.page, 'post'));
      default:
        return inLane('edit', RANK.edit, () => this.#send(step.page, 'edit'));
    }
  }

  #messages(digest: Digest): readonly SlackMessage[] {
    const { parent, thread } = renderDigest(digestView(digest), this.#parts.work.parts.render);
    return [parent, ...thread];
  }

  async #write(incidents: readonly Incident[]): Promise<void> {
    const { marker, channel } = this.#host;
    await this.#parts.work.parts.book.changeDigest(marker, (digest) => incidents.reduce(withLine, digest ?? emptyDigest(marker, channel)));
  }

  async #send(page: number, how: 'post' | 'edit'): Promise<void> {
    const { work, courier } = this.#parts;
    const { poster } = work.parts;
    let begun: Digest | undefined;
    let message: SlackMessage | undefined;
    await this.#host.change((digest) => {
      const messages = this.#messages(digest);
      message = messages[page];
      const step = nextDigestStep(digest, messages.map(printOf), work.nowMs, poster.manner);
      const isSame = step.kind === how && step.page === page && message !== undefined;
      begun =
        isSame && message !== undefined
          ? begunPage(digest, { page, print: printOf(message) }, { how, nowMs: work.nowMs, leaseMs: work.leaseMs })
          : undefined;
      return begun ?? digest;
    });
    const { sending, parent, channelId } = begun?.thread ?? {};
    if (sending === undefined || message === undefined) return;
    const place = how === 'edit' ? { target: begun?.pages[page] } : { threadTs: page === 0 ? undefined : parent?.ts };
    await courier.send({ host: this.#host, marker: sending.marker, how, message, channelId, ...place });
  }

  async #show(rendered: Digest, incidents: readonly Incident[]): Promise<void> {
    const { book } = this.#parts.work.parts;
    await this.#host.change((digest) => afterShowing(digest, rendered));
    const shown = (await this.#host.digest()) ?? rendered;
    for (const incident of incidents) {
      await new IncidentHost(book, incident).change((current) => afterDigest(current, shownOf(shown, current.marker)));
    }
  }
}

function printOf(message: SlackMessage): string {
  return fingerprint(JSON.stringify(message));
}
