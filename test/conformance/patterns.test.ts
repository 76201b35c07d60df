import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../lib/core/model/audit-event.ts';
import { patternComplexity } from '../../lib/core/policy/eventbridge-limits.ts';
import { MAX_COMPLEXITY } from '../../lib/core/policy/wildcard-complexity.ts';
import { compileCwlPattern } from '../support/patterns/cwl-pattern.ts';
import { eventPatternVerdict } from '../support/patterns/eventbridge-pattern.ts';
import { InvalidPattern } from '../support/patterns/invalid-pattern.ts';
import { sharedPath } from '../support/shared.ts';

const folder = sharedPath('conformance');

function casesOf<T>(file: string): readonly T[] {
  return JSON.parse(readFileSync(join(folder ?? '', file), 'utf8')) as readonly T[];
}

interface EventCase {
  readonly id: string;
  readonly pattern?: Json;
  readonly patternText?: string;
  readonly event?: Json;
  readonly eventText?: string;
  readonly expected: 'match' | 'no_match' | 'invalid' | 'valid' | 'invalid_event';
  readonly kind: string;
}

interface ComplexityCase {
  readonly id: string;
  readonly pattern: Json;
  readonly rulerComplexity: number | null;
  readonly awsAccepts: boolean | null;
}

interface FilterCase {
  readonly grammar: string;
  readonly pattern: string;
  readonly sure: string;
  readonly messages?: readonly string[];
  readonly matches?: readonly number[];
  readonly invalid?: boolean;
}

describe.skipIf(folder === undefined)("the evaluators of vendors' patterns answer as the vendors do", () => {
  test('EventBridge: match, no match and refusal', () => {
    // the service refuses these events themselves, which is no matter of the pattern
    const cases = casesOf<EventCase>('eventbridge/cases.json').filter(({ expected }) => expected !== 'invalid_event');
    const wrong: string[] = [];
    const counts: Record<string, number> = {};
    for (const { id, pattern, patternText, event, eventText, expected, kind } of cases) {
      const read = eventText === undefined ? (event ?? {}) : (JSON.parse(eventText) as Json);
      const verdict = eventPatternVerdict(patternText ?? JSON.stringify(pattern), read);
      const answer = expected === 'valid' && verdict !== 'invalid' ? 'valid' : verdict;
      if (answer !== expected) wrong.push(`${id}: ${answer} instead of ${expected}`);
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    expect(wrong).toEqual([]);
    console.log('EventBridge cases', counts);
    expect(counts['aws-recorded']).toBeGreaterThanOrEqual(250);
    expect(counts['ruler-test']).toBeGreaterThanOrEqual(783);
    expect(counts['ruler-run']).toBeGreaterThanOrEqual(438);
  });

  test('EventBridge: the score of wildcards, and which score the service accepts', () => {
    const cases = casesOf<ComplexityCase>('eventbridge/complexity.json');
    const wrong = cases.flatMap(({ id, pattern, rulerComplexity, awsAccepts }) => {
      const score = patternComplexity(pattern);
      const isRight =
        score === Math.min(MAX_COMPLEXITY + 1, rulerComplexity ?? Number.POSITIVE_INFINITY) &&
        (awsAccepts === null || awsAccepts === score <= MAX_COMPLEXITY);
      return isRight ? [] : [`${id}: ${score} instead of ${rulerComplexity}`];
    });
    expect(wrong).toEqual([]);
    console.log('EventBridge complexity cases', cases.length);
    expect(cases.length).toBeGreaterThanOrEqual(92);
  });

  test('CloudWatch Logs: JSON filter patterns', () => {
    const cases = casesOf<FilterCase>('cloudwatch-logs/cases.json').filter(({ grammar }) => grammar === 'json');
    const wrong: string[] = [];
    let pairs = 0;
    for (const { pattern, messages = [], matches = [], invalid } of cases) {
      const compiled = compileOrRefuse(pattern);
      if ((compiled === undefined) !== (invalid === true)) wrong.push(`${pattern}: ${compiled === undefined ? 'refused' : 'accepted'}`);
      if (compiled === undefined) continue;
      messages.forEach((message, index) => {
        pairs++;
        if (compiled.matches(message) !== matches.includes(index)) wrong.push(`${pattern}: ${message}`);
      });
    }
    expect(wrong).toEqual([]);
    console.log('CloudWatch Logs cases', cases.length, 'pairs', pairs);
    expect(cases.length).toBeGreaterThanOrEqual(89);
    expect(pairs).toBeGreaterThanOrEqual(1214);
  });
});

function compileOrRefuse(pattern: string): ReturnType<typeof compileCwlPattern> | undefined {
  try {
    return compileCwlPattern(pattern);
  } catch (error) {
    if (error instanceof InvalidPattern) return undefined;
    throw error;
  }
}
