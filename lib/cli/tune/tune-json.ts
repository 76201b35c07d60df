import { formatRfc3339 } from '../../core/time.ts';
import type { NoiseGroup } from '../../core/tune/noise.ts';
import { visibleJson } from '../escape.ts';
import { exactFields } from '../finding-json.ts';
import type { Tuning } from './tuning.ts';

/** Everything as one JSON object. */
export function tuneJson(tuning: Tuning): string {
  const { origin, findings, groups, furtherFindings, silencedFindings, workloads, falco } = tuning;
  return visibleJson(
    JSON.stringify(
      {
        groups: groups.map((group) => ({ ...groupJson(group), exception: group.exception ?? null, config: group.config ?? null })),
        workloads: workloads.map(({ rule: _, priority: __, ...group }) => groupJson({ ...group, rule: '', priority: undefined })),
        falco: falco.map(({ rule, count, priority, time, fields }) => ({
          rule,
          count,
          priority,
          last_timestamp: time,
          last_fields: fields,
        })),
        summary: {
          ...(origin.kind === 'log' ? { records: origin.records } : { days: origin.days ?? null, silenced_findings: silencedFindings }),
          findings,
          further_findings: furtherFindings,
        },
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
  usersAreEstimated,
  firstMs,
  lastMs,
  last,
}: NoiseGroup): object {
  return {
    ...(rule === '' ? {} : { rule, priority }),
    ...{ source, principal, action, reason, count, users, users_are_more: usersAreMore },
    ...(usersAreEstimated ? { users_are_estimated: true } : {}),
    first_timestamp: rfc3339(firstMs),
    last_timestamp: rfc3339(lastMs),
    last: rule === '' ? { id: last.id } : { id: last.id, message: last.message, ...fieldsJson(last.fields) },
  };
}

function fieldsJson(all: NoiseGroup['last']['fields']): object {
  if (all === undefined) return {};
  const { 'evt.time': _, ...fields } = all;
  return { output_fields: exactFields(fields) };
}

function rfc3339(timeMs: number): string {
  return formatRfc3339(BigInt(timeMs) * 1_000_000n);
}
