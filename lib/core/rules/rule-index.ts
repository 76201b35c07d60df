/**
 * Which rules an event can match at all, by the values that their conditions need (`needs.ts`), so that the cost of an event
 * hardly grows with the number of rules. Figures: docs/bench/rules.md, repeated by `npm run bench:rules`.
 */
import type { Compiled } from './compile.ts';
import type { Knowledge } from './engine.ts';
import type { FieldEvent, FieldSpec } from './fields/field.ts';
import type { Needs } from './needs.ts';

/** Fields worth asking: cheap to read, and with many values over the rules. The first ones are preferred. */
const INDEXED: readonly string[] = [
  'ct.name',
  'ka.target.resource',
  'ka.verb',
  'ct.src',
  'ct.shortsrc',
  'ka.target.subresource',
  'ct.error',
  'drift.class',
  'drift.manual',
];
/** Combinations of values whose rules are remembered; each takes one array, at most 16 MB for 1000 rules of which none can be left out. */
const MAX_REMEMBERED = 2_000;

interface IndexedField {
  readonly spec: FieldSpec;
  /** Positions of the rules that need a value, and a number that stands for the value. */
  readonly rules: Map<string, { readonly id: number; readonly positions: number[] }>;
  /** Positions of all rules that need a value of this field. */
  readonly all: number[];
}

/** Candidates among rules, in their order. */
export class RuleIndex<R extends { readonly condition: Pick<Compiled, 'needs' | 'may'> }> {
  readonly #rules: readonly R[];
  readonly #always: number[] = [];
  readonly #fields: readonly IndexedField[];
  readonly #remembered = new Map<string, readonly R[]>();

  constructor(rules: readonly R[], field: (name: string) => FieldSpec | undefined) {
    this.#rules = rules;
    const fields = new Map<string, IndexedField>();
    for (const [position, { condition }] of rules.entries()) {
      const spec = bestOf(condition.needs, field);
      if (spec === undefined) {
        this.#always.push(position);
        continue;
      }
      const indexed: IndexedField = fields.get(spec.name) ?? { spec, rules: new Map(), all: [] };
      fields.set(spec.name, indexed);
      indexed.all.push(position);
      for (const value of condition.needs.get(spec.name) as ReadonlySet<string>) {
        const entry = indexed.rules.get(value) ?? { id: indexed.rules.size + 1, positions: [] };
        indexed.rules.set(value, entry);
        entry.positions.push(position);
      }
    }
    this.#fields = [...fields.values()];
  }

  /** The rules that the event can match; the others cannot. */
  candidates(event: FieldEvent): readonly R[] {
    const entries = this.#fields.map(({ spec, rules }) => rules.get(spec.read(event, '') as string));
    const key = entries.map((entry) => entry?.id ?? 0).join();
    const found = this.#remembered.get(key);
    if (found !== undefined) return found;
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    const positions = entries.flatMap((entry) => entry?.positions ?? []);
    const made = [...this.#always, ...positions].sort((a, b) => a - b).map((position) => this.#rules[position] as R);
    this.#remembered.set(key, made);
    return made;
  }

  /** What the rules need that may match an event of which this is known. */
  needs(know: (field: string) => Knowledge): readonly Needs[] {
    return this.#rules.filter(({ condition }) => condition.may(know) !== false).map(({ condition }) => condition.needs);
  }

  /** False only if no rule can match any event of which this is known. */
  mayMatch(know: (field: string) => Knowledge): boolean {
    const mayOne = (positions: readonly number[]): boolean =>
      positions.some((position) => (this.#rules[position] as R).condition.may(know) !== false);
    return (
      mayOne(this.#always) ||
      this.#fields.some(({ spec, rules, all }) => {
        const knowledge = know(spec.name);
        return mayOne(knowledge.known ? (rules.get(knowledge.value as string)?.positions ?? []) : all);
      })
    );
  }
}

/** The field with the fewest values; of equals the preferred one. */
function bestOf(needs: Needs, field: (name: string) => FieldSpec | undefined): FieldSpec | undefined {
  let best: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const name of INDEXED) {
    const count = needs.get(name)?.size ?? Number.POSITIVE_INFINITY;
    if (count < fewest) [best, fewest] = [name, count];
  }
  return best === undefined ? undefined : field(best);
}
