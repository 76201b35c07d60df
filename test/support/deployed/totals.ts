import type { Total } from '../../../lib/core/ports.ts';

/** The sum of a metric's series that have these labels. */
export function sumOf(totals: readonly Total[], metric: string, labels: Readonly<Record<string, string>>): number {
  return totals
    .filter((total) => total.metric === metric && Object.entries(labels).every(([name, value]) => total.labels[name] === value))
    .reduce((sum, { value }) => sum + Number(value), 0);
}
