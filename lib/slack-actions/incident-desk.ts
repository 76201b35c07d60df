import { groupOfMarker, withIncident } from '../core/deliver/incident/claim.ts';
import type { Incident } from '../core/deliver/incident/incident.ts';
import type { IncidentRecords } from '../core/ports.ts';
import { IncidentBook } from '../sinks/slack-book.ts';

/** Brings the message of an incident up to date, as far as that can be done now; may take a while. */
export type Refresh = (marker: string) => Promise<void>;

/** How long to wait before a message that could not be brought up to date is tried again. */
export interface Patience {
  /** Waits one after the other, in ms; after the last one it is left to the incident's next event. */
  readonly waitsMs: readonly number[];
  /** Resolves after so many ms; at once, and for all waits to come, when there is no time left. */
  readonly sleep: (ms: number) => Promise<void>;
  /** True when there is no time left. */
  readonly isOver: () => boolean;
}

/** Tries once. */
export const NO_PATIENCE: Patience = { waitsMs: [], sleep: () => Promise.resolve(), isOver: () => true };

/** Finds and changes the incidents that buttons are about. */
export class IncidentDesk {
  readonly #records: IncidentRecords;
  readonly #refresh: Refresh;
  readonly #patience: Patience;

  constructor(records: IncidentRecords, refresh: Refresh, patience: Patience = NO_PATIENCE) {
    this.#records = records;
    this.#refresh = refresh;
    this.#patience = patience;
  }

  /** The incident with a marker; undefined when it is not kept any more. @throws {DriftwireError} When the store cannot be read. */
  async incident(marker: string): Promise<Incident | undefined> {
    const group = await new IncidentBook(this.#records).group(groupOfMarker(marker));
    return group?.incidents.find((incident) => incident.marker === marker);
  }

  /**
   * Changes an incident in the store.
   *
   * @param change - Gives the same incident where there is nothing to change.
   * @returns True when it was changed.
   * @throws {DriftwireError} When the store cannot be written.
   */
  async change(marker: string, change: (incident: Incident) => Incident): Promise<boolean> {
    let isChanged = false;
    await new IncidentBook(this.#records).changeGroup(groupOfMarker(marker), (group) => {
      const incident = group?.incidents.find((each) => each.marker === marker);
      const changed = incident === undefined ? undefined : change(incident);
      isChanged = changed !== incident;
      return group === undefined || changed === undefined || !isChanged ? group : withIncident(group, marker, () => changed);
    });
    return isChanged;
  }

  /** Shows what has changed: tries until the message tells it, or the patience is over. Rejects for what the last try met. */
  async refresh(marker: string): Promise<void> {
    const { waitsMs, sleep, isOver } = this.#patience;
    for (const waitMs of [...waitsMs, undefined]) {
      const isShown = await this.#refreshed(marker, waitMs === undefined);
      if (isShown || waitMs === undefined || isOver()) return;
      await sleep(waitMs);
      if (isOver()) return;
    }
  }

  async #refreshed(marker: string, isLast: boolean): Promise<boolean> {
    try {
      await this.#refresh(marker);
      const incident = await this.incident(marker);
      // one that is gone, or that Slack refuses, is not shown by asking again
      return incident === undefined || incident.refused !== undefined || incident.shown.rev >= incident.rev;
    } catch (cause) {
      if (isLast || this.#patience.isOver()) throw cause;
      return false;
    }
  }
}
