import type { ViewLink } from './lines.ts';
import type { LogQuery } from './links.ts';

/** What is known of an event, as it stands in the log: not yet bounded, safe or free of secrets (see `event-view.ts`). */
export interface Facts {
  readonly title: string;
  readonly user: string;
  readonly place: string;
  readonly resource: string;
  /** Null or empty for what is not known. */
  readonly rows: readonly (readonly [label: string, text: string | null])[];
  readonly details: readonly (readonly [label: string, text: string | null])[];
  readonly links: readonly (ViewLink | undefined)[];
  readonly logs?: LogQuery;
}
