import type { Outcome } from '../../core/pipeline.ts';
import type { RuleFailure } from '../../core/rules/engine.ts';
import { visible } from '../escape.ts';
import { count } from '../table/table.ts';

/** How many items that could not be read are listed. */
const LISTED = 20;

type Failed = Extract<Outcome, { kind: 'failed' }>;

/** Remembers the first items that could not be read and counts the rest. */
export class Failures {
  readonly #first: Failed[] = [];
  #count = 0;

  add(item: Failed): void {
    this.#count++;
    if (this.#first.length < LISTED) this.#first.push(item);
  }

  get any(): boolean {
    return this.#count > 0;
  }

  /** Lines for standard error: `file:line path: code: hint`, with nothing raw from the input. */
  lines(): readonly string[] {
    if (this.#count === 0) return [];
    const more = this.#count - this.#first.length;
    return [
      `${count(this.#count, 'item')} could not be read; all else was reported:`,
      ...this.#first.map((item) => `  ${failureLine(item)}`),
      ...(more > 0 ? [`  and ${more.toLocaleString('en-US')} more`] : []),
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
