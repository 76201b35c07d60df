import { compilePolicy } from '../core/policy/declared.ts';
import type { LeftOut } from '../core/policy/left-out.ts';
import type { Policy } from '../core/policy/policy.ts';
import { CWL_TRUNCATED_PATTERN, cloudWatchLogsPattern } from '../core/policy/to-cwl.ts';
import { eventBridgePattern } from '../core/policy/to-eventbridge.ts';
import type { RuleEngine } from '../core/rules/engine.ts';
import type { PatternKind } from './export-kinds.ts';
import type { GeneratedFile } from './generated-file.ts';

/** The files of a pattern, and the declared entries that are not in it. */
export interface PatternFiles {
  readonly files: readonly GeneratedFile[];
  readonly leftOut: readonly LeftOut[];
}

/** The files of one kind of pattern; equal input gives equal text. */
export function patternFiles(kind: PatternKind, policy: Policy, engine: RuleEngine): PatternFiles {
  const compiled = compilePolicy(policy);
  if (kind === 'eventbridge') {
    const { text, leftOut } = eventBridgePattern(compiled, engine);
    // without white space, which would count
    return { files: [{ path: 'event-pattern.json', text: `${text}\n` }], leftOut };
  }
  const { text, leftOut } = cloudWatchLogsPattern(compiled, engine);
  const files = [
    { path: 'filter-pattern.txt', text: `${text}\n` },
    { path: 'filter-pattern-truncated.txt', text: `${CWL_TRUNCATED_PATTERN}\n` },
  ];
  return { files, leftOut };
}
