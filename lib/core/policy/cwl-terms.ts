/**
 * Terms of CloudWatch Logs' JSON filter patterns (CloudWatch Logs User Guide, "Filter pattern syntax"; answers of the service, recorded
 * 2026-09). There is no NOT, and every comparison is false on a field that is absent, `!=` too: so what is to be left out is written as what is to be let
 * through, and a field that may be absent is asked about with `NOT EXISTS` beside.
 */
import type { RawTest } from './residual.ts';

/** A name as a string of a pattern can carry it: no quote, no backslash; `*` stands for any run of characters. */
const CARRIED = /^[\w .:@/=+,*-]+$/;

/** All of them, as one term. */
export function allOf(terms: readonly string[]): string {
  return joined(terms, ' && ');
}

/** Any of them, as one term. */
export function anyOf(terms: readonly string[]): string {
  return joined(terms, ' || ');
}

function joined(terms: readonly string[], word: string): string {
  return terms.length === 1 ? (terms[0] as string) : `(${terms.join(word)})`;
}

/** `field = "value"`. */
export function equal(selector: string, value: string): string {
  return `${selector} = "${value}"`;
}

/** `field != "value"`; false when the field is absent. */
export function differs(selector: string, value: string): string {
  return `${selector} != "${value}"`;
}

/** Fields of rules whose value is a member's own text, with the selector of that member. */
export const RAW_KUBERNETES: ReadonlyMap<string, string> = new Map([
  ['ka.verb', '$.verb'],
  ['ka.stage', '$.stage'],
  ['ka.user.name', '$.user.username'],
  ['ka.target.resource', '$.objectRef.resource'],
  ['ka.target.subresource', '$.objectRef.subresource'],
  ['ka.target.namespace', '$.objectRef.namespace'],
  ['ka.target.name', '$.objectRef.name'],
  ['ka.response.code', '$.responseStatus.code'],
]);

/** One term for each of the tests; undefined when there are none to be had. */
export function termsOf(tests: readonly RawTest[] | undefined): readonly string[] | undefined {
  const terms = tests?.map(termOfTest);
  return terms === undefined || terms.includes(undefined) ? undefined : [...new Set(terms as readonly string[])];
}

/** The shortest term for what a rule needs; undefined when no pattern can carry it. */
function termOfTest(test: RawTest): string | undefined {
  const terms = [...test].flatMap(([field, values]) => {
    const selector = RAW_KUBERNETES.get(field) as string;
    const all = [...values];
    if (field === 'ka.response.code' && all.length > 1 && all.every((value) => /^[1-9][0-9]{2}$/.test(value))) {
      return [`${selector} >= ${all.toSorted()[0]}`];
    }
    return all.every((value) => CARRIED.test(value)) ? [anyOf(all.map((value) => equal(selector, value)))] : [];
  });
  return terms.length === 0 ? undefined : terms.reduce((best, term) => (term.length < best.length ? term : best));
}
