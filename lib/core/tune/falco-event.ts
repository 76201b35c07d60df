import type { Json, JsonObject } from '../model/audit-event.ts';
import { isObject } from '../normalise/access.ts';

/** A Falco event as its JSON output has it, as far as its noise is concerned. */
export interface FalcoEvent {
  readonly rule: string;
  /** As printed; Falco writes it with a capital letter. */
  readonly priority: string;
  /** RFC 3339, as printed; empty when the event has none. */
  readonly time: string;
  /** Without `evt.time`, which differs from event to event. */
  readonly fields: JsonObject;
}

/** Longest name of a rule that is kept, in UTF-16 units. */
const MAX_NAME = 300;

/**
 * Reads one line as a Falco event (https://falco.org/docs/outputs/formatting/, `json_output: true`).
 *
 * @returns undefined when it is none: a text line, an audit record, anything else.
 */
export function falcoEvent(line: string): FalcoEvent | undefined {
  // most lines of a mixed log are none; looking for the key is cheaper than parsing
  if (!line.includes('"output_fields"')) return undefined;
  const begin = line.indexOf('{');
  let value: Json;
  try {
    value = JSON.parse(line.slice(begin)) as Json;
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { rule, priority, time, output_fields: fields } = value;
  if (typeof rule !== 'string' || !isObject(fields ?? null)) return undefined;
  return {
    rule: rule.slice(0, MAX_NAME),
    priority: typeof priority === 'string' ? priority : '',
    time: typeof time === 'string' ? time : '',
    fields: Object.fromEntries(Object.entries(fields as JsonObject).filter(([name]) => name !== 'evt.time')),
  };
}

/** How often one of Falco's rules fired. */
export interface FalcoNoise extends FalcoEvent {
  readonly count: number;
}

/** Rules beyond so many are counted under one name. */
const MAX_RULES = 10_000;
const FURTHER_RULES = '(further rules)';

/** Counts Falco events by rule; of each the newest is kept. */
export class FalcoTally {
  readonly #rules = new Map<string, { count: number; last: FalcoEvent }>();

  add(event: FalcoEvent): void {
    const name = this.#rules.has(event.rule) || this.#rules.size < MAX_RULES ? event.rule : FURTHER_RULES;
    const known = this.#rules.get(name);
    if (known === undefined) this.#rules.set(name, { count: 1, last: { ...event, rule: name } });
    else {
      known.count++;
      // RFC 3339 times in UTC with nine digits, as Falco writes them, are in the order of their letters
      if (event.time >= known.last.time) known.last = { ...event, rule: name };
    }
  }

  /** The rules, noisiest first; of equal ones the one seen first. */
  rules(): readonly FalcoNoise[] {
    return [...this.#rules.values()].map(({ count, last }) => ({ ...last, count })).sort((left, right) => right.count - left.count);
  }
}
