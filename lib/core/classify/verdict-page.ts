import { CHANNELS, EVENT_CLASSES, HANDS } from '../model/verdict.ts';
import {
  ACCESS_REVIEWS,
  CLOUDTRAIL_PROFILE,
  INTERACTIVE,
  KUBERNETES_NOISE,
  KUBERNETES_NOISE_SUBRESOURCES,
  READ_PREFIXES,
} from './profile.ts';
import { REASONS } from './reasons.ts';

/** The documentation page about verdicts, made from the tables that decide (`docs/verdicts.md`). */
export function verdictPage(): string {
  const code = (words: Iterable<string>): string => [...words].map((word) => `\`${word}\``).join(', ');
  const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
    [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
  return `# Verdicts

Made from the tables in \`lib/core/classify/\`; do not edit by hand.

Driftwire asks three questions about each audit event and gives each answer with the code that decided it. \`driftwire explain FILE\` shows them for a
record of yours. \`drift.manual\` is true for a change or a session (\`drift.class\`) by a person, by somebody unknown, or by a workload that is reported
(\`drift.hand\`), at the one stage of a Kubernetes request that is reported.

- \`drift.class\`: ${code(EVENT_CLASSES)}
- \`drift.hand\`: ${code(HANDS)}
- \`drift.channel\`: ${code(CHANNELS)}; a label taken from the user agent, which the caller chooses. It never decides anything.

## Reason codes

${table(
  ['`drift.reason`', 'meaning'],
  Object.entries(REASONS).map(([name, words]) => [`\`${name}\``, words]),
)}

## CloudTrail: actions whose name or \`readOnly\` would mislead

A row says what an action is, whoever calls it. What no row names is decided by \`readOnly\`, then by the name, and is a change if neither says that it
only reads.

${table(
  ['service', 'actions', 'verdict', 'why'],
  CLOUDTRAIL_PROFILE.map(({ service, actions, verdict, reason, endUserOnly }) => [
    `\`${service}\``,
    code(actions),
    verdict,
    endUserOnly === true ? `${reason} (only without an AWS principal)` : reason,
  ]),
)}

Names that begin with one of these words only read, where \`readOnly\` is false or absent: ${code(READ_PREFIXES)}.

## Kubernetes

- Sessions, whatever the verb: ${code(INTERACTIVE)}.
- Asked with \`create\`, but nothing is stored: ${code(ACCESS_REVIEWS)}.
- Upkeep, noise in the hand of a machine and a change in the hand of a person:

${table(
  ['what', 'why'],
  [
    ...KUBERNETES_NOISE.map(({ resource, reason }) => [`\`${resource.replace(/^\//, '')}\``, reason]),
    ...KUBERNETES_NOISE_SUBRESOURCES.map(({ subresource, reason }) => [`\`*/${subresource}\``, reason]),
  ],
)}
`;
}
