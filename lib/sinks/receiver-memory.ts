/**
 * What was sent to a receiver that cannot see a repeat itself. Before something is sent it is noted as begun, after the answer as
 * sent: what was begun and never noted as sent, because the process ended between the two, may or may not be there.
 */
import { fingerprint } from '../core/fingerprint.ts';
import type { Documents } from '../core/ports.ts';

/** What is known of an event. */
export type Remembered = { readonly kind: 'new' } | { readonly kind: 'begun'; readonly firstMs: number } | { readonly kind: 'sent' };

/** The newest so many are remembered: a repeat comes soon after a crash, from at most the 500 events of one batch. */
const MAX_SENT = 1_000;
const MAX_BEGUN = 1_000;
/** Digits of an event's fingerprint: 53 bits tell a thousand events apart. */
const DIGITS = 14;
/** Writers that may come between before this one gives up; two functions at a time are many. */
const MAX_TRIES = 8;

interface Notes {
  /** First tries, in ms since 1970. */
  readonly begun: Map<string, number>;
  readonly sent: Set<string>;
}

/** The memory of one receiver; without documents it ends with the process. */
export class ReceiverMemory {
  readonly #name: string;
  readonly #documents: Documents | undefined;
  #notes: Notes = { begun: new Map(), sent: new Set() };
  #version = 0;
  /** Set down with the next note. */
  #unwritten: readonly string[] = [];

  constructor(receiver: string, documents: Documents | undefined) {
    this.#name = `receiver ${receiver}`;
    this.#documents = documents;
  }

  /** Reads what is noted; to be called before the first question of a batch. @throws `DriftwireError` of the store. */
  async load(): Promise<void> {
    const found = await this.#documents?.document(this.#name);
    if (found === undefined || found.version === this.#version) return;
    this.#version = found.version;
    this.#notes = read(new TextDecoder().decode(found.body));
    for (const key of this.#unwritten) note(this.#notes, key);
  }

  /** What is known of an event. */
  of(key: string): Remembered {
    const short = shortOf(key);
    if (this.#notes.sent.has(short)) return { kind: 'sent' };
    const firstMs = this.#notes.begun.get(short);
    return firstMs === undefined ? { kind: 'new' } : { kind: 'begun', firstMs };
  }

  /** Notes that these are about to be sent, together with what was sent before. @throws `DriftwireError` of the store. */
  async begin(items: readonly { readonly key: string; readonly firstMs: number }[]): Promise<void> {
    await this.#write((notes) => {
      for (const { key, firstMs } of items) if (!notes.begun.has(shortOf(key))) notes.begun.set(shortOf(key), firstMs);
    });
  }

  /** Notes that these are there; written with the next `begin` or `flush`. */
  sent(keys: readonly string[]): void {
    const shorts = keys.map(shortOf);
    for (const key of shorts) note(this.#notes, key);
    this.#unwritten = [...this.#unwritten, ...shorts];
  }

  /** Notes that these were refused for good or will be sent anew; nothing of them is there. */
  forget(keys: readonly string[]): void {
    for (const key of keys) this.#notes.begun.delete(shortOf(key));
  }

  /** Writes what is not written yet. @throws `DriftwireError` of the store. */
  async flush(): Promise<void> {
    if (this.#unwritten.length > 0) await this.#write(() => undefined);
  }

  async #write(change: (notes: Notes) => void): Promise<void> {
    for (let tries = 1; ; tries++) {
      change(this.#notes);
      const documents = this.#documents;
      const body = new TextEncoder().encode(text(this.#notes));
      if (documents === undefined || (await documents.replaceDocument(this.#name, body, this.#version))) {
        this.#version++;
        this.#unwritten = [];
        return;
      }
      // another process has written: its notes and these together
      if (tries === MAX_TRIES) return;
      await this.load();
    }
  }
}

function note({ begun, sent }: Notes, key: string): void {
  begun.delete(key);
  sent.delete(key);
  sent.add(key);
}

function shortOf(key: string): string {
  return fingerprint(key).slice(0, DIGITS);
}

function text({ begun, sent }: Notes): string {
  return JSON.stringify({ version: 1, begun: [...begun].slice(-MAX_BEGUN), sent: [...sent].slice(-MAX_SENT) });
}

/** What no version up to this one wrote counts as nothing: then a repeat stands twice, which is better than an event that is lost. */
function read(body: string): Notes {
  const notes: Notes = { begun: new Map(), sent: new Set() };
  const value = parse(body);
  if (typeof value !== 'object' || value === null || !('begun' in value) || !('sent' in value)) return notes;
  for (const entry of Array.isArray(value.begun) ? value.begun : []) {
    if (Array.isArray(entry) && typeof entry[0] === 'string' && typeof entry[1] === 'number') notes.begun.set(entry[0], entry[1]);
  }
  for (const key of Array.isArray(value.sent) ? value.sent : []) if (typeof key === 'string') notes.sent.add(key);
  return notes;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
