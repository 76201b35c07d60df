import type { LintCheck } from '../check.ts';

/** Tags are what rules are selected and routed by. */
export const noTags: LintCheck = {
  id: 'no-tags',
  level: 'note',
  about: 'A rule without tags: it cannot be selected, routed or counted with others like it.',
  run: ({ rules }) =>
    rules
      .filter(({ rule }) => rule.tags.length === 0)
      .map(({ rule }) => ({
        place: rule.place,
        item: `rule '${rule.name}'`,
        message: 'the rule has no tags',
        advice: 'add tags: [aws or kubernetes, what it is about, mitre_...]; the tag drift marks manual changes',
      })),
};
