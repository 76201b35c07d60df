/** Which of the loaded rules run. */
import { PRIORITIES, type Priority } from '../model/finding.ts';

/** One step of switching rules on or off, as in Falco's `rules:`: those of the name and those with the tag, of the source. */
export interface SelectionStep {
  readonly enable: boolean;
  /** A rule's name; `*` stands for any characters. */
  readonly rule?: string;
  readonly tag?: string;
  readonly source?: string;
}

/** Which of the loaded rules run. */
export interface Selection {
  /** Rules below this priority do not run. */
  readonly minimumPriority: Priority;
  readonly ruleMatching: 'all' | 'first';
  /** Names of rules that do not run, switched off before the steps. */
  readonly disable: readonly string[];
  /** Switch rules on and off, one after the other; the last that fits a rule decides. */
  readonly steps?: readonly SelectionStep[];
}

/** What a selection looks at. */
export interface Selectable {
  readonly name: string;
  readonly source: string;
  readonly priority: Priority;
  readonly tags: readonly string[];
  /** As the rule files say. */
  readonly enabled: boolean;
}

/** Whether a rule runs: the selection overrides what the rule files say, but never its priority. */
export function isSelected(rule: Selectable, { minimumPriority, disable, steps = [] }: Selection): boolean {
  if (PRIORITIES.indexOf(rule.priority) > PRIORITIES.indexOf(minimumPriority)) return false;
  let isOn = rule.enabled && !disable.some((pattern) => matchesName(pattern, rule.name));
  for (const step of steps) if (fits(rule, step)) isOn = step.enable;
  return isOn;
}

/** Whether a name of a selection is that of any rule; if not, it is a slip, most likely. */
export function namesAnyRule(pattern: string, rules: readonly { readonly name: string }[]): boolean {
  return rules.some(({ name }) => matchesName(pattern, name));
}

function fits({ name, tags, source }: Selectable, step: SelectionStep): boolean {
  if (step.source !== undefined && step.source !== source) return false;
  if (step.rule === undefined && step.tag === undefined) return true;
  return (step.rule !== undefined && matchesName(step.rule, name)) || (step.tag !== undefined && tags.includes(step.tag));
}

/** A name without `*` must be equal. */
function matchesName(pattern: string, name: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of others) {
    at = name.indexOf(part, at);
    if (at < 0) return false;
    at += part.length;
  }
  return at <= name.length - last.length;
}
