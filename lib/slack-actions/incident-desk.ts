import { groupOfMarker, withIncident } from '../core/deliver/incident/claim.ts';
import type { Incident } from '../core/deliver/incident/incident.ts';
import type { IncidentRecords } from '../core/ports.ts';
import { IncidentBook } from '../sinks/slack-book.ts';

/** Brings the message of an incident up to date; may take a while, and what fails is done with the incident's next event. */
export type Refresh = (marker: string) => Promise<void>;

/** Finds and changes the incidents that buttons are about. */
export class IncidentDesk {
  readonly #records: IncidentRecords;
  readonly #refresh: Refresh;

  constructor(records: IncidentRecords, refresh: Refresh) {
    this.#records = records;
    this.#refresh = refresh;
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

  /** Shows what has changed. */
  refresh(marker: string): Promise<void> {
    return this.#refresh(marker);
  }
}
