/**
 * The backlog as text, as a store keeps it. The series are listed once and each snapshot says what it changes, because an hour
 * of a receiver's silence is 60 snapshots that hardly differ, and DynamoDB keeps no item above 400 KB.
 */
import { type Label, type SeriesKind, type SeriesValue, seriesId } from '../model/series.ts';
import type { MetricSnapshot } from './snapshot.ts';
import type { Backlog } from './snapshot-backlog.ts';

const VERSION = 1;

/** A series without its value. */
type Identity = readonly [name: string, kind: SeriesKind, labels: readonly Label[]];

/** A series by its place in the list, and its value; null: it has ended. */
type Change = readonly [index: number, value: number | null];

interface Text {
  readonly version: number;
  readonly instance: string;
  readonly series: readonly Identity[];
  /** Against the one before; the first against none. */
  readonly snapshots: readonly { readonly boundaryMs: number; readonly constant: readonly Label[]; readonly changes: readonly Change[] }[];
}

/** The text of a backlog; the same backlog makes the same text. */
export function backlogText({ instance, settled, pending }: Backlog): string {
  const places = new Map<string, number>();
  const series: Identity[] = [];
  const placeOf = (id: string, { name, kind, labels }: SeriesValue): number => {
    const known = places.get(id);
    if (known !== undefined) return known;
    places.set(id, series.length);
    series.push([name, kind, labels]);
    return series.length - 1;
  };
  let before: ReadonlyMap<string, SeriesValue> = new Map();
  const snapshots = [settled, ...pending].map((snapshot) => {
    const changes: Change[] = [];
    for (const [id, now] of snapshot.series) {
      if (before.get(id)?.value !== now.value) changes.push([placeOf(id, now), now.value]);
    }
    for (const [id, then] of before) {
      if (!snapshot.series.has(id)) changes.push([placeOf(id, then), null]);
    }
    before = snapshot.series;
    return { boundaryMs: snapshot.boundaryMs, constant: snapshot.constant, changes };
  });
  return JSON.stringify({ version: VERSION, instance, series, snapshots } satisfies Text);
}

/** The backlog of a text; undefined when it was not written by `backlogText`. */
export function backlogOf(text: string): Backlog | undefined {
  const read = parsed(text);
  if (!isText(read)) return undefined;
  const identities = read.series.map(([name, kind, labels]) => ({ name, kind, labels }));
  let before: ReadonlyMap<string, SeriesValue> = new Map();
  const snapshots: MetricSnapshot[] = [];
  for (const { boundaryMs, constant, changes } of read.snapshots) {
    const series = new Map(before);
    for (const [index, value] of changes) {
      const identity = identities[index];
      if (identity === undefined) return undefined;
      if (value === null) series.delete(seriesId(identity));
      else series.set(seriesId(identity), { ...identity, value });
    }
    snapshots.push({ boundaryMs, constant, series });
    before = series;
  }
  const [settled, ...pending] = snapshots;
  return settled === undefined ? undefined : { instance: read.instance, settled, pending };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // a text cut by a full disk is no backlog; the caller begins anew and says so
    return undefined;
  }
}

function isText(value: unknown): value is Text {
  if (!isObject(value) || value['version'] !== VERSION || typeof value['instance'] !== 'string') return false;
  const { series, snapshots } = value;
  return Array.isArray(series) && series.every(isIdentity) && Array.isArray(snapshots) && snapshots.every(isStep);
}

function isIdentity(value: unknown): value is Identity {
  if (!Array.isArray(value)) return false;
  const [name, kind, labels] = value;
  return typeof name === 'string' && (kind === 'counter' || kind === 'gauge') && isLabels(labels);
}

function isLabels(value: unknown): value is readonly Label[] {
  return Array.isArray(value) && value.every(isLabel);
}

function isLabel(value: unknown): value is Label {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string');
}

function isStep(value: unknown): value is Text['snapshots'][number] {
  if (!isObject(value) || typeof value['boundaryMs'] !== 'number') return false;
  const { constant, changes } = value;
  return isLabels(constant) && Array.isArray(changes) && changes.every(isChange);
}

function isChange(value: unknown): value is Change {
  if (!Array.isArray(value)) return false;
  const [index, number] = value;
  return typeof index === 'number' && (number === null || typeof number === 'number');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
