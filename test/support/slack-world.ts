/** A fake Slack, a store, and workers that tell it things and die: what a reader sees in the end is compared with what happened. */
import { expect } from 'vitest';
import { digestView } from '../../lib/core/deliver/incident/digest.ts';
import { type Incident, MAX_DETAILED } from '../../lib/core/deliver/incident/incident.ts';
import { incidentView } from '../../lib/core/deliver/incident/incident-view-of.ts';
import { parseRecord, type Records } from '../../lib/core/deliver/incident/record-text.ts';
import { type RenderSettings, renderDigest, renderParent } from '../../lib/core/deliver/slack/render.ts';
import type { Delivery } from '../../lib/core/model/delivery.ts';
import type { IncidentMember, IncidentRecords, Versioned } from '../../lib/core/ports.ts';
import type { SlackSink, SlackSinkOptions } from '../../lib/sinks/slack.ts';
import { SlackBot } from '../../lib/sinks/slack-bot.ts';
import type { Failed, SlackPoster } from '../../lib/sinks/slack-poster.ts';
import { MemoryStore } from '../../lib/stores/memory.ts';
import { textsOf } from './fake-slack/content.ts';
import { FakeSlack, type FakeSlackOptions } from './fake-slack/server.ts';
import type { VisibleMessage } from './fake-slack/workspace.ts';
import { slackSink } from './slack-sink.ts';
import { VirtualClock } from './virtual-clock.ts';

const RENDER: RenderSettings = { links: {}, hasButtons: true, hasThreads: true };

/** When a worker dies: at its n-th step outside of itself, with or without the step being done. */
export interface Death {
  readonly step: number;
  readonly isDone: boolean;
}

export interface WorldOptions extends Omit<FakeSlackOptions, 'now'> {
  /** The first, second ... message or edit has no answer, and is carried out so many ms later. */
  readonly lates?: readonly (number | undefined)[];
  readonly sink?: Partial<SlackSinkOptions>;
  readonly timeoutMs?: number;
}

export class SlackWorld {
  readonly clock: VirtualClock = new VirtualClock();
  readonly slack: FakeSlack;
  readonly store: MemoryStore;
  readonly names = new Set<string>();
  readonly #options: WorldOptions;
  readonly #lates: (number | undefined)[];
  #pending: { readonly atMs: number; readonly run: () => Promise<unknown> }[] = [];

  constructor(options: WorldOptions = {}) {
    this.#options = options;
    const { sink, timeoutMs, lates, ...ofSlack } = options;
    this.#lates = [...(lates ?? [])];
    this.slack = new FakeSlack({ ...ofSlack, now: () => this.clock.now() });
    this.store = new MemoryStore({ nowMs: () => this.clock.now() });
  }

  /** A sink with the store and the Slack that all have in common. */
  worker(death?: Death): SlackSink {
    const timeoutMs = this.#options.timeoutMs ?? 2_000;
    const life = new Life(death);
    const bot = new SlackBot({ token: this.slack.token, apiUrl: this.slack.apiUrl, timeoutMs, nowMs: () => this.clock.now() });
    return slackSink(this.slack, {
      timing: this.clock,
      poster: mortalPoster(this.#latePoster(bot), life),
      records: mortalRecords(this.store, life, this.names),
      timeoutMs,
      ...this.#options.sink,
    });
  }

  /** Hands a batch to a worker, which is gone afterwards; gives what is not told yet. */
  async hand(batch: readonly Delivery[], death?: Death): Promise<readonly Delivery[]> {
    const worker = this.worker(death);
    const results = await this.clock.work(() => worker.deliver(batch));
    await this.#carryOut();
    worker.close();
    return batch.filter((_, index) => results[index]?.kind !== 'delivered');
  }

  /** Hands everything in again until all of it is told, as a queue does. */
  async untilTold(deliveries: readonly Delivery[], rounds = 60): Promise<void> {
    let left = deliveries;
    for (let round = 0; round < rounds && left.length > 0; round++) {
      left = await this.hand(left);
      this.clock.advance(5_000);
    }
    expect(left.map(({ key }) => key)).toEqual([]);
  }

  async incidents(): Promise<readonly Incident[]> {
    return (await this.#records('group')).flatMap(({ incidents }) => incidents);
  }

  /** Compares what stands in Slack with what happened: nothing is missing, nothing stands twice, every number is true. */
  async expectTruth(deliveries: readonly Delivery[]): Promise<void> {
    const incidents = await this.incidents();
    const digests = await this.#records('digest');
    const parents = this.slack.visible();
    const keys = new Set(deliveries.map(({ key }) => key));
    expect(incidents.reduce((sum, { total }) => sum + total, 0)).toBe(keys.size);
    const own = incidents.filter(({ home }) => home === 'own');
    expect(parents.map(incidentOf).sort()).toEqual([...own, ...digests].map(({ marker }) => marker).sort());
    for (const incident of own) {
      const parent = messageOf(parents, incident.marker);
      expect(parent.text).toBe(renderParent(incidentView(incident), RENDER).text);
      expectDetails(parent, incident);
    }
    for (const digest of digests) {
      const messages = renderDigest(digestView(digest), RENDER);
      const parent = messageOf(parents, digest.marker);
      expect([parent, ...parent.replies].map(({ text }) => text)).toEqual([messages.parent, ...messages.thread].map(({ text }) => text));
      for (const { marker, count } of digest.lines) expect(incidents.find((each) => each.marker === marker)?.total).toBe(count);
    }
    const inDigests = new Set(digests.flatMap(({ lines }) => lines.map(({ marker }) => marker)));
    for (const { marker, home } of incidents) expect(home === 'own' ? false : inDigests.has(marker)).toBe(home !== 'own');
    expect(this.slack.findings()).toEqual([]);
  }

  #latePoster(poster: SlackPoster): SlackPoster {
    const later = async <T>(run: () => Promise<T>): Promise<T | Failed> => {
      await this.#carryOut();
      const afterMs = this.#lates.shift();
      if (afterMs === undefined) return run();
      this.#pending.push({ atMs: this.clock.now() + afterMs, run });
      return { kind: 'failed', verdict: { kind: 'unknown', reason: 'timeout' }, message: 'no answer in time' };
    };
    return {
      manner: poster.manner,
      post: (post, limits) => later(() => poster.post(post, limits)),
      edit: (edit, limits) => later(() => poster.edit(edit, limits)),
      remove: (message, limits) => this.#carryOut().then(() => poster.remove(message, limits)),
      find: (search, limits) => this.#carryOut().then(() => poster.find(search, limits)),
      check: (channels, limits) => poster.check(channels, limits),
      close: () => poster.close(),
    };
  }

  /** What is late and due by now. */
  async #carryOut(): Promise<void> {
    const due = this.#pending.filter(({ atMs }) => atMs <= this.clock.now());
    this.#pending = this.#pending.filter((each) => !due.includes(each));
    for (const { run } of due) await run();
  }

  async #records<K extends 'group' | 'digest'>(kind: K): Promise<readonly Records[K][]> {
    const found = await Promise.all([...this.names].map((name) => this.store.incidentRecord(name)));
    return found.flatMap((each) => {
      const record = each === undefined ? undefined : parseRecord(kind, new TextDecoder().decode(each.body));
      return record === undefined ? [] : [record];
    });
  }
}

/** Each event with details stands in the thread once; the only event of an incident may stand in its message alone. */
function expectDetails(parent: VisibleMessage, { total, marker }: Incident): void {
  const numbers = parent.replies.flatMap((reply) => textsOf(reply).flatMap((text) => [...text.matchAll(/pod-(\d+)\./g)].map(([, n]) => n)));
  // the title and the rows of one event name it several times, so its place in one message is what counts
  const ofReplies = parent.replies.map(
    (reply) => new Set(textsOf(reply).flatMap((text) => [...text.matchAll(/pod-(\d+)\./g)].map(([, n]) => n))),
  );
  const named = ofReplies.flatMap((each) => [...each]);
  expect(named.length).toBe(new Set(numbers).size);
  const inParent = textsOf(parent).some((text) => /pod-\d+\./.test(text)) ? 1 : 0;
  expect(named.length).toBeGreaterThanOrEqual(Math.min(total, MAX_DETAILED) - inParent);
  expect(new Set([...parent.replies.map(incidentOf), marker]).size).toBe(1);
}

function incidentOf({
  metadata,
}: {
  readonly metadata: { readonly event_payload: Readonly<Record<string, unknown>> } | undefined;
}): string {
  return String(metadata?.event_payload['incident']);
}

function messageOf(parents: readonly VisibleMessage[], marker: string): VisibleMessage {
  const found = parents.find((parent) => incidentOf(parent) === marker);
  if (found === undefined) throw new Error(`no message of ${marker}`);
  return found;
}

class Killed extends Error {}

/** Counts steps and ends at one of them. */
class Life {
  readonly #death: Death | undefined;
  #steps = 0;

  constructor(death: Death | undefined) {
    this.#death = death;
  }

  async step<T>(work: () => Promise<T>): Promise<T> {
    const { step = Number.POSITIVE_INFINITY, isDone = false } = this.#death ?? {};
    this.#steps++;
    if (this.#steps > step || (this.#steps === step && !isDone)) throw new Killed('the process has died');
    const result = await work();
    if (this.#steps === step) throw new Killed('the process has died');
    return result;
  }
}

function mortalPoster(poster: SlackPoster, life: Life): SlackPoster {
  return {
    manner: poster.manner,
    post: (post, limits) => life.step(() => poster.post(post, limits)),
    edit: (edit, limits) => life.step(() => poster.edit(edit, limits)),
    remove: (message, limits) => life.step(() => poster.remove(message, limits)),
    find: (search, limits) => life.step(() => poster.find(search, limits)),
    check: (channels, limits) => poster.check(channels, limits),
    close: () => poster.close(),
  };
}

function mortalRecords(records: IncidentRecords, life: Life, names: Set<string>): IncidentRecords {
  return {
    incidentRecord: (name: string): Promise<Versioned | undefined> => life.step(() => records.incidentRecord(name)),
    incidentMembers: (keys: readonly string[]) => life.step(() => records.incidentMembers(keys)),
    replaceIncidentRecord: (name: string, body: Uint8Array, version: number, members: readonly IncidentMember[]) => {
      names.add(name);
      return life.step(() => records.replaceIncidentRecord(name, body, version, members));
    },
  };
}
