/** Writes `docs/deploy/cost.md`: the bill of three accounts and of an organisation, line by line. */
import MEASURED from '../../docs/bench/functions.json' with { type: 'json' };
import { type Account, ALWAYS_FREE, afterFreeTier, type CostLine, monthlyCost, PRICES, type StackFacts, totalOf } from './cost.ts';
import { constructPath, sampleResources, type TemplateResource, type TemplateResources } from './sample-app.ts';

/** Everything that people usually configure: Loki, Prometheus, Slack. */
const USUAL = `
loki: { url: "https://loki.example" }
prometheus: { remote_write: { url: "https://prometheus.example/api/v1/write" } }
slack: { token: { ssm: /driftwire/slack-token }, channel: "#drift" }
`;

/** The accounts of the page. */
export const ACCOUNTS: readonly Account[] = [
  { name: 'small', writesADay: 50_000, matched: 0.1, found: 0.05 },
  { name: 'medium', writesADay: 500_000, matched: 0.08, found: 0.02 },
  { name: 'large', writesADay: 5_000_000, matched: 0.06, found: 0.01 },
];

/** An organisation of 200 accounts in 4 regions each, 100 M events a day, a fifth of them writes. */
const ORGANISATION: Account = { name: 'organisation', writesADay: 20_000_000, matched: 0.06, found: 0.02 };
const COLLECTORS = 800;

/** Where nothing is found: what stands still costs this. */
const QUIET: Account = { name: 'quiet', writesADay: 5_000, matched: 0.1, found: 0.01 };

/** The bill of an account, with what the functions were seen to take. */
export function billOf(account: Account, facts: StackFacts): readonly CostLine[] {
  return monthlyCost(account, facts, MEASURED);
}

function inShort({ name, writesADay, found }: Account, bare: readonly CostLine[], usual: readonly CostLine[]): string {
  const cells = [name, number(writesADay), number(writesADay * found), usd(totalOf(bare)), usd(afterFreeTier(bare))];
  return `| ${[...cells, `**${usd(totalOf(usual))}**`, usd(afterFreeTier(usual))].join(' | ')} |`;
}

/** The whole page, as Markdown. */
export function costPage(code: string): string {
  const bare = factsOf(sampleResources('', code)['Driftwire'] ?? {});
  const usual = factsOf(sampleResources(USUAL, code)['Driftwire'] ?? {});
  const bills = ACCOUNTS.map((account) => ({ account, bare: billOf(account, bare), usual: billOf(account, usual) }));
  return `${intro(bare, usual)}
## In short

| account | writes a day | findings a day | without Loki, Prometheus, Slack | after the free tier | with them | after the free tier |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
${[QUIET, ...ACCOUNTS].map((account) => inShort(account, billOf(account, bare), billOf(account, usual))).join('\n')}

What is always free in an account (in all its regions together; [AWS Free Tier](https://aws.amazon.com/free/), "always free", read 2026-11): ${ALWAYS_FREE.alarmMetrics} alarm metrics, ${number(ALWAYS_FREE.sqsRequests)} requests of SQS,
${number(ALWAYS_FREE.lambdaRequests)} invokes and ${number(ALWAYS_FREE.lambdaGbSeconds)} GB-s of Lambda, ${ALWAYS_FREE.dynamoGb} GB in DynamoDB, ${ALWAYS_FREE.logsGb} GB of logs, 3 dashboards. DynamoDB's units on demand are never free. What else runs in the account takes its share first.

## Line by line, with Loki, Prometheus and Slack

${bills.map(({ account, usual: lines }) => bill(account, lines)).join('\n\n')}

${organisation(usual)}
${options(code, bare)}`;
}

/** What the bill needs to know of a stack, counted in its template. */
export function factsOf(resources: TemplateResources): StackFacts {
  const all = Object.values(resources);
  const alarms = all.filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
  const alarmMetrics = alarms.reduce((sum, { Properties }) => sum + metricsRead(Properties['Metrics']), 0);
  const isQueues = ({ Type, Properties }: TemplateResource) =>
    Type === 'AWS::Lambda::EventSourceMapping' && Properties['StartingPosition'] === undefined;
  const functions = all.filter(({ Type }) => Type === 'AWS::Lambda::Function').map((one) => constructPath(one).at(-2));
  return {
    alarmMetrics,
    mappings: all.filter(isQueues).length,
    alerts: functions.includes('alert'),
    totals: functions.includes('metrics'),
  };
}

/** Metrics that one alarm reads. A query is billed for each metric it finds; with one log group that is one. */
function metricsRead(metrics: unknown): number {
  if (!Array.isArray(metrics)) return 1;
  const list = metrics as readonly { readonly MetricStat?: unknown; readonly Expression?: string }[];
  return list.filter(({ MetricStat, Expression }) => MetricStat !== undefined || Expression?.startsWith('SELECT') === true).length;
}

function intro(bare: StackFacts, usual: StackFacts): string {
  const unitsAt = (size: number): number => MEASURED.requests.find(({ batch }) => batch === size)?.writeUnits ?? Number.NaN;
  const burst = unitsAt(10) / unitsAt(1);
  return `# What it costs

<!-- Generated from lib/stacks/cost.ts and the synthesized templates by \`npm run docs\`; a test compares. Do not edit. -->

USD a month, list prices of us-east-1 (read 2026-11): SQS ${perMillion(PRICES.sqsRequest)}, Lambda on ARM ${perMillion(PRICES.lambdaRequest)} and
${PRICES.lambdaGbSecond.toFixed(10)} a GB-s, DynamoDB on demand ${perMillion(PRICES.dynamoWrite)} writes, CloudWatch Logs 0.50 a GB, each metric that an alarm reads ${PRICES.alarmMetric.toFixed(2)}.
CloudTrail's events reach EventBridge for nothing.

The stack without a configuration has ${bare.alarmMetrics} alarm metrics and ${bare.mappings} mappings that poll a queue; with Loki, Prometheus and Slack ${usual.alarmMetrics} and ${usual.mappings}. These fixed
lines are most of a quiet bill: \`aws.alarms.enabled: false\` takes the first away, a processor for many accounts spreads both.

Counted and measured ([docs/bench/functions.md](../bench/functions.md), ${MEASURED.measured}): requests, units of DynamoDB and the time of the processor, for findings that come alone, ten and a hundred at a
time. Assumed of an account (halve or double it): the compiled pattern lets 6 to 10 % of the writes through, 1 to 5 % become findings, each told in Slack where it is
configured; messages come evenly, which makes for the smallest batches and so the largest bill: people change things in bursts, and a burst of ten takes ${percent(burst)} of the units of ten single ones. A function waits
15 ms for a call of AWS and 400 ms for Slack. An idle mapping polls five times every 20 s.

What was looked at and left: the minute's flush keeps its snapshot before it is sent and notes that it was, or a crash could lose a minute; Lambda's own three lines an
invoke would go with JSON logging, and with them the duration of each invoke; pollers that are fewer than five are not to be had without provisioned ones, which are billed by the hour.
`;
}

function bill({ name, writesADay, matched, found }: Account, lines: readonly CostLine[]): string {
  const rows = lines.map(({ what, how, usd: value }) => `| ${what} | ${how} | ${usd(value)} |`);
  return `### ${name}: ${number(writesADay)} writes a day, ${percent(matched)} pass the pattern, ${percent(found)} are findings

| | | USD |
| --- | --- | ---: |
${rows.join('\n')}
| **sum** | | **${usd(totalOf(lines))}** |`;
}

function organisation(facts: StackFacts): string {
  const { writesADay, matched, found } = ORGANISATION;
  const processor = totalOf(billOf(ORGANISATION, facts));
  const sent = writesADay * (365 / 12) * matched * PRICES.crossAccountEvent;
  const alarms = COLLECTORS * PRICES.alarmMetric;
  return `## An organisation

200 accounts with 4 regions each, ${number(writesADay)} writes a day in all, ${percent(matched)} pass the pattern, ${percent(found)} are findings: a \`processor\` and ${COLLECTORS} \`collector\` stacks.

| | | USD |
| --- | --- | ---: |
| processor | the lines above, for the sum of all accounts | ${usd(processor)} |
| collectors, events sent | ${(PRICES.crossAccountEvent * 1e6).toFixed(2)} a million, straight to the queue of the processor | ${usd(sent)} |
| collectors, one alarm each | ${COLLECTORS} x ${PRICES.alarmMetric.toFixed(2)}; \`aws.alarms.enabled: false\` in the collectors takes it away | ${usd(alarms)} |
| **sum** | | **${usd(processor + sent + alarms)}** |

A stack of its own in each account and region would have ${COLLECTORS} times the fixed lines of a small account.
`;
}

function options(code: string, bare: StackFacts): string {
  const added = (yaml: string) => {
    const { alarmMetrics, mappings } = factsOf(sampleResources(yaml, code)['Driftwire'] ?? {});
    return `${alarmMetrics - bare.alarmMetrics} alarm metrics, ${mappings - bare.mappings} mappings`;
  };
  const eks = 'log_groups: [/aws/eks/demo/cluster]';
  return `## What options add

| option | adds a month |
| --- | --- |
| \`aws.cloudtrail\` (objects of the trail) | ${added('aws: { cloudtrail: { bucket: acme-trail } }')}; reading is 0.40 a million objects; nothing is copied |
| \`aws.eks\`, one log group | ${added(`aws: { eks: { ${eks} } }`)}, and two alarm metrics for each further group; the function costs about 0.01 for 2 GB a day and 2 for 500 GB a day. CloudWatch's own price for taking the log (0.50 a GB) is there with or without Driftwire |
| \`aws.eks.through: kinesis\` | ${added(`aws: { eks: { ${eks}, through: kinesis } }`)}; ${(PRICES.kinesisHour * 730).toFixed(0)} for the stream, ${PRICES.kinesisGb.toFixed(2)} a GB that passes the pattern |
| \`aws.forward_regions\` | ${perMillion(PRICES.busEvent)} events, one alarm metric a region |
| \`aws.webhook\`, buttons of Slack | ${added('{ serve: { ingest_token: { ssm: x } }, aws: { webhook: true } }')} |
| \`aws.xray\` | 5.00 a million traces |
| \`aws.dashboard\` | nothing for the first three of an account, then 3.00 |
| a secret in Secrets Manager | 0.40; a parameter of SSM is free |
| a second trail | never made; it would be 2.00 for 100,000 events |
`;
}

function usd(value: number): string {
  return value.toFixed(2);
}

function percent(value: number): string {
  return `${Math.round(value * 100)} %`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function perMillion(price: number): string {
  return `${(price * 1e6).toFixed(2)} a million`;
}
