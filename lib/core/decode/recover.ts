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
  let last: number | undefined;
  walk(text, text.length, (end, open) => {
    last = end;
    if (open.length === 1) ends.push({ end, closing: open.join('') });
  });
  if (last === undefined) return ends;
  // What is open there is found by going there once more: to note it at each end takes the square of the depth.
  const open = walk(text, last, () => {});
  return [...ends, { end: last, closing: open.toReversed().join('') }];
}

/**
 * Goes over the brackets of a text up to `until`.
 *
 * @param complete - Told of each end of a complete member, with what closes the brackets that are open there, outermost first.
 * @returns What closes the brackets that are open where it stopped.
 */
function walk(text: string, until: number, complete: (end: number, open: readonly string[]) => void): readonly string[] {
  const open: string[] = [];
  let isString = false;
  for (let i = 0; i < until; i++) {
    const character = text.charAt(i);
    if (isString) {
      if (character === '\\') i++;
      else if (character === '"') isString = false;
    } else if (character === '"') isString = true;
    else if (character === '{' || character === '[') open.push(character === '{' ? '}' : ']');
    else if (character === '}' || character === ']' || character === ',') {
      // What stands before a comma is complete; what stands behind the last comma may be half a member.
      if (character !== ',' && open.pop() !== character) break;
      if (open.length === 0) break;
      complete(character === ',' ? i : i + 1, open);
    }
  }
  return open;
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
