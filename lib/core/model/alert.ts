/**
 * What a Prometheus Alertmanager says of one alert (webhook version 4): stands on a delivery that came from one. Its finding has the alert's
 * name as `rule` and the alert's own text as `message`; it goes to people only, never to the record or the counts, and never back to an Alertmanager.
 */
export interface AlertState {
  readonly status: 'firing' | 'resolved';
  /** Names the group; all alerts of a group share one message. */
  readonly groupKey: string;
  /** The same for an alert with the same labels, over time. */
  readonly fingerprint: string;
  /** When it began to fire, in ms since 1970. */
  readonly startsAtMs: number;
  /** When it ended; null while it fires. */
  readonly endsAtMs: number | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** The expression in Prometheus; only `http:` and `https:` addresses get this far. */
  readonly generatorUrl: string | null;
}

/** The metric that counts what an Alertmanager has posted. */
export const ALERTS_METRIC = 'driftwire_alerts_received_total';

/** What became of an alert that was posted; a closed set. */
export const ALERT_OUTCOMES = [
  'read', // understood
  'repeated', // of those read, known already in the same state
  'failed', // cannot be read
  'left_out', // kept back by the sender, which told only how many
] as const;
export type AlertOutcome = (typeof ALERT_OUTCOMES)[number];
