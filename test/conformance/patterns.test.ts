import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../lib/core/model/audit-event.ts';
import type { AuditPolicy } from '../../lib/core/policy/audit-policy.ts';
import { patternComplexity } from '../../lib/core/policy/eventbridge-limits.ts';
import { MAX_COMPLEXITY } from '../../lib/core/policy/wildcard-complexity.ts';
import { type AuditAttributes, auditAnswer } from '../support/patterns/audit-policy.ts';
import { compileCwlPattern } from '../support/patterns/cwl-pattern.ts';
import { eventPatternVerdict } from '../support/patterns/eventbridge-pattern.ts';
import { InvalidPattern } from '../support/patterns/invalid-pattern.ts';
import { sharedPath } from '../support/shared.ts';

interface PolicyCase {
  readonly id: string;
  readonly policy: AuditPolicy;
  readonly attributes: AuditAttributes;
  readonly expectedLevel: string;
  readonly expectedOmitStages: readonly string[];
  readonly expectedOmitManagedFields?: boolean;
}

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

  test('kube-apiserver: level, stages and managed fields of an audit policy', () => {
    const cases = casesOf<PolicyCase>('audit-policy/cases.json');
    const counts: Record<string, number> = {};
    const wrong = cases.flatMap(({ id, policy, attributes, expectedLevel, expectedOmitStages, expectedOmitManagedFields }) => {
      const { level, omitStages, omitManagedFields } = auditAnswer(policy, attributes);
      counts[level] = (counts[level] ?? 0) + 1;
      const isRight =
        level === expectedLevel &&
        omitStages.join() === expectedOmitStages.toSorted().join() &&
        (expectedOmitManagedFields === undefined || omitManagedFields === expectedOmitManagedFields);
      return isRight ? [] : [`${id}: ${level} without ${omitStages.join()}`];
    });
    expect(wrong).toEqual([]);
    console.log('audit policy cases', cases.length, counts);
    expect(cases.length).toBeGreaterThanOrEqual(108);
    expect(counts).toEqual({ None: 38, Metadata: 29, Request: 21, RequestResponse: 20 });
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
