import type { GroupingSettings } from '../core/deliver/incident/claim.ts';
import type { Incident } from '../core/deliver/incident/incident.ts';
import type { DeliveryResult } from '../core/model/delivery-result.ts';
import { countedIn, type Routed } from './slack-cases.ts';
import { SlackCourier } from './slack-courier.ts';
import { DigestJob } from './slack-digest-job.ts';
import { IncidentJob, type JobParts } from './slack-incident-job.ts';
import type { Task } from './slack-task.ts';
import type { SlackWork } from './slack-work.ts';

export interface SlackRunSettings {
  readonly grouping: GroupingSettings;
  readonly maxAMinute: number;
}

/** What is known of the jobs at one moment. */
interface Plan {
  readonly tasks: readonly Task[];
  /** When the next step of an incident can be taken, by its marker; one that is not there is done. */
  readonly readyMs: ReadonlyMap<string, number>;
  readonly incidents: ReadonlyMap<string, Incident>;
}

/** One call of the sink: counts its events, and works off what is to be told, step by step, until it is done or the time is over. */
export class SlackRun {
  readonly #work: SlackWork;
  readonly #settings: SlackRunSettings;
  readonly #parts: JobParts;
  readonly #digests = new Map<string, DigestJob>();

  constructor(work: SlackWork, settings: SlackRunSettings) {
    this.#work = work;
    this.#settings = settings;
    this.#parts = { work, courier: new SlackCourier(work), maxAMinute: settings.maxAMinute, ownDigests: new Set() };
  }

  /** Tells events. One result for each, by its key. */
  async tell(events: readonly Routed[]): Promise<ReadonlyMap<string, DeliveryResult>> {
    const results = new Map<string, DeliveryResult>();
    for (let left = events; left.length > 0; ) {
      const { counted, waiting } = await countedIn(this.#work.parts.book, left, this.#work.nowMs, this.#settings.grouping);
      const jobs = [...counted].map(([marker, ofIncident]) => new IncidentJob(this.#parts, marker, ofIncident));
      for (const [key, result] of await this.#workOff(jobs)) results.set(key, result);
      // nothing has moved: those that wait would wait again
      if (waiting.length === left.length || this.#work.isOver) {
        for (const { delivery } of waiting) results.set(delivery.key, this.#work.leftOver(this.#work.nowMs + WAIT_MS));
        break;
      }
      left = waiting;
    }
    return results;
  }

  /** Brings the message of an incident up to date; one that has none yet is left to whoever tells its events. */
  async refresh(marker: string): Promise<void> {
    const job = new IncidentJob(this.#parts, marker, []);
    if ((await job.incident())?.thread.parent !== undefined) await this.#workOff([job]);
  }

  async #workOff(jobs: readonly IncidentJob[]): Promise<readonly (readonly [string, DeliveryResult])[]> {
    const { timing, endMs, signal } = this.#work.parts;
    for (;;) {
      const plan = await this.#plan(jobs);
      const nextMs = Math.min(...plan.tasks.map(({ readyMs }) => readyMs));
      const waitMs = nextMs - this.#work.nowMs;
      if (plan.tasks.length === 0 || this.#work.isOver || nextMs >= endMs) return jobs.flatMap((job) => this.#resultsOf(job, plan));
      if (waitMs > 0) await timing.sleep(waitMs, signal);
      else await this.#first(plan.tasks)?.run();
    }
  }

  /** Of those that can be done now the first in rank. */
  #first(tasks: readonly Task[]): Task | undefined {
    const now = this.#work.nowMs;
    return tasks.reduce<Task | undefined>(
      (best, task) => (task.readyMs <= now && (best === undefined || task.rank < best.rank) ? task : best),
      undefined,
    );
  }

  async #plan(jobs: readonly IncidentJob[]): Promise<Plan> {
    const tasks: Task[] = [];
    const readyMs = new Map<string, number>();
    const incidents = new Map<string, Incident>();
    const inDigests = new Map<string, Incident[]>();
    for (const job of jobs) {
      const next = await job.step();
      if (next === undefined) continue;
      const { incident, step } = next;
      incidents.set(job.marker, incident);
      if (this.#work.parts.pace.barred(incident.channel) !== undefined) continue;
      if (step.kind === 'digest') inDigests.set(step.digest, [...(inDigests.get(step.digest) ?? []), incident]);
      const task = job.task(incident, step);
      if (task === undefined) continue;
      tasks.push(task);
      readyMs.set(job.marker, task.readyMs);
    }
    for (const [marker, members] of inDigests) {
      const task = await this.#digest(marker, members)?.task(members);
      if (task === undefined) continue;
      tasks.push(task);
      for (const incident of members) readyMs.set(incident.marker, task.readyMs);
    }
    return { tasks, readyMs, incidents };
  }

  #digest(marker: string, [first]: readonly Incident[]): DigestJob | undefined {
    if (first !== undefined && !this.#digests.has(marker)) this.#digests.set(marker, new DigestJob(this.#parts, marker, first.channel));
    return this.#digests.get(marker);
  }

  #resultsOf(job: IncidentJob, { readyMs, incidents }: Plan): readonly (readonly [string, DeliveryResult])[] {
    const incident = incidents.get(job.marker);
    const bar = incident === undefined ? undefined : this.#work.parts.pace.barred(incident.channel);
    return job.results(incident, bar ?? this.#work.leftOver(readyMs.get(job.marker) ?? this.#work.nowMs));
  }
}

/** When events that have to wait for others of their person are looked at again, in ms. */
const WAIT_MS = 1_000;
