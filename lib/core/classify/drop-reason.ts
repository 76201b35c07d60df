import type { DropReason } from '../errors.ts';
import type { Verdict } from '../model/verdict.ts';

/**
 * The reason under which an event that made no finding is counted. What a scanner can tell without parsing comes first
 * (reads, other stages, services), so that a skipped record is counted as it would have been when parsed.
 */
export function dropReason(verdict: Verdict): DropReason {
  if (verdict.class === 'read') return 'read';
  if (!verdict.decides) return 'stage';
  if (verdict.reason === 'ignored') return 'ignored';
  if (verdict.hand === 'service') return 'service';
  if (verdict.hand === 'pipeline') return 'pipeline';
  if (verdict.hand === 'workload' && !verdict.manual) return 'workload';
  switch (verdict.class) {
    case 'change':
    case 'interactive':
      return 'no_rule';
    default:
      return verdict.class;
  }
}
