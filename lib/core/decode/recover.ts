import type { Json, JsonObject } from '../model/audit-event.ts';
import { isObject, text as textAt } from '../normalise/access.ts';

/** How CloudWatch Logs ends a message that it cut. */
const MARK = /\[Truncated\.\.\.\]\s*$/;
/** So many members before the damage are given up at most; behind the last complete one stands one line of something else. */
const MAX_ATTEMPTS = 32;

/**
 * Recovers what a cut JSON object still says: all members that were complete before the cut, at every level.
 * CloudWatch Logs cuts long audit events and ends them with `[Truncated...]` (falcosecurity/plugins #297); files end anywhere.
 *
 * @returns undefined when the text does not begin with an object that has one complete member.
 */
export function recoverObject(text: string): JsonObject | undefined {
  const body = text.replace(MARK, '');
  const ends = completeEnds(body);
  for (const { end, closing } of ends.slice(-MAX_ATTEMPTS).reverse()) {
    const value = parsed(body.slice(0, end) + closing);
    if (isObject(value)) return value;
  }
  return undefined;
}

interface CompleteEnd {
  /** Everything before it is complete but for the brackets that are open there. */
  readonly end: number;
  readonly closing: string;
}

/** The ends of the members of the object itself, and last the end of the innermost complete member. */
function completeEnds(text: string): readonly CompleteEnd[] {
  const ends: CompleteEnd[] = [];
  const closers: string[] = [];
  let last: CompleteEnd | undefined;
  let isString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (isString) {
      if (character === '\\') i++;
      else if (character === '"') isString = false;
    } else if (character === '"') isString = true;
    else if (character === '{' || character === '[') closers.push(character === '{' ? '}' : ']');
    else if (character === '}' || character === ']' || character === ',') {
      // What stands before a comma is complete; what stands behind the last comma may be half a member.
      if (character !== ',' && closers.pop() !== character) break;
      if (closers.length === 0) break;
      last = { end: character === ',' ? i : i + 1, closing: closers.toReversed().join('') };
      if (closers.length === 1) ends.push(last);
    }
  }
  return last === undefined ? ends : [...ends, last];
}

/** What is left of a cut audit event when it still names a request: its id, and what was asked or at which stage. */
export function recoverAuditEvent(text: string): JsonObject | undefined {
  const value = recoverObject(text);
  if (value === undefined || textAt(value, 'auditID') === undefined) return undefined;
  return textAt(value, 'verb') === undefined && textAt(value, 'stage') === undefined ? undefined : value;
}

/** `JSON.parse` that says undefined for what is no JSON. */
export function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
