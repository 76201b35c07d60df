import type { Admissions } from '../core/deliver/incident/admission.ts';
import type { Digest } from '../core/deliver/incident/digest.ts';
import type { Group } from '../core/deliver/incident/incident.ts';
import { parseRecord, type Records, recordText } from '../core/deliver/incident/record-text.ts';
import { DriftwireError } from '../core/errors.ts';
import type { IncidentMember, IncidentRecords } from '../core/ports.ts';

/** A record as it was read. */
interface Read<K extends keyof Records> {
  readonly record: Records[K] | undefined;
  /** 0: it is not there. */
  readonly version: number;
}

/** How often a change is begun anew because somebody else was faster. */
const MAX_ATTEMPTS = 50;

const DECODER = new TextDecoder();
const ENCODER = new TextEncoder();

/**
 * The records of incidents in the store. What was read is remembered for the time of one call; a change is made to what the store
 * has, and made anew when somebody else was faster.
 */
export class IncidentBook {
  readonly #records: IncidentRecords;
  readonly #groups = new Map<string, Read<'group'>>();
  readonly #digests = new Map<string, Read<'digest'>>();
  readonly #channels = new Map<string, Read<'channel'>>();
  readonly #paces = new Map<string, Read<'pace'>>();

  constructor(records: IncidentRecords) {
    this.#records = records;
  }

  /** Where events were counted before, by their keys. */
  members(keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#records.incidentMembers(keys);
  }

  group(id: string): Promise<Group | undefined> {
    return this.#read('group', this.#groups, id);
  }

  digest(marker: string): Promise<Digest | undefined> {
    return this.#read('digest', this.#digests, marker);
  }

  /** Reads what others may have written meanwhile. */
  forget(kind: 'group' | 'digest', name: string): void {
    (kind === 'group' ? this.#groups : this.#digests).delete(name);
  }

  /** @param change - Undefined, or the same record: nothing is written. */
  changeGroup(id: string, change: (group: Group | undefined) => Group | undefined): Promise<Group | undefined> {
    return this.#change('group', this.#groups, id, change);
  }

  changeDigest(marker: string, change: (digest: Digest | undefined) => Digest | undefined): Promise<Digest | undefined> {
    return this.#change('digest', this.#digests, marker, change);
  }

  changeChannel(channel: string, change: (admissions: Admissions | undefined) => Admissions | undefined): Promise<Admissions | undefined> {
    return this.#change('channel', this.#channels, channel, change);
  }

  /** Never from memory: other senders keep the same pace. */
  changePace(
    name: string,
    change: (pace: Records['pace'] | undefined) => Records['pace'] | undefined,
  ): Promise<Records['pace'] | undefined> {
    this.#paces.delete(name);
    return this.#change('pace', this.#paces, name, change);
  }

  /**
   * Counts events in their group, if nobody has changed it or counted one of them meanwhile.
   *
   * @returns False: read again what is known.
   */
  async claim(id: string, group: Group, members: readonly IncidentMember[]): Promise<boolean> {
    return this.#write('group', this.#groups, id, group, members);
  }

  async #change<K extends keyof Records>(
    kind: K,
    known: Map<string, Read<K>>,
    name: string,
    change: (record: Records[K] | undefined) => Records[K] | undefined,
  ): Promise<Records[K] | undefined> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const current = await this.#read(kind, known, name);
      const next = change(current);
      if (next === undefined || next === current) return current;
      if (await this.#write(kind, known, name, next, [])) return next;
    }
    throw new DriftwireError('DW_STORE_UNAVAILABLE', `the record of ${kind} ${name} is changed faster than it can be read`, {
      retryable: true,
    });
  }

  async #read<K extends keyof Records>(kind: K, known: Map<string, Read<K>>, name: string): Promise<Records[K] | undefined> {
    const remembered = known.get(name);
    if (remembered !== undefined) return remembered.record;
    const found = await this.#records.incidentRecord(nameOf(kind, name));
    const record = found === undefined ? undefined : parseRecord(kind, DECODER.decode(found.body));
    known.set(name, { record, version: found?.version ?? 0 });
    return record;
  }

  async #write<K extends keyof Records>(
    kind: K,
    known: Map<string, Read<K>>,
    name: string,
    record: Records[K],
    members: readonly IncidentMember[],
  ): Promise<boolean> {
    const version = known.get(name)?.version ?? 0;
    const body = ENCODER.encode(recordText(kind, record));
    // what is remembered is not true any more, whatever the answer
    known.delete(name);
    const isWritten = await this.#records.replaceIncidentRecord(nameOf(kind, name), body, version, members);
    if (isWritten) known.set(name, { record, version: version + 1 });
    return isWritten;
  }
}

function nameOf(kind: keyof Records, name: string): string {
  return `slack ${kind} ${name}`;
}
