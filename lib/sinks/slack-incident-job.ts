import { admitted, NO_ADMISSIONS } from '../core/deliver/incident/admission.ts';
import { groupOfMarker } from '../core/deliver/incident/claim.ts';
import { type Incident, standingOf } from '../core/deliver/incident/incident.ts';
import { afterAdmission, begunParent, begunReply, type IncidentStep, nextStep } from '../core/deliver/incident/incident-steps.ts';
import { incidentView } from '../core/deliver/incident/incident-view-of.ts';
import { type EventView, eventView } from '../core/deliver/slack/event-view.ts';
import { renderDetails, renderParent } from '../core/deliver/slack/render.ts';
import type { DeliveryResult } from '../core/model/delivery-result.ts';
import type { Counted } from './slack-cases.ts';
import type { SlackCourier } from './slack-courier.ts';
import { IncidentHost } from './slack-hosts.ts';
import type { Lane } from './slack-pace.ts';
import { LOOK_AGAIN_MS, RANK, type Task } from './slack-task.ts';
import type { SlackWork } from './slack-work.ts';

/** What the jobs of one call share. */
export interface JobParts {
  readonly work: SlackWork;
  readonly courier: SlackCourier;
  /** New incidents a minute and channel that get a message of their own. */
  readonly maxAMinute: number;
  /** Digests that this call has begun: one that cannot be edited takes lines from one call only. */
  readonly ownDigests: Set<string>;
}

/** What is to be done about one incident in one call. */
export class IncidentJob {
  readonly marker: string;
  readonly #parts: JobParts;
  readonly #events: readonly Counted[];
  readonly #seqs: readonly number[];
  #host: IncidentHost | undefined;

  constructor(parts: JobParts, marker: string, events: readonly Counted[]) {
    this.#parts = parts;
    this.marker = marker;
    this.#events = events;
    this.#seqs = events.map(({ seq }) => seq);
  }

  /** As it stands; undefined for one that is forgotten, because it was told long ago. */
  async incident(): Promise<Incident | undefined> {
    const { book } = this.#parts.work.parts;
    const incident = (await book.group(groupOfMarker(this.marker)))?.incidents.find(({ marker }) => marker === this.marker);
    if (incident !== undefined) this.#host ??= new IncidentHost(book, incident);
    return incident;
  }

  /** Its next step; undefined for a forgotten one. */
  async step(): Promise<{ readonly step: IncidentStep; readonly incident: Incident } | undefined> {
    const incident = await this.incident();
    const { work } = this.#parts;
    return incident === undefined ? undefined : { incident, step: nextStep(incident, this.#seqs, work.nowMs, work.parts.poster.manner) };
  }

  /** The task of a step; undefined where there is none: it is done, or the digest has to do something. */
  task(incident: Incident, step: IncidentStep): Task | undefined {
    const { work, courier } = this.#parts;
    const { pace, book } = work.parts;
    const host = this.#host;
    if (host === undefined) return undefined;
    const { thread } = incident;
    const at = (place: 'parent' | 'below') => ({
      channelId: thread.channelId,
      threadTs: place === 'below' ? thread.parent?.ts : undefined,
    });
    const inLane = (lane: Lane, rank: number, run: () => Promise<void>): Task => ({
      rank,
      readyMs: pace.readyMs(lane),
      run: async () => {
        if (await work.take(lane)) await run();
      },
    });
    // a turn is scarce: it is not taken for what somebody else has done while this one waited for it
    const stillNeeded = (task: Task): Task => ({
      ...task,
      run: async () => {
        book.forget('group', groupOfMarker(this.marker));
        if ((await this.step())?.step.kind === step.kind) await task.run();
      },
    });
    switch (step.kind) {
      case 'wait':
        return {
          rank: RANK.unclear,
          readyMs: Math.min(step.untilMs, work.nowMs + LOOK_AGAIN_MS),
          run: async () => book.forget('group', groupOfMarker(this.marker)),
        };
      case 'settle':
        return inLane('find', RANK.unclear, () => courier.settle(host, step.sending, at(step.sending.place)));
      case 'verify':
        return inLane('find', RANK.unclear, () => courier.verify(host, step.doubt, at(step.doubt.place)));
      case 'rest':
        return { rank: RANK.edit, readyMs: step.untilMs, run: async () => undefined };
      case 'admit':
        return { rank: RANK.admit, readyMs: 0, run: () => this.#admit(host) };
      case 'parent':
        return stillNeeded(inLane(`post ${incident.channel}`, RANK.parent, () => this.#sendParent(host, 'post')));
      case 'reply':
        return stillNeeded(inLane(`post ${incident.channel}`, RANK.details, () => this.#reply(host, incident, step.seqs)));
      case 'edit':
        return stillNeeded(inLane('edit', RANK.edit, () => this.#sendParent(host, 'edit')));
      default:
        return undefined;
    }
  }

  /** What became of each of its events; `open` is said of those that are not told yet. */
  results(incident: Incident | undefined, open: DeliveryResult): readonly (readonly [key: string, result: DeliveryResult])[] {
    const { manner } = this.#parts.work.parts.poster;
    return this.#events.map(({ delivery, seq }) => {
      const standing = incident === undefined ? 'told' : standingOf(incident, seq, manner);
      if (standing === 'told') return [delivery.key, { kind: 'delivered' }];
      if (standing === 'open') return [delivery.key, open];
      return [delivery.key, { kind: 'refused', reason: 'invalid', permanent: true, message: incident?.refused ?? '' }];
    });
  }

  async #admit(host: IncidentHost): Promise<void> {
    const { work, maxAMinute, ownDigests } = this.#parts;
    const { poster, book } = work.parts;
    let home: NonNullable<Incident['home']> = 'own';
    await book.changeChannel(host.channel, (admissions = NO_ADMISSIONS) => {
      const isNewDigest = poster.manner === 'single' && !ownDigests.has(admissions.digest?.marker ?? '');
      const decision = admitted(admissions, work.nowMs, { channel: host.channel, maxAMinute, isNewDigest });
      home = decision.home;
      return decision.admissions;
    });
    if (home !== 'own') ownDigests.add((home as { readonly digest: string }).digest);
    await host.change((incident) => afterAdmission(incident, home));
  }

  async #sendParent(host: IncidentHost, how: 'post' | 'edit'): Promise<void> {
    const { work, courier } = this.#parts;
    const { poster, render } = work.parts;
    let begun: Incident | undefined;
    await host.change((incident) => {
      const { kind } = nextStep(incident, this.#seqs, work.nowMs, poster.manner);
      begun =
        kind === (how === 'post' ? 'parent' : 'edit')
          ? begunParent(incident, { how, nowMs: work.nowMs, leaseMs: work.leaseMs })
          : undefined;
      return begun ?? incident;
    });
    const { thread } = begun ?? {};
    if (begun === undefined || thread?.sending === undefined) return;
    const message = renderParent(incidentView(begun), render);
    const { parent: target, channelId } = thread;
    await courier.send({ host, marker: thread.sending.marker, how, message, ...(how === 'edit' ? { target, channelId } : {}) });
  }

  async #reply(host: IncidentHost, planned: Incident, seqs: readonly number[]): Promise<void> {
    const { work, courier } = this.#parts;
    const { poster, render } = work.parts;
    const told = this.#toTell(planned, seqs);
    const [first] = renderDetails(
      told.map(({ view }) => view),
      render,
    );
    if (first === undefined) return;
    const carried = told.slice(0, first.events).map(({ seq }) => seq);
    let begun: Incident | undefined;
    await host.change((incident) => {
      const step = nextStep(incident, this.#seqs, work.nowMs, poster.manner);
      // what somebody else has told meanwhile must not be told twice
      const isSame = step.kind === 'reply' && String(step.seqs) === String(seqs) && incident.displaced?.seq === planned.displaced?.seq;
      begun = isSame ? begunReply(incident, carried, { nowMs: work.nowMs, leaseMs: work.leaseMs }) : undefined;
      return begun ?? incident;
    });
    const { parent, channelId, sending } = begun?.thread ?? {};
    if (sending === undefined) return;
    await courier.send({ host, marker: sending.marker, how: 'post', message: first.message, threadTs: parent?.ts, channelId });
  }

  #toTell({ displaced }: Incident, seqs: readonly number[]): readonly { readonly seq: number; readonly view: EventView }[] {
    const own = this.#events.filter(({ seq }) => seqs.includes(seq)).map(({ seq, delivery }) => ({ seq, view: eventView(delivery) }));
    return displaced === undefined ? own : [displaced, ...own];
  }
}
