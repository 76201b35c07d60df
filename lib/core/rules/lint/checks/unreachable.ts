import type { Found, LintCheck } from '../check.ts';
import { canonical, conjunction } from '../conjunction.ts';

/** With `rule_matching: first` only the first rule that matches an event is reported. */
export const unreachable: LintCheck = {
  id: 'unreachable',
  level: 'warning',
  about:
    'With `rule_matching: first`: a rule that asks for all that an earlier rule asks for, and more, so that the earlier one always comes first.',
  run: ({ rules, macros, ruleMatching }) => {
    if (ruleMatching === 'all') return [];
    const running = rules
      .filter(({ rule }) => rule.runs)
      .map((each) => ({ ...each, parts: new Set(conjunction(each.evaluated, macros).map((part) => canonical(part, macros))) }));
    return running.flatMap(({ rule, condition, source, parts }, index): readonly Found[] => {
      const earlier = running.slice(0, index).find((other) => other.source === source && [...other.parts].every((part) => parts.has(part)));
      if (earlier === undefined) return [];
      return [
        {
          place: rule.place,
          item: condition.item,
          message: `never reported: every event that it matches is matched by the rule '${earlier.rule.name}' before it`,
          advice: `move it before '${earlier.rule.name}', or set rule_matching: all`,
        },
      ];
    });
  },
};
