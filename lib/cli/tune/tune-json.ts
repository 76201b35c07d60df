import { formatRfc3339 } from '../../core/time.ts';
import type { NoiseGroup } from '../../core/tune/noise.ts';
import { visibleJson } from '../escape.ts';
import { exactFields } from '../finding-json.ts';
import type { Tuning } from './tuning.ts';

/** Everything as one JSON object. */
export function tuneJson(tuning: Tuning): string {
  const { findings, groups, furtherFindings, workloads, falco, records } = tuning;
  return visibleJson(
    JSON.stringify(
      {
        groups: groups.map((group) => ({ ...groupJson(group), exception: group.exception, config: group.config ?? null })),
        workloads: workloads.map(({ rule: _, priority: __, ...group }) => groupJson({ ...group, rule: '', priority: undefined })),
        falco: falco.map(({ rule, count, priority, time, fields }) => ({
          rule,
          count,
          priority,
          last_timestamp: time,
          last_fields: fields,
        })),
        summary: { records, findings, further_findings: furtherFindings },
      },
      undefined,
      2,
    ),
  );
}

function groupJson({
  rule,
  priority,
  source,
  principal,
  action,
  reason,
  count,
  users,
  usersAreMore,
  firstMs,
  lastMs,
  last,
}: NoiseGroup): object {
  const { 'evt.time': _, ...fields } = last.fields;
  return {
    ...(rule === '' ? {} : { rule, priority }),
    ...{ source, principal, action, reason, count, users, users_are_more: usersAreMore },
    first_timestamp: rfc3339(firstMs),
    last_timestamp: rfc3339(lastMs),
    last: rule === '' ? { id: last.id } : { id: last.id, message: last.message, output_fields: exactFields(fields) },
  };
}

function rfc3339(timeMs: number): string {
  return formatRfc3339(BigInt(timeMs) * 1_000_000n);
}
