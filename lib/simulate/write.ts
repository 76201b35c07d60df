/** Writes a simulated day to a folder, in the forms in which vendors deliver it. */
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ACCOUNTS, CLUSTERS } from './cast.ts';
import { cloudTrailKey, cloudTrailObject, eventBridgeEvent, gzip, subscriptionPayload, type Trail } from './envelopes.ts';
import type { SimulatedEvent, SimulationOptions } from './model.ts';
import { Random } from './random.ts';
import { SAMPLE_CONFIG } from './sample-config.ts';
import { simulate } from './simulate.ts';

/** What is written: everything an organisation has, or one form alone (for load tests). */
export const SIMULATION_FORMATS = ['mixed', 's3', 'eventbridge', 'audit', 'subscription'] as const;
export type SimulationFormat = (typeof SIMULATION_FORMATS)[number];

/** What was written. */
export interface Written {
  readonly files: number;
  readonly events: number;
  /** Size of the records' text, in characters, before envelopes and compression. */
  readonly recordChars: number;
  /** Events with a row in the truth that expects a finding. */
  readonly expected: number;
}

/** An object is written when it has so many characters; CloudTrail's own are mostly between 1 and 5 MB. */
const OBJECT_CHARS = 3_000_000;
/** A quiet account's object is written after this time. */
const OBJECT_MS = 6 * 3_600_000;
/** Size of one audit log file, in characters: kube-apiserver rotates at 100 MB, smaller ones are easier to handle. */
const AUDIT_FILE_CHARS = 20_000_000;
/** Events in one subscription payload; CloudWatch sends what has come in, up to 1 MB compressed. */
const PAYLOAD_EVENTS = 80;

/** Records on their way into one file. */
interface Pile {
  readonly events: SimulatedEvent[];
  chars: number;
  readonly flush: (events: readonly SimulatedEvent[]) => void;
  readonly isFull: (pile: Pile, event: SimulatedEvent) => boolean;
}

/** Writes the day below `out`: `logs/` (to scan), `truth.jsonl` and a `driftwire.yaml` that fits it. Older output there is replaced. */
export function writeSimulation(out: string, options: SimulationOptions, format: SimulationFormat): Written {
  rmSync(join(out, 'logs'), { recursive: true, force: true });
  const writer = new Writer(out, new Random(options.seed).fork('envelopes'));
  const aws = format === 'mixed' || format === 's3' || format === 'eventbridge';
  const kubernetes = format === 'mixed' || format === 'audit' || format === 'subscription';
  for (const event of simulate(options, { aws, kubernetes })) {
    writer.note(event);
    if (event.source === 'aws_cloudtrail') writer.takeAws(event, format);
    else writer.takeKubernetes(event, format);
  }
  return writer.finish();
}

class Writer {
  readonly #out: string;
  readonly #random: Random;
  readonly #piles = new Map<string, Pile>();
  #truth: string[] = [];
  #files = 0;
  #events = 0;
  #recordChars = 0;
  #expected = 0;

  constructor(out: string, random: Random) {
    this.#out = out;
    this.#random = random;
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, 'truth.jsonl'), '');
  }

  note({ text, truth }: SimulatedEvent): void {
    this.#events += 1;
    this.#recordChars += text.length;
    if (truth === undefined) return;
    if (truth.rules.length > 0) this.#expected += 1;
    this.#truth.push(`${JSON.stringify(truth)}\n`);
    if (this.#truth.length >= 10_000) this.#flushTruth();
  }

  takeAws(event: SimulatedEvent, format: SimulationFormat): void {
    if (format === 'eventbridge' || (format === 'mixed' && isOnTheBus(event))) this.#pile('eventbridge', event, () => this.#eventBridge());
    if (format === 'eventbridge') return;
    this.#cloudTrail('organization', event);
    if (event.secondTrail) this.#cloudTrail('account', event);
  }

  takeKubernetes(event: SimulatedEvent, format: SimulationFormat): void {
    const cluster = event.cluster ?? '';
    const subscribed = format === 'subscription' || (format === 'mixed' && cluster === CLUSTERS.demo.name);
    this.#pile(`${subscribed ? 'eks' : 'audit'}/${cluster}`, event, () =>
      subscribed ? this.#subscription(event) : this.#auditLog(cluster),
    );
  }

  finish(): Written {
    for (const pile of this.#piles.values()) pile.flush(pile.events);
    this.#flushTruth();
    writeFileSync(join(this.#out, 'driftwire.yaml'), SAMPLE_CONFIG);
    return { files: this.#files, events: this.#events, recordChars: this.#recordChars, expected: this.#expected };
  }

  #cloudTrail(trail: Trail, event: SimulatedEvent): void {
    const { account, region } = event;
    this.#pile(`${trail}/${account}/${region}`, event, () => ({
      isFull: (pile, { timeMs }) => pile.chars >= OBJECT_CHARS || timeMs - (pile.events[0]?.timeMs ?? timeMs) >= OBJECT_MS,
      flush: (events) => {
        const key = cloudTrailKey(trail, account, region, lastTime(events), this.#random);
        this.#write(`cloudtrail/${key}`, gzip(cloudTrailObject(events.map(({ text }) => text))));
      },
    }));
  }

  #eventBridge(): Pick<Pile, 'flush' | 'isFull'> {
    return {
      isFull: (pile) => pile.chars >= OBJECT_CHARS,
      flush: (events) => {
        const lines = events.map((event) => `${eventBridgeEvent(event, this.#random)}\n`).join('');
        this.#write(`eventbridge/events-${stamp(lastTime(events))}-${this.#random.hex(8)}.jsonl.gz`, gzip(lines));
      },
    };
  }

  #auditLog(cluster: string): Pick<Pile, 'flush' | 'isFull'> {
    return {
      isFull: (pile) => pile.chars >= AUDIT_FILE_CHARS,
      flush: (events) => {
        const lines = events.map(({ text }) => `${text}\n`).join('');
        this.#write(`kubernetes/${cluster}/audit-${stamp(lastTime(events))}-${this.#random.hex(8)}.log.gz`, gzip(lines));
      },
    };
  }

  #subscription({ cluster = '', account }: SimulatedEvent): Pick<Pile, 'flush' | 'isFull'> {
    return {
      isFull: (pile) => pile.events.length >= PAYLOAD_EVENTS,
      flush: (events) => {
        const payload = subscriptionPayload(cluster, account, events, this.#random);
        this.#write(`eks/${cluster}/payload-${stamp(lastTime(events))}-${this.#random.hex(8)}.json`, payload);
      },
    };
  }

  /** Adds an event to the pile of that name; a full pile is written first. */
  #pile(name: string, event: SimulatedEvent, make: () => Pick<Pile, 'flush' | 'isFull'>): void {
    let pile = this.#piles.get(name);
    if (pile?.isFull(pile, event) === true) {
      pile.flush(pile.events);
      pile = undefined;
    }
    if (pile === undefined) {
      pile = { events: [], chars: 0, ...make() };
      this.#piles.set(name, pile);
    }
    pile.events.push(event);
    pile.chars += event.text.length;
  }

  #write(name: string, content: string | Buffer): void {
    const path = join(this.#out, 'logs', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    this.#files += 1;
  }

  #flushTruth(): void {
    appendFileSync(join(this.#out, 'truth.jsonl'), this.#truth.join(''));
    this.#truth = [];
  }
}

/** In the mixed form the development account's bus was recorded too: its writes come over two ways. */
function isOnTheBus(event: SimulatedEvent): boolean {
  return event.account === ACCOUNTS.dev && !event.text.includes('"readOnly":true');
}

function lastTime(events: readonly SimulatedEvent[]): number {
  return events.reduce((latest, { timeMs }) => Math.max(latest, timeMs), 0);
}

function stamp(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 16).replaceAll(/[-:]/g, '')}Z`;
}
