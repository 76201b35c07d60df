/**
 * What must still be let through of events that a pattern would otherwise leave out: the loaded rules are asked with what is known of those
 * events (three-valued, as the prefilter asks them), and what the rules need that may match is told in raw fields.
 */
import type { EventSource } from '../model/raw-record.ts';
import type { Knowledge, RuleEngine } from '../rules/engine.ts';

/** Fields with the values of which an event must have one; an event that has none of any of these tests matches no rule. */
export type RawTest = ReadonlyMap<string, ReadonlySet<string>>;

/** Known values of fields; undefined: the field is known to be absent. */
export type Known = Readonly<Record<string, string | undefined>>;

/**
 * One test for each rule that may match events of which one of `regions` is known.
 *
 * @param readable - The fields whose value is a raw member's own text, so that a vendor's pattern can ask for it.
 * @returns undefined when some rule that may match needs none of those fields: then nothing can be left out.
 */
export function residualTests(
  engine: RuleEngine,
  source: EventSource,
  regions: readonly Known[],
  readable: ReadonlySet<string>,
): readonly RawTest[] | undefined {
  const needs = regions.flatMap((region) => engine.needs(source, knowing(region)));
  // a rule that needs one of no values matches nothing
  const tests = needs.filter((each) => ![...each.values()].some(({ size }) => size === 0)).map((each) => rawTest(each, readable));
  return tests.some(({ size }) => size === 0) ? undefined : distinct(tests);
}

function knowing(region: Known): (field: string) => Knowledge {
  return (field) => (Object.hasOwn(region, field) ? { known: true, value: region[field] } : { known: false });
}

/** A member that is there but no string reads as empty, so a test for the empty text says nothing of the raw member. */
function rawTest(needs: RawTest, readable: ReadonlySet<string>): RawTest {
  return new Map([...needs].filter(([field, values]) => readable.has(field) && !values.has('')));
}

function distinct(tests: readonly RawTest[]): readonly RawTest[] {
  const byText = new Map(tests.map((test) => [JSON.stringify([...test].map(([field, values]) => [field, ...values])), test]));
  return [...byText.values()];
}
