import type { Priority } from '../../model/finding.ts';

/** A priority in the four words that PagerDuty and most routes of Alertmanager know. */
export type FourSeverity = 'critical' | 'error' | 'warning' | 'info';

const WORDS: Readonly<Record<Priority, FourSeverity>> = {
  Emergency: 'critical',
  Alert: 'critical',
  Critical: 'critical',
  Error: 'error',
  Warning: 'warning',
  Notice: 'info',
  Informational: 'info',
  Debug: 'info',
};

/** The word for a priority. */
export function fourSeverity(priority: Priority): FourSeverity {
  return WORDS[priority];
}
