import type { Outcome } from '../../core/pipeline.ts';
import type { RuleFailure } from '../../core/rules/engine.ts';
import { visible } from '../escape.ts';
import { count } from '../table/table.ts';

/** How many items of one input are listed: a file that is damaged all through must not push the others off the list. */
const LISTED_OF_INPUT = 20;
/** How many lines are listed in all; beyond them inputs are only counted. */
const LISTED = 1000;

type Failed = Extract<Outcome, { kind: 'failed' }>;

/** What is remembered of one input's items. */
interface OfInput {
  readonly listed: Failed[];
  /** How many more there were, and the line of the last. */
  more: number;
  lastLine: number;
}

/** Remembers the first items of each input that could not be read, with their places, and counts the rest. */
export class Failures {
  readonly #inputs = new Map<string, OfInput>();
  #count = 0;
  #listed = 0;
  #unlisted = 0;

  add(item: Failed): void {
    this.#count++;
    const known = this.#inputs.get(item.origin.input) ?? this.#begin(item.origin.input);
    if (known === undefined) this.#unlisted++;
    else if (known.listed.length < LISTED_OF_INPUT && this.#listed < LISTED) {
      known.listed.push(item);
      this.#listed++;
    } else {
      known.more++;
      known.lastLine = item.origin.line;
    }
  }

  #begin(input: string): OfInput | undefined {
    if (this.#listed >= LISTED) return undefined;
    const begun: OfInput = { listed: [], more: 0, lastLine: 0 };
    this.#inputs.set(input, begun);
    return begun;
  }

  get any(): boolean {
    return this.#count > 0;
  }

  /** Lines for standard error: `file:line path: code: hint`, with nothing raw from the input. */
  lines(): readonly string[] {
    if (this.#count === 0) return [];
    return [
      `${count(this.#count, 'item')} could not be read; all else was reported:`,
      ...[...this.#inputs].flatMap(([input, { listed, more, lastLine }]) => [
        ...listed.map((item) => `  ${failureLine(item)}`),
        ...(more > 0 ? [visible(`  ${input}: and ${more.toLocaleString('en-US')} more, the last at line ${lastLine}`)] : []),
      ]),
      ...(this.#unlisted > 0 ? [`  and ${this.#unlisted.toLocaleString('en-US')} more in other inputs`] : []),
    ];
  }
}
function failureLine({ origin, code, hint }: Failed): string {
  const path = origin.path === '' ? '' : ` ${origin.path}`;
  return visible(`${origin.input}:${origin.line}${path}: ${code}: ${hint}`);
}

/** Counts, rule by rule, on how many events a rule failed; the others went on. */
export class RuleFailures {
  readonly #counts = new Map<string, { events: number; readonly error: string }>();

  add({ rule, error }: RuleFailure): void {
    const known = this.#counts.get(rule.name);
    if (known === undefined) this.#counts.set(rule.name, { events: 1, error });
    else known.events++;
  }

  /** Lines for standard error, one a rule. */
  lines(): readonly string[] {
    return [...this.#counts].map(([name, { events, error }]) => visible(`rule ${name} failed on ${count(events, 'event')}: ${error}`));
  }
}
