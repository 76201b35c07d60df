/**
 * The store that forgets: for a scan that delivers without a folder of its own, and the plainest statement of what the other
 * stores must do. Each method runs to its end without yielding, so that each is one transaction.
 */
import { withinBudget } from '../core/deliver/label-budget.ts';
import { seriesKey, seriesOf } from '../core/deliver/series-key.ts';
import { DriftwireError } from '../core/errors.ts';
import type {
  Acceptance,
  AcceptOutcome,
  CountOutcome,
  DayRange,
  IncidentMember,
  Increment,
  Mark,
  PendingBound,
  PendingEntry,
  Refusal,
  Settlement,
  SpoolUsage,
  Store,
  Total,
  Versioned,
} from '../core/ports.ts';
import { type DayNoise, dayOf, furtherNoise, groupText, mergeNoise } from '../core/tune/day-noise.ts';
import { checkIncrements, checkLevels, checkMembers } from './misuse.ts';
import { entryBytes, MARK_TTL_MS, MAX_REFUSALS, type StoreOptions, type StoreSettings, storeSettings } from './options.ts';

interface Kept extends PendingEntry {
  readonly sizeBytes: number;
  readonly due: Set<string>;
}

/** A store in memory. */
export class MemoryStore implements Store {
  readonly #settings: StoreSettings;
  readonly #totals = new Map<string, number>();
  readonly #values = new Map<string, Set<string>>();
  readonly #marks = new Map<string, { readonly madeMs: number; readonly note: string | undefined }>();
  readonly #noise = new Map<string, { readonly noise: DayNoise; readonly madeMs: number }>();
  /** Groups that began on the last day on which one did. */
  #born = { day: '', groups: 0 };
  readonly #documents = new Map<string, Versioned>();
  readonly #incidents = new Map<string, Versioned & { readonly madeMs: number }>();
  readonly #members = new Map<string, { readonly note: string; readonly madeMs: number }>();
  readonly #accepted = new Map<string, number>();
  readonly #cursors = new Map<string, string>();
  readonly #entries = new Map<number, Kept>();
  #refusals: readonly Refusal[] = [];
  #usedBytes = 0;
  #lastSeq = 0;
  #isClosed = false;

  constructor(options: StoreOptions = {}) {
    this.#settings = storeSettings(options);
  }

  async count(marks: readonly Mark[]): Promise<readonly CountOutcome[]> {
    checkIncrements(marks.flatMap(({ increments }) => increments));
    if (this.#isClosed) return marks.map(() => ({ kind: 'failed', error: closed() }));
    this.#forget(this.#marks, ({ madeMs }) => madeMs);
    this.#forget(this.#noise, ({ madeMs }) => madeMs);
    return marks.map(({ key, increments, note, noise = [] }) => {
      if (this.#marks.has(key)) return { kind: 'repeated' };
      this.#marks.set(key, { madeMs: this.#settings.nowMs(), note });
      this.#add(increments);
      for (const each of noise) this.#addNoise(each);
      return { kind: 'counted' };
    });
  }

  async marked(keys: readonly string[]): Promise<ReadonlySet<string>> {
    this.#open();
    this.#forget(this.#marks, ({ madeMs }) => madeMs);
    return new Set(keys.filter((key) => this.#marks.has(key)));
  }

  async notes(keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    this.#open();
    this.#forget(this.#marks, ({ madeMs }) => madeMs);
    return new Map(
      keys.flatMap((key) => {
        const note = this.#marks.get(key)?.note;
        return note === undefined ? [] : [[key, note] as const];
      }),
    );
  }

  async add(increments: readonly Increment[]): Promise<void> {
    checkIncrements(increments);
    this.#open();
    this.#add(increments);
  }

  async raise(levels: readonly Total[]): Promise<void> {
    checkLevels(levels);
    this.#open();
    this.#raise(levels);
  }

  async totals(): Promise<readonly Total[]> {
    this.#open();
    return [...this.#totals].map(([key, value]) => ({ ...seriesOf(key), value }));
  }

  async noise({ from, to }: DayRange, take: (noise: DayNoise) => void): Promise<void> {
    this.#open();
    this.#forget(this.#noise, ({ madeMs }) => madeMs);
    for (const { noise } of this.#noise.values()) if (noise.day >= (from ?? '') && noise.day <= (to ?? '~')) take(noise);
  }

  async document(name: string): Promise<Versioned | undefined> {
    this.#open();
    return this.#documents.get(name);
  }

  async replaceDocument(name: string, body: Uint8Array, version: number): Promise<boolean> {
    this.#open();
    if ((this.#documents.get(name)?.version ?? 0) !== version) return false;
    this.#documents.set(name, { body: Uint8Array.from(body), version: version + 1 });
    return true;
  }

  async incidentRecord(name: string): Promise<Versioned | undefined> {
    this.#open();
    return this.#incidents.get(name);
  }

  async replaceIncidentRecord(name: string, body: Uint8Array, version: number, members: readonly IncidentMember[]): Promise<boolean> {
    checkMembers(members);
    this.#open();
    const madeMs = this.#settings.nowMs();
    this.#forget(this.#members, ({ madeMs: ms }) => ms);
    this.#forget(this.#incidents, ({ madeMs: ms }) => ms);
    if ((this.#incidents.get(name)?.version ?? 0) !== version || members.some(({ key }) => this.#members.has(key))) return false;
    // taken out first, so that the map stays in the order of time
    this.#incidents.delete(name);
    this.#incidents.set(name, { body: Uint8Array.from(body), version: version + 1, madeMs });
    for (const { key, note } of members) this.#members.set(key, { note, madeMs });
    return true;
  }

  async incidentMembers(keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    this.#open();
    this.#forget(this.#members, ({ madeMs }) => madeMs);
    return new Map(
      keys.flatMap((key) => {
        const member = this.#members.get(key);
        return member === undefined ? [] : [[key, member.note] as const];
      }),
    );
  }

  async accept({ entries, sinks, cursors, increments, levels }: Acceptance): Promise<AcceptOutcome> {
    checkIncrements([...increments, ...entries.flatMap(({ onRepeat }) => onRepeat)]);
    checkLevels(levels);
    this.#open();
    this.#forget(this.#accepted, (madeMs) => madeMs);
    const fresh = new Map(entries.filter(({ key }) => !this.#accepted.has(key)).map((entry) => [entry.key, entry]));
    const sizeBytes = [...fresh.values()].reduce((sum, entry) => sum + entryBytes(entry), 0);
    const { spoolLimitBytes, nowMs } = this.#settings;
    if (fresh.size > 0 && this.#usedBytes > 0 && this.#usedBytes + sizeBytes > spoolLimitBytes) {
      return { kind: 'full', usedBytes: this.#usedBytes, limitBytes: spoolLimitBytes };
    }
    let repeated = 0;
    for (const { key, body, onRepeat } of entries) {
      if (this.#accepted.has(key)) {
        repeated++;
        this.#add(onRepeat);
        continue;
      }
      const acceptedMs = nowMs();
      this.#accepted.set(key, acceptedMs);
      this.#keep({ seq: ++this.#lastSeq, key, body, acceptedMs, sizeBytes: entryBytes({ key, body }), due: new Set(sinks) });
    }
    for (const { name, value } of cursors) this.#cursors.set(name, value);
    this.#add(increments);
    this.#raise(levels);
    return { kind: 'accepted', entries: entries.length - repeated, repeated };
  }

  async pending(sink: string, bound: PendingBound): Promise<readonly PendingEntry[]> {
    this.#open();
    const found: PendingEntry[] = [];
    let bytes = 0;
    for (const { seq, key, body, acceptedMs, sizeBytes, due } of this.#entries.values()) {
      if (!due.has(sink) || seq <= (bound.afterSeq ?? 0)) continue;
      bytes += sizeBytes;
      if (found.length > 0 && (found.length >= bound.maxEntries || bytes > bound.maxBytes)) break;
      found.push({ seq, key, body, acceptedMs });
    }
    return found;
  }

  async settle(sink: string, settlements: readonly Settlement[], increments: readonly Increment[]): Promise<void> {
    checkIncrements(increments);
    this.#open();
    for (const settlement of settlements) {
      const entry = this.#entries.get(settlement.seq);
      if (entry?.due.has(sink) !== true) continue;
      if (settlement.kind === 'refused') {
        const { seq, key, body } = entry;
        const refusal = { seq, sink, key, reason: settlement.reason, body, refusedMs: this.#settings.nowMs() };
        this.#refusals = [refusal, ...this.#refusals].slice(0, MAX_REFUSALS);
      }
      this.#release(entry, sink);
    }
    this.#add(increments);
  }

  async keepSinks(names: readonly string[]): Promise<number> {
    this.#open();
    let released = 0;
    for (const entry of [...this.#entries.values()]) {
      for (const sink of [...entry.due].filter((due) => !names.includes(due))) {
        this.#release(entry, sink);
        released++;
      }
    }
    return released;
  }

  async cursor(name: string): Promise<string | undefined> {
    this.#open();
    return this.#cursors.get(name);
  }

  async usage(): Promise<SpoolUsage> {
    this.#open();
    const sinks = new Map<string, { readonly entries: number; readonly oldestMs: number }>();
    for (const { due, acceptedMs } of this.#entries.values()) {
      for (const sink of due) {
        const so = sinks.get(sink);
        sinks.set(sink, { entries: (so?.entries ?? 0) + 1, oldestMs: so?.oldestMs ?? acceptedMs });
      }
    }
    return {
      entries: this.#entries.size,
      usedBytes: this.#usedBytes,
      limitBytes: this.#settings.spoolLimitBytes,
      sinks: Object.fromEntries(sinks),
    };
  }

  async refusals(limit: number): Promise<readonly Refusal[]> {
    this.#open();
    return this.#refusals.slice(0, limit);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #add(increments: readonly Increment[]): void {
    for (const increment of increments) {
      for (const { by, ...series } of withinBudget(increment, this.#settings.budget, (admission) => this.#admit(admission))) {
        const key = seriesKey(series);
        this.#totals.set(key, (this.#totals.get(key) ?? 0) + by);
      }
    }
  }

  #addNoise(noise: DayNoise): void {
    const madeMs = this.#settings.nowMs();
    const key = `${noise.day} ${noise.kind === 'group' ? groupText(noise.group) : ''}`;
    const known = this.#noise.get(key);
    if (known === undefined && noise.kind === 'group' && !this.#hasRoom(dayOf(madeMs))) {
      this.#addNoise(furtherNoise(noise));
      return;
    }
    // taken out first, so that the map stays in the order of time
    this.#noise.delete(key);
    for (const merged of mergeNoise(known === undefined ? [noise] : [known.noise, noise])) this.#noise.set(key, { noise: merged, madeMs });
  }

  #hasRoom(day: string): boolean {
    if (this.#born.day !== day) this.#born = { day, groups: 0 };
    return ++this.#born.groups <= this.#settings.noiseGroupsADay;
  }

  #admit({ scope, value, limit }: { readonly scope: string; readonly value: string; readonly limit: number }): boolean {
    const values = this.#values.get(scope) ?? new Set();
    this.#values.set(scope, values);
    if (!values.has(value) && values.size >= limit) return false;
    values.add(value);
    return true;
  }

  #raise(levels: readonly Total[]): void {
    for (const { value, ...series } of levels) {
      const key = seriesKey(series);
      this.#totals.set(key, Math.max(value, this.#totals.get(key) ?? value));
    }
  }

  #keep(entry: Kept): void {
    if (entry.due.size === 0) return;
    this.#entries.set(entry.seq, entry);
    this.#usedBytes += entry.sizeBytes;
  }

  #release(entry: Kept, sink: string): void {
    entry.due.delete(sink);
    if (entry.due.size > 0) return;
    this.#entries.delete(entry.seq);
    this.#usedBytes -= entry.sizeBytes;
  }

  /** What is forgotten was made in the order of time, so the oldest come first. */
  #forget<T>(marks: Map<string, T>, madeMsOf: (mark: T) => number): void {
    const endMs = this.#settings.nowMs() - MARK_TTL_MS;
    for (const [key, mark] of marks) {
      if (madeMsOf(mark) > endMs) return;
      marks.delete(key);
    }
  }

  #open(): void {
    if (this.#isClosed) throw closed();
  }
}

function closed(): DriftwireError {
  return new DriftwireError('DW_STORE_UNUSABLE', 'the store is closed');
}
