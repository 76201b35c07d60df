import type { EventSource } from '../../core/model/raw-record.ts';
import type { Stretch } from '../../core/reconcile/place.ts';

/** A page of what a source has kept. */
export interface HistoryPage {
  /** JSON as readers take it; empty for no event. */
  readonly text: string;
  /** Events in it. */
  readonly events: number;
  /** What this page leaves of the stretch, as far as the order of its events tells. */
  readonly left: Stretch;
  /** Of the next page; undefined: there is none. */
  readonly token: string | undefined;
}

/** A source that can be asked again for what it has told before. */
export interface History {
  /** Tells it from all others, for good. */
  readonly name: string;
  readonly source: EventSource;
  /** Least time between the begin of two calls, in ms. */
  readonly paceMs: number;
  /**
   * Asks for one page.
   *
   * @param asked - The same for all pages of a token.
   * @param left - What is left of it.
   * @throws {TokenLost} when the service knows the token no longer, and the SDK's own errors.
   */
  page(asked: Stretch, left: Stretch, token: string | undefined): Promise<HistoryPage>;
  /** Lets go of connections. */
  close(): void;
}

/** The service does not know a token, because it is too old or because it was of another question. */
export class TokenLost extends Error {
  override readonly name = 'TokenLost';
}
