import { dirname, resolve } from 'node:path';
import { dropReason } from '../../../core/classify/drop-reason.ts';
import type { Finding, FindingWithOrigin } from '../../../core/model/finding.ts';
import type { Decoded } from '../../../core/model/raw-record.ts';
import { type Decision, normalise } from '../../../core/pipeline.ts';
import type { Receiver } from '../../../core/ports.ts';
import { type OpenedScan, readPaths, readText } from '../../../wire.ts';
import { type CaseKind, kindOf, type TestCase } from './test-file.ts';

/** What one case showed. */
export interface CaseResult {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly name: string;
  readonly rule: string | undefined;
  readonly kind: CaseKind | undefined;
  readonly passed: boolean;
  /** Names of rules, sorted. */
  readonly expected: readonly string[];
  readonly got: readonly string[];
  /** What differs, one sentence each; the first line says what, further ones why. */
  readonly faults: readonly (readonly string[])[];
  readonly findings: readonly Finding[];
}

/** What goes into a case, or the words of why it cannot. */
export type CaseInput = { readonly text: string } | { readonly path: string } | { readonly error: string };

/** Puts together what goes into a case. */
export function inputOf(test: TestCase, bases: ReadonlyMap<string, unknown>, testFile: string): CaseInput {
  if (test.file !== undefined) return { path: resolve(dirname(testFile), test.file) };
  if (typeof test.event === 'string') return { text: test.event };
  if (test.event !== undefined) return { text: JSON.stringify(test.event) };
  const base = bases.get(test.base ?? '');
  if (typeof base !== 'object' || base === null) {
    return { error: `no base "${test.base}": ${bases.size === 0 ? 'there are none' : `there are ${[...bases.keys()].join(', ')}`}` };
  }
  const left = new Set(test.without);
  const missing = [...left].filter((key) => !Object.hasOwn(base, key));
  if (missing.length > 0) return { error: `the base "${test.base}" has no ${missing.join(', ')} to leave out` };
  // Made of entries, so that a member called `__proto__` stays an ordinary one.
  const members = new Map([...Object.entries(base), ...Object.entries(test.with ?? {})].filter(([key]) => !left.has(key)));
  return { text: JSON.stringify(Object.fromEntries(members)) };
}

type Opened = Extract<OpenedScan, { ok: true }>;

/** Decides everything that goes into a case; gives the decisions, or the words of what cannot be read. */
export async function decisionsOf(
  test: TestCase,
  input: Exclude<CaseInput, { error: string }>,
  { detector }: Opened,
): Promise<readonly Decision[] | { readonly error: string }> {
  const decisions: Decision[] = [];
  const errors: string[] = [];
  const take = (item: Decoded): void => {
    if (item.kind === 'failed') errors.push(`${item.code}: ${item.hint}`);
    if (item.kind === 'dropped') errors.push(`it is no record that reaches the rules (dropped: ${item.reason})`);
    if (item.kind !== 'record') return;
    const normalised = normalise(item.record);
    if (!normalised.ok) errors.push(`${normalised.code}: ${normalised.hint}`);
    else if (test.id === undefined || normalised.event.id === test.id)
      decisions.push(detector.decide(normalised.event, decisions.length + 1));
  };
  const receiver: Receiver = { prefilter: undefined, skipped: () => {}, take };
  if ('path' in input) await readPaths([input.path], receiver);
  else await readText('event', input.text, receiver, test.cluster === undefined ? {} : { cluster: test.cluster });
  const [error] = errors;
  // A file may hold all sorts of things beside the record that is meant; an inline event is the record.
  if (error !== undefined && test.id === undefined) return { error: `the event cannot be read: ${error}` };
  if (decisions.length === 0) return { error: test.id === undefined ? 'there is no record in it' : `no record has the id "${test.id}"` };
  return decisions;
}

/** Why a rule did or did not match an event, as lines for people. */
export type WhyOf = (rule: string, decision: Decision) => readonly string[];

/** Compares what was decided with what the case expects. */
export function judge(
  test: TestCase,
  decisions: readonly Decision[],
  why: WhyOf,
  place: { readonly file: string; readonly line: number; readonly column: number },
): CaseResult {
  const findings = decisions.flatMap((decision) => decision.findings);
  const got = [...new Set(findings.map(({ finding }) => finding.rule))].sort();
  const expected = [...new Set(test.expect.rules)].sort();
  const missing = expected.filter((rule) => !got.includes(rule));
  const surplus = got.filter((rule) => !expected.includes(rule));
  const whyOf = (rule: string): readonly string[] => decisions.flatMap((decision) => why(rule, decision)).slice(0, 12);
  const faults = [
    ...missing.map((rule) => [`${rule}: expected, did not fire`, ...whyOf(rule)]),
    ...surplus.map((rule) => [`${rule}: fired, not expected`, ...whyOf(rule)]),
    ...outputFaults(test, findings),
    ...dropFaults(test, decisions),
  ];
  return {
    ...place,
    name: test.name,
    rule: test.rule,
    kind: kindOf(test),
    passed: faults.length === 0,
    expected,
    got,
    faults,
    findings: findings.map(({ finding }) => finding),
  };
}

function outputFaults({ rule, expect }: TestCase, findings: readonly FindingWithOrigin[]): readonly (readonly string[])[] {
  const found = findings.find(({ finding }) => finding.rule === rule)?.finding;
  if (found === undefined) return [];
  const message =
    expect.message === undefined || expect.message === found.message ? [] : [differs('message', expect.message, found.message)];
  const fields = Object.entries(expect.output_fields ?? {}).flatMap(([name, wanted]) => {
    const value = Object.hasOwn(found.output_fields, name) ? found.output_fields[name] : undefined;
    if (value === undefined) return [[`output field ${name}: the output of the rule does not name it`]];
    if (typeof value === 'bigint' && typeof wanted === 'number') {
      return [[`output field ${name}: a nanosecond time has more digits than a number keeps: write it in quotes, "${value}"`]];
    }
    return comparable(wanted) === comparable(value) ? [] : [differs(`output field ${name}`, comparable(wanted), comparable(value))];
  });
  return [...message, ...fields];
}

function dropFaults({ expect }: TestCase, decisions: readonly Decision[]): readonly (readonly string[])[] {
  if (expect.dropped === undefined) return [];
  return decisions.flatMap(({ context, findings }) => {
    const reason = findings.length > 0 ? 'not dropped' : dropReason(context.verdict);
    return reason === expect.dropped ? [] : [differs('dropped', String(expect.dropped), reason)];
  });
}

function differs(what: string, expected: string, got: string): readonly string[] {
  return [`${what} differs`, `expected: ${expected}`, `got:      ${got}`];
}

/** Nanosecond times are bigints in a finding and texts in a test file. */
function comparable(value: unknown): string {
  return JSON.stringify(typeof value === 'bigint' ? String(value) : value);
}
