/**
 * What a deployment costs a month, from the numbers that AWS publishes and a few about an account. The page `docs/deploy/cost.md` is
 * made from this, and a test recomputes it, so that the sum on the page is always the sum of its lines.
 */

/** List prices in USD, us-east-1, without any free tier, read 2026-11. */
export const PRICES = {
  sqsRequest: 0.4 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  /** ARM. */
  lambdaGbSecond: 0.000_013_333_4,
  dynamoWrite: 0.625 / 1e6,
  dynamoRead: 0.125 / 1e6,
  /** Storage and point-in-time recovery. */
  dynamoGbMonth: 0.25 + 0.2,
  logsGb: 0.5 + 0.03,
  /** Each metric that an alarm reads, not each alarm. */
  alarmMetric: 0.1,
  kinesisHour: 0.04,
  kinesisGb: 0.08 + 0.04,
  busEvent: 1 / 1e6,
  crossAccountEvent: 0.05 / 1e6,
} as const;

const DAYS = 365 / 12;
const MINUTES = DAYS * 1_440;

/** Requests of one event source mapping that polls an empty queue: five pollers, each waiting 20 s (facts of Lambda, read 2026-11). */
const POLLS = (5 * MINUTES * 60) / 20;
/** Messages that one request of SQS receives or deletes; quiet queues give one at a time, busy ones ten. */
const PER_REQUEST = 10;
/** Lines that Lambda itself writes for an invoke (START, END, REPORT), in GB. */
const LOG_GB_PER_INVOKE = 350 / 1e9;
/** Memory of the functions, in GB. */
const MEMORY_GB = 0.5;
/** Milliseconds of an invoke and of each message in it. */
const INVOKE_MS = 20;
const MESSAGE_MS = 2;
/** Write units of a finding: marker, total and label in one transaction, where each counts twice; with alerts the incident and its event too. */
const LEDGER_WRITES = 3 * 2;
const INCIDENT_WRITES = 4 * 2;
/** Seconds of a flush and of an hour's reconciliation. */
const FLUSH_SECONDS = 0.3;
const RECONCILE_SECONDS = 20;
/** A marker of about 300 bytes for 30 days. */
const LEDGER_GB_PER_FINDING = 300 / 1e9;

/** What there is to know of an account. */
export interface Account {
  readonly name: string;
  /** CloudTrail events that change something, a day. */
  readonly writesADay: number;
  /** Part of them that the compiled pattern lets through. */
  readonly matched: number;
  /** Part of them that becomes a finding. */
  readonly found: number;
}

/** What there is in its stack. */
export interface StackFacts {
  /** Metrics that the alarms of the stack read. */
  readonly alarmMetrics: number;
  /** Event source mappings of queues. */
  readonly mappings: number;
  /** Whether anybody is alerted, and whether totals are written every minute. */
  readonly alerts: boolean;
  readonly totals: boolean;
}

/** One line of the bill. */
export interface CostLine {
  readonly what: string;
  readonly how: string;
  readonly usd: number;
}

/** The lines of a month's bill. */
export function monthlyCost(
  { writesADay, matched, found }: Account,
  { alarmMetrics, mappings, alerts, totals }: StackFacts,
): readonly CostLine[] {
  const events = writesADay * DAYS * matched;
  const findings = writesADay * DAYS * found;
  const eventBatch = batchOf(events);
  const findingBatch = batchOf(findings);
  const polls = mappings * POLLS;
  const handed = findings * (alerts ? 2 : 1);
  const messages = events + handed;
  const requests = polls + messages + (2 * events) / Math.min(eventBatch, PER_REQUEST) + (2 * handed) / Math.min(findingBatch, PER_REQUEST);
  const invokes = events / eventBatch + handed / findingBatch;
  const gbSeconds = (MEMORY_GB * (invokes * INVOKE_MS + messages * MESSAGE_MS)) / 1_000;
  const minutes = totals ? MINUTES : 0;
  const scheduled = MEMORY_GB * (minutes * FLUSH_SECONDS + DAYS * 24 * RECONCILE_SECONDS);
  const scheduledInvokes = minutes + DAYS * 24;
  const writes = findings * (LEDGER_WRITES + (alerts ? INCIDENT_WRITES : 0));
  return [
    line('alarms', `${alarmMetrics} metrics x ${PRICES.alarmMetric.toFixed(2)}`, alarmMetrics * PRICES.alarmMetric),
    line('SQS, empty polling', `${mappings} mappings x ${millions(POLLS)} requests`, polls * PRICES.sqsRequest),
    line('SQS, messages', `${millions(requests - polls)} requests`, (requests - polls) * PRICES.sqsRequest),
    line(
      'Lambda, events and findings',
      `${millions(invokes)} invokes, ${thousands(gbSeconds)} GB-s`,
      invokes * PRICES.lambdaRequest + gbSeconds * PRICES.lambdaGbSecond,
    ),
    line(
      'Lambda, every minute and hour',
      `${millions(scheduledInvokes)} invokes, ${thousands(scheduled)} GB-s`,
      scheduledInvokes * PRICES.lambdaRequest + scheduled * PRICES.lambdaGbSecond,
    ),
    line('DynamoDB, writes', `${millions(writes)} units`, writes * PRICES.dynamoWrite),
    line(
      'DynamoDB, flush',
      `${millions(minutes * 20)} read units, ${millions(minutes * 4)} write units`,
      minutes * (20 * PRICES.dynamoRead + 4 * PRICES.dynamoWrite),
    ),
    line(
      'DynamoDB, storage',
      `${(findings * LEDGER_GB_PER_FINDING).toFixed(3)} GB with recovery`,
      findings * LEDGER_GB_PER_FINDING * PRICES.dynamoGbMonth,
    ),
    line(
      'CloudWatch Logs',
      `${((invokes + scheduledInvokes) * LOG_GB_PER_INVOKE).toFixed(3)} GB`,
      (invokes + scheduledInvokes) * LOG_GB_PER_INVOKE * PRICES.logsGb,
    ),
  ];
}

/** The sum of a bill. */
export function totalOf(lines: readonly CostLine[]): number {
  return lines.reduce((sum, { usd }) => sum + usd, 0);
}

/** Messages of one invoke: what comes in the 5 s that a batch is gathered, 100 at most. */
function batchOf(messagesAMonth: number): number {
  return Math.min(100, Math.max(1, (messagesAMonth / (MINUTES * 60)) * 5));
}

function line(what: string, how: string, usd: number): CostLine {
  return { what, how, usd };
}

function millions(value: number): string {
  return `${(value / 1e6).toFixed(value < 1e5 ? 3 : 2)} M`;
}

function thousands(value: number): string {
  return `${(value / 1e3).toFixed(1)} k`;
}
