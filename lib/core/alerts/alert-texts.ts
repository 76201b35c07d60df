import type { Json } from '../model/audit-event.ts';
import { isObject } from '../normalise/access.ts';

/** Names and values of an alert's labels or annotations. */
export type AlertTexts = Readonly<Record<string, string>>;

/** How much of a foreign table of texts is kept; lengths in UTF-16 units. */
export interface TextBounds {
  readonly maxEntries: number;
  readonly maxName: number;
  readonly maxValue: number;
}

/**
 * Reads a table of labels or annotations. Other senders than Alertmanager put numbers and booleans there, which are taken as they
 * would be written; anything else is no text and is left out.
 */
export function textsOf(value: Json | undefined, { maxEntries, maxName, maxValue }: TextBounds): AlertTexts {
  if (!isObject(value)) return {};
  const found: (readonly [string, string])[] = [];
  for (const [name, each] of Object.entries(value)) {
    if (found.length === maxEntries) break;
    if (typeof each === 'string' || typeof each === 'number' || typeof each === 'boolean') {
      found.push([name.slice(0, maxName), String(each).slice(0, maxValue)]);
    }
  }
  return Object.fromEntries(found);
}

/** The first of these names that has a text; null when none has. */
export function firstText(texts: AlertTexts, names: readonly string[]): string | null {
  for (const name of names) {
    const found = Object.hasOwn(texts, name) ? texts[name] : undefined;
    if (found !== undefined && found.trim() !== '') return found;
  }
  return null;
}
