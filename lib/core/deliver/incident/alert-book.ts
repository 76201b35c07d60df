import type { AlertState } from '../../model/alert.ts';

/** What is known of one alert of a group: the newest that was said of it. */
export interface KnownAlert {
  readonly fingerprint: string;
  readonly startsAtMs: number;
  readonly isResolved: boolean;
}

/** How the alerts of a group stand. */
export interface AlertBook {
  readonly alerts: readonly KnownAlert[];
  /** Resolved ones that were let go because there was no more room. */
  readonly resolvedBefore: number;
}

/** Alerts of a group that are told apart: an Alertmanager's message holds fewer. */
const MAX_ALERTS = 500;

/** No alert yet. */
export const EMPTY_BOOK: AlertBook = { alerts: [], resolvedBefore: 0 };

/** The book after one more word about an alert. What was said earlier of the same alert changes nothing, whatever comes first here. */
export function noted(book: AlertBook, { fingerprint, startsAtMs, status }: AlertState): AlertBook {
  const isResolved = status === 'resolved';
  const known = book.alerts.find((alert) => alert.fingerprint === fingerprint);
  if (known !== undefined && (known.startsAtMs > startsAtMs || (known.startsAtMs === startsAtMs && known.isResolved))) return book;
  const others = book.alerts.filter((alert) => alert !== known);
  return bounded({ ...book, alerts: [...others, { fingerprint, startsAtMs, isResolved }] });
}

/** How many alerts fire and how many are over. */
export function standing(book: AlertBook): { readonly firing: number; readonly resolved: number } {
  const firing = book.alerts.filter(({ isResolved }) => !isResolved).length;
  return { firing, resolved: book.alerts.length - firing + book.resolvedBefore };
}

/** True when the book holds this occurrence of an alert. */
export function holds(book: AlertBook, { fingerprint, startsAtMs }: AlertState): boolean {
  return book.alerts.some((alert) => alert.fingerprint === fingerprint && alert.startsAtMs === startsAtMs);
}

/** A resolved one goes first: it says nothing more. */
function bounded(book: AlertBook): AlertBook {
  if (book.alerts.length <= MAX_ALERTS) return book;
  const resolvedAt = book.alerts.findIndex(({ isResolved }) => isResolved);
  return {
    alerts: book.alerts.toSpliced(Math.max(resolvedAt, 0), 1),
    resolvedBefore: book.resolvedBefore + (resolvedAt < 0 ? 0 : 1),
  };
}
