import type { Json, JsonObject } from '../model/audit-event.ts';
import { isObject, text as textAt } from '../normalise/access.ts';

/**
 * Recovers what a cut JSON object still says: all members that were complete before the cut, at every level.
 * CloudWatch Logs cuts long audit events and ends them with `[Truncated...]` (falcosecurity/plugins #297); files end anywhere.
 *
 * @returns undefined when the text does not begin with an object that has one complete member.
 */
export function recoverObject(text: string): JsonObject | undefined {
  const closers: string[] = [];
  let cut = 0;
  let closing = '';
  let isString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (isString) {
      if (character === '\\') i++;
      else if (character === '"') isString = false;
    } else if (character === '"') isString = true;
    else if (character === '{' || character === '[') closers.unshift(character === '{' ? '}' : ']');
    else if (character === closers[0]) closers.shift();
    else if (character === '}' || character === ']') break;
    // What stands before a comma is complete; what stands behind the last comma may be half a member.
    if (!isString && (character === ',' || character === '}' || character === ']') && closers.length > 0) {
      cut = character === ',' ? i : i + 1;
      closing = closers.join('');
    }
  }
  return cut === 0 ? undefined : parsedObject(text.slice(0, cut) + closing);
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

function parsedObject(text: string): JsonObject | undefined {
  const value = parsed(text);
  return isObject(value) ? value : undefined;
}
