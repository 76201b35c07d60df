import type { Json } from '../model/audit-event.ts';
import { isObject } from '../normalise/access.ts';
import { MAX_COMPLEXITY, wildcardComplexity } from './wildcard-complexity.ts';

/** Characters of a pattern without white space (EventBridge quotas, "Event pattern size", default; read 2026-11-21). */
export const MAX_EVENT_PATTERN_CHARACTERS = 2048;

/** The service's score for the wildcards of a pattern: that of the field with the highest one, all alternatives of `$or` together. */
export function patternComplexity(pattern: Json): number {
  const groups = new Map<string, (readonly string[])[]>();
  collect(pattern, '', groups);
  return Math.max(0, ...[...groups.values()].map(wildcardComplexity));
}

/** Why the service refuses a pattern for its size or its wildcards; undefined when it does not. */
export function refusal(text: string, complexity: number): string | undefined {
  if (text.length > MAX_EVENT_PATTERN_CHARACTERS) return 'the pattern is full';
  return complexity > MAX_COMPLEXITY ? 'too many wildcards for one pattern' : undefined;
}

function collect(pattern: Json | undefined, field: string, groups: Map<string, (readonly string[])[]>): void {
  if (Array.isArray(pattern)) {
    for (const test of pattern as readonly Json[]) {
      for (const wildcards of wildcardsOf(test)) groups.set(field, [...(groups.get(field) ?? []), wildcards]);
    }
    return;
  }
  if (!isObject(pattern)) return;
  for (const [key, value] of Object.entries(pattern)) {
    if (key === '$or' && Array.isArray(value)) for (const branch of value as readonly Json[]) collect(branch, field, groups);
    else collect(value, `${field}.${key}`, groups);
  }
}

function wildcardsOf(test: Json): readonly (readonly string[])[] {
  if (!isObject(test)) return [];
  const { wildcard, 'anything-but': but } = test;
  return [wildcard, isObject(but) ? but['wildcard'] : undefined].flatMap((patterns) =>
    patterns === undefined ? [] : [[patterns].flat() as readonly string[]],
  );
}
