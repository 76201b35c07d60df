import type { Priority } from '../../model/finding.ts';
import type { EventView } from '../slack/event-view.ts';

/** A name and how often it occurred. */
export interface Counted {
  readonly name: string;
  readonly count: number;
}

/** An incident as people see it: all that a message about it is made of. Every text in it is bounded, safe to show and without secrets. */
export interface IncidentView {
  /** Unique to the incident; stands in the metadata of its messages and in the values of its buttons. */
  readonly marker: string;
  /** What it groups: what one person did, or the alerts of one group of an Alertmanager. */
  readonly kind: 'changes' | 'alerts';
  readonly user: string;
  readonly principal: string | null;
  readonly session: string | null;
  /** Account and cluster or region, as people know them. */
  readonly place: string;
  /** Times of its first and last event, in ms since 1970. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Distinct events; exact. */
  readonly total: number;
  readonly worst: Priority;
  /** Most frequent first, at most ten each; how often all that are left out occurred stands in `others`. */
  readonly resources: readonly Counted[];
  readonly actions: readonly Counted[];
  readonly rules: readonly Counted[];
  readonly others: { readonly resources: number; readonly actions: number; readonly rules: number };
  /** The worst event, of several the first. */
  readonly lead: EventView;
  readonly acknowledged?: { readonly by: string; readonly atMs: number };
  readonly muted?: { readonly by: string; readonly untilMs: number };
  /** Of an incident of alerts: how they stand now. */
  readonly alerts?: { readonly firing: number; readonly resolved: number };
}

/** Many incidents of a short time told as one: a line for each person. */
export interface DigestView {
  readonly marker: string;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly total: number;
  readonly worst: Priority;
  /** Each person, with the exact count; most first. */
  readonly people: readonly {
    readonly user: string;
    readonly place: string;
    readonly count: number;
    readonly worst: Priority;
    readonly marker: string;
  }[];
}
