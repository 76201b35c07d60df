import type { Delivery } from '../core/model/delivery.ts';
import type { Finding, FindingWithOrigin } from '../core/model/finding.ts';

/** Most items of a list in a finding whose texts are cut. */
const MAX_ITEMS = 1_000;
/** Says that a text has been cut. */
const MARK = '... (cut)';
/** What tells one finding from another stays as it is. */
const KEPT: ReadonlySet<string> = new Set(['id', 'rule', 'priority', 'source', 'time']);

/**
 * A delivery whose findings have no text above a bound. A rule may write the whole event into its output, and more than once; such a finding
 * is worth more with less text than not at all.
 *
 * @param maxChars - In UTF-16 units, the mark that says so not counted.
 */
export function withCutTexts(delivery: Delivery, maxChars: number): Delivery {
  const [first, ...more] = delivery.findings;
  const cut = (of: FindingWithOrigin): FindingWithOrigin => ({ ...of, finding: cutFinding(of.finding, maxChars) });
  return { ...delivery, findings: [cut(first), ...more.map(cut)] };
}

function cutFinding(finding: Finding, maxChars: number): Finding {
  const members = Object.entries(finding).map(([name, value]) => [name, KEPT.has(name) ? value : cutValue(value, maxChars)] as const);
  // Nothing but the lengths of texts and lists has changed.
  return Object.fromEntries(members) as unknown as Finding;
}

function cutValue(value: unknown, maxChars: number): unknown {
  if (typeof value === 'string') return value.length <= maxChars ? value : `${value.slice(0, maxChars).toWellFormed()}${MARK}`;
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => cutValue(item, maxChars));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, cutValue(member, maxChars)]));
}
