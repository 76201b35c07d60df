import type { Series } from '../ports.ts';

/**
 * One text for one series, whatever order its labels come in: the name under which stores keep its total. An empty label is
 * left out, because Prometheus does not tell it from a missing one.
 */
export function seriesKey({ metric, labels }: Series): string {
  const pairs = Object.entries(labels).filter(([, value]) => value !== '');
  return JSON.stringify([metric, Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)))]);
}

/** The series of a key that `seriesKey` made. */
export function seriesOf(key: string): Series {
  const [metric, labels] = JSON.parse(key) as readonly [string, Series['labels']];
  return { metric, labels };
}
