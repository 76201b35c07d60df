/**
 * THE schema of `driftwire.yaml`: the checks at start and at synth, the editor's JSON Schema and `docs/config.md` all come
 * from here. Unknown keys are errors everywhere, because a misspelt key that is silently ignored hides a person or floods a channel.
 */
import * as z from 'zod';
import { aws } from './schema-aws.ts';
import { loki, prometheus, receiver, serve, slack } from './schema-delivery.ts';
import { principalEntries, uniqueNames } from './schema-principal.ts';
import { rules } from './schema-rules.ts';
import { accountId, always, day, glob, isRecord, region, slackChannel, text } from './schema-values.ts';

/** Labels that Driftwire sets itself, on log streams or on metrics. */
export const RESERVED_LABELS: readonly string[] = [
  ...['service_name', 'source', 'account', 'cluster', 'ingest', 'ingest_hour', 'detected_level', 'truncated'],
  ...[
    'user',
    'verb',
    'kind',
    'namespace',
    'name',
    'rule',
    'rules',
    'priority',
    'class',
    'hand',
    'channel',
    'region',
    'service',
    'action',
    'event_id',
  ],
  ...['sink', 'outcome', 'reason', 'code', 'version', 'config_hash', 'rules_hash', 'le', 'quantile', 'job', 'instance'],
];

const labelName = z.string().superRefine((value, context) => {
  const refuse = (message: string) => context.addIssue({ code: 'custom', message });
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(value)) refuse('not a label name: letters, digits and _, not beginning with a digit');
  else if (value.startsWith('__')) refuse('label names that begin with __ are reserved by Prometheus and Loki: choose another');
  else if (RESERVED_LABELS.includes(value)) refuse(`the label ${value} is set by Driftwire itself: choose another name`);
});

const ignoreEntry = z.strictObject({
  name: text.describe('Name of the entry; unique.'),
  reason: text.describe('Why this is expected, for whoever reads it next.'),
  owner: text.optional().describe('Team or person to ask.'),
  until: day.optional().describe("Last day on which the entry holds, `YYYY-MM-DD` (UTC, by the event's own time)."),
  condition: text
    .max(65536)
    .describe(
      'Condition in the rule language; an event for which it is true is expected, whoever made it. Break-glass and spoofed names are reported all the same.',
    ),
});

const LOKI_LABEL_LIMIT = 15; // max_label_names_per_series of Loki, service_name not counted
const OWN_LOKI_LABELS = 5; // source, account, cluster, ingest, ingest_hour

const base = z.strictObject({
  accounts: z
    .record(
      accountId,
      z.strictObject({
        name: text.optional().describe('Name of the account, shown instead of its id.'),
        channel: slackChannel.optional().describe('Slack channel for findings of this account.'),
      }),
    )
    .default({})
    .describe('AWS accounts by id: names and channels. An account need not be listed.'),
  clusters: z
    .record(
      glob,
      z.strictObject({
        account: accountId.optional().describe('Account that the cluster runs in.'),
        region: region.optional().describe('Region that the cluster runs in.'),
        channel: slackChannel.optional().describe('Slack channel for findings of this cluster.'),
      }),
    )
    .default({})
    .describe('Kubernetes clusters by name. A cluster need not be listed.'),
  pipelines: principalEntries
    .default([])
    .describe(
      'Whose changes are expected. Exactly one principal key each; all narrowing keys given must hold. Globs: `*` and `?`, anchored, case-sensitive.',
    ),
  workloads: principalEntries
    .default([])
    .describe('Software that may change things: silent, counted as workload. Same shape as `pipelines`.'),
  break_glass: principalEntries
    .default([])
    .describe('Principals that are always reported, whatever else allows them. Same shape as `pipelines`.'),
  report_workloads: z.boolean().default(false).describe('Report changes by workloads too.'),
  ignore: uniqueNames(z.array(ignoreEntry)).default([]).describe('What is expected whoever does it, with a reason and an end.'),
  rules,
  labels: z
    .record(labelName, text.max(256))
    .default({})
    .describe('Added to every finding, metric and log stream. Constant values only: each combination is a series of its own.'),
  loki: loki.optional().describe('Loki: the record.'),
  prometheus: prometheus.optional().describe('Prometheus: the count.'),
  serve: serve
    .default({ listen: '127.0.0.1:8787', state_dir: '.driftwire', follow: [] })
    .describe('`driftwire serve`: the whole system on one machine.'),
  slack: slack.optional().describe('Slack: the person.'),
  receivers: z.array(receiver).default([]).describe('Receivers beside Slack.'),
  aws: aws.optional().describe('Settings of the deployment on AWS.'),
});

/** The whole configuration file. */
export const configSchema = base
  .superRefine(checkLabelCount, { when: always })
  .superRefine(checkReceiverNames, { when: always })
  .meta({ title: 'driftwire.yaml', description: 'Configuration of Driftwire.' });

/** What users write, with every default filled in. */
export type Config = z.output<typeof configSchema>;

/** One entry of `receivers`. */
export type ReceiverOptions = Config['receivers'][number];

function checkLabelCount(value: unknown, context: z.RefinementCtx): void {
  if (!isRecord(value)) return;
  const own = isRecord(value['labels']) ? Object.keys(value['labels']).length : 0;
  const promoted = isRecord(value['loki']) && Array.isArray(value['loki']['labels']) ? value['loki']['labels'].length : 0;
  const most = LOKI_LABEL_LIMIT - OWN_LOKI_LABELS;
  if (own + promoted <= most) return;
  context.addIssue({
    code: 'custom',
    path: ['labels'],
    message: `${own + promoted} labels with those of loki.labels: Loki takes ${LOKI_LABEL_LIMIT} a stream and Driftwire sets ${OWN_LOKI_LABELS}; at most ${most} are left`,
  });
}

/** Names that metrics know already. */
const OWN_SINKS: readonly string[] = ['ledger', 'loki', 'remote_write', 'slack'];

function checkReceiverNames(value: unknown, context: z.RefinementCtx): void {
  if (!isRecord(value) || !Array.isArray(value['receivers'])) return;
  const seen = new Set<unknown>(OWN_SINKS);
  value['receivers'].forEach((item: unknown, index) => {
    if (!isRecord(item)) return;
    const name = item['name'] ?? item['type'];
    if (typeof name === 'string' && seen.has(name)) {
      context.addIssue({
        code: 'custom',
        path: ['receivers', index],
        message: OWN_SINKS.includes(name)
          ? `a receiver cannot be called "${name}", which is a sink of its own: choose another name`
          : `two receivers are called "${name}": give this one a name of its own`,
      });
    }
    seen.add(name);
  });
}
