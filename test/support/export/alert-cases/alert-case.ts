/**
 * What each alert is tested with: series as they are, and what must fire. Every value is one sample a minute from time zero;
 * `0x10 1x20` means eleven zeros, then twenty-one ones (promtool's notation: a value and how often it is repeated).
 */

/** One test of one alert. */
export interface AlertCase {
  readonly alert: string;
  /** The situation, as a sentence. */
  readonly name: string;
  readonly series: Readonly<Record<string, string>>;
  /** When it is looked at, in promtool's notation. */
  readonly at: string;
  /** What fires then: labels beside those of the rule, and the texts; nothing: the alert is quiet. */
  readonly fires: readonly Firing[];
}

/** One alert that fires. */
export interface Firing {
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly description: string;
}

/** Labels of the deployment that all these series are of. */
export const TARGET = 'job="driftwire", instance="prod"';
/** What tells that the deployment was heard, from the beginning. */
export const HEARD = { [`driftwire_build_info{${TARGET}, version="1", config_hash="c", rules_hash="r"}`]: '1x200' };

/** One series of a metric of the deployment. */
export function seriesOf(metric: string, labels: string): string {
  return `${metric}{${TARGET}, ${labels}}`;
}
