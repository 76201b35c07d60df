/** A label of a series: name and value. */
export type Label = readonly [name: string, value: string];

/** Counters never fall and get a zero before they first appear; the buckets, sum and count of a histogram are counters. */
export type SeriesKind = 'counter' | 'gauge';

/** One series and its value. */
export interface SeriesValue {
  /** Full name, as the receiver knows it. */
  readonly name: string;
  readonly kind: SeriesKind;
  /** Without the name, sorted by name, each name once, no empty value. */
  readonly labels: readonly Label[];
  readonly value: number;
}

/** A value to be written at some time; `stale` says that the series has ended. */
export interface Sample {
  readonly series: SeriesValue;
  readonly value: number | 'stale';
}

/** Longest label value that is shown or written, in UTF-16 units; Mimir refuses a series beyond 2,048 bytes (`max_label_value_length`). */
export const MAX_LABEL_VALUE = 512;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

/** Tells series apart, whatever characters their labels hold. */
export function seriesId({ name, labels }: Pick<SeriesValue, 'name' | 'labels'>): string {
  return JSON.stringify([name, labels]);
}

/**
 * Series as every receiver takes them: labels sorted, each name once, no empty value, whole characters, bounded. Series that are
 * one afterwards are added up, so that nobody is told of a series twice and sums stay exact.
 *
 * @param values - Labels in any order, values as they came from a log.
 * @param constant - Labels of every series; a label of the series itself wins.
 */
export function mergeSeries(values: Iterable<SeriesValue>, constant: readonly Label[] = []): ReadonlyMap<string, SeriesValue> {
  const series = new Map<string, SeriesValue>();
  for (const value of values) {
    if (!Number.isFinite(value.value)) continue;
    const clean = { ...value, labels: cleanLabels([...constant, ...value.labels]) };
    const id = seriesId(clean);
    const same = series.get(id);
    // two gauges that have become one cannot be added up; the later one stands
    series.set(id, same === undefined || clean.kind === 'gauge' ? clean : { ...clean, value: same.value + clean.value });
  }
  return series;
}

function cleanLabels(labels: readonly Label[]): readonly Label[] {
  // an empty value means "no such label", also when it takes the place of a constant one
  const byName = new Map(labels.map(([name, value]) => [name, labelText(value)]));
  return [...byName].filter(([, value]) => value !== '').sort(([left], [right]) => (left < right ? -1 : 1));
}

/**
 * A control character is shown as `\xNN`: a NUL in somebody's user name ends Prometheus' reading of the whole page, and a page
 * looked at with curl must not drive a terminal. A lone surrogate, also one that a cut leaves, becomes U+FFFD.
 */
function labelText(value: string): string {
  return value
    .replace(CONTROLS, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .slice(0, MAX_LABEL_VALUE)
    .toWellFormed();
}
