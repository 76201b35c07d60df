import type { EventSource } from '../../model/raw-record.ts';
import { FIELDS } from '../field-table.ts';

/** Names of the fields in an output text, each once: behind `%`, or inside a transformer behind `%`. */
export function outputFields(output: string, source: EventSource): readonly string[] {
  const found = new Set<string>();
  for (const [, words = ''] of output.matchAll(/%(?:\d+)?([a-zA-Z][a-zA-Z0-9_.()]*)/g)) {
    for (const word of words.split(/[()]/)) {
      const name = longestField(word, source);
      if (name !== undefined) found.add(name);
    }
  }
  return [...found];
}

/** Falco takes the longest beginning that is a field; what follows is text. */
function longestField(word: string, source: EventSource): string | undefined {
  for (let length = word.length; length > 0; length--) {
    const name = word.slice(0, length);
    if (FIELDS[source].has(name)) return name;
  }
  return undefined;
}
