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
  dynamoStored: 0.25,
  logsGb: 0.5 + 0.03,
  /** Each metric that an alarm reads, not each alarm. */
  alarmMetric: 0.1,
  kinesisHour: 0.04,
  kinesisGb: 0.08 + 0.04,
  busEvent: 1 / 1e6,
  crossAccountEvent: 0.05 / 1e6,
} as const;

/**
 * What AWS gives every account each month for nothing and for ever, in all regions together (https://aws.amazon.com/free/, "Always free", with the pricing pages of SQS,
 * Lambda, DynamoDB and CloudWatch; read 2026-11). Whatever else runs in the account has a share of it.
 */
export const ALWAYS_FREE = {
  alarmMetrics: 10,
  sqsRequests: 1e6,
  lambdaRequests: 1e6,
  lambdaGbSeconds: 400_000,
  dynamoGb: 25,
  logsGb: 5,
} as const;

const DAYS = 365 / 12;
const MINUTES = DAYS * 1_440;
const HOURS = DAYS * 24;

/** Requests of one event source mapping that polls an empty queue: five pollers, each waiting 20 s; others have seen 15 empty receives a minute (https://github.com/getlift/lift/issues/132). */
const POLLS = (5 * MINUTES * 60) / 20;
/** Messages that one request of SQS receives or deletes; quiet queues give one at a time, busy ones ten. */
const PER_REQUEST = 10;
/** Lines that Lambda itself writes for an invoke (START, END, REPORT), in GB. */
const LOG_GB_PER_INVOKE = 350 / 1e9;
/** Memory of the functions, in GB, and the part of a processor that comes with it (Developer Guide, "Configure Lambda function memory": 1,769 MB are one; read 2026-11). */
const MEMORY_GB = 0.5;
const PROCESSOR = 512 / 1_769;
/** What a function waits for one call within the region, in ms, and calls one after the other: cloudtrail sends; deliver counts, sends, and counts what became of it. */
const CALL_MS = 15;
const READING_CALLS = 1;
const DELIVERING_CALLS = 3;
/** Telling one finding in Slack: a call of some 300 ms, and what is noted before and after. */
const TELLING_MS = 400;
/** Seconds of a flush. */
const FLUSH_SECONDS = 0.3;
/** An hour's reconciliation reads all changes, 50 a page and two pages a second (CloudTrail User Guide, quotas), and stops after ten minutes. */
const EVENTS_A_PAGE = 50;
const PAGE_SECONDS = 0.5;
const RECONCILE_SECONDS = { least: 2, most: 600 } as const;
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

/** Counted by `npm run bench:functions`; see docs/bench/functions.md. */
export interface Measured {
  /** For a thousand findings that come in batches of one size, in the order of the sizes. */
  readonly requests: readonly {
    readonly batch: number;
    readonly sends: number;
    readonly writeUnits: number;
    readonly readUnits: number;
    /** Of one invocation. */
    readonly cpuMs: { readonly reading: number; readonly delivering: number };
  }[];
  /** Of one minute. */
  readonly flush: Units;
  /** Of one finding that is told, alone and as one of ten. */
  readonly told: Readonly<Record<'1' | '10', Units>>;
}

/** Units of DynamoDB. */
export interface Units {
  readonly writeUnits: number;
  readonly readUnits: number;
}

/** One line of the bill. */
export interface CostLine {
  readonly what: string;
  readonly how: string;
  readonly usd: number;
  /** The part of it that the free tier pays, when nothing else in the account uses that. */
  readonly freeUsd: number;
}

/** The lines of a month's bill. */
export function monthlyCost(
  { writesADay, matched, found }: Account,
  { alarmMetrics, mappings, alerts, totals }: StackFacts,
  measured: Measured,
): readonly CostLine[] {
  const events = writesADay * DAYS * matched;
  const findings = writesADay * DAYS * found;
  const told = alerts ? findings : 0;
  const [eventBatch, findingBatch] = [batchOf(events), batchOf(findings)];
  const of = (batch: number, what: (counted: Measured['requests'][number]) => number) => between(measured.requests, batch, what);
  const polls = mappings * POLLS;
  const sends = (findings / 1_000) * of(findingBatch, (counted) => counted.sends) * (alerts ? 1 : 0.5);
  const handled = (2 * events) / Math.min(eventBatch, PER_REQUEST) + (2 * (findings + told)) / Math.min(findingBatch, PER_REQUEST);
  // EventBridge pays for nothing: each event that it sends is a request too.
  const messages = events + sends + handled;
  const reading = { invokes: events / eventBatch, ms: of(eventBatch, ({ cpuMs }) => cpuMs.reading) / PROCESSOR + READING_CALLS * CALL_MS };
  const delivering = {
    invokes: findings / findingBatch,
    ms: of(findingBatch, ({ cpuMs }) => cpuMs.delivering) / PROCESSOR + DELIVERING_CALLS * CALL_MS,
  };
  const invokes = reading.invokes + delivering.invokes + told / findingBatch;
  const gbSeconds = (MEMORY_GB * (reading.invokes * reading.ms + delivering.invokes * delivering.ms + told * TELLING_MS)) / 1_000;
  const minutes = totals ? MINUTES : 0;
  const hourSeconds = reconcileSeconds(writesADay);
  const scheduled = { invokes: minutes + HOURS, gbSeconds: MEMORY_GB * (minutes * FLUSH_SECONDS + HOURS * hourSeconds) };
  const tellingUnits = measured.told[findingBatch < 10 ? '1' : '10'];
  const writes = (findings / 1_000) * of(findingBatch, ({ writeUnits }) => writeUnits) + told * tellingUnits.writeUnits;
  const reads = (findings / 1_000) * of(findingBatch, ({ readUnits }) => readUnits) + told * tellingUnits.readUnits;
  const storedGb = findings * LEDGER_GB_PER_FINDING;
  const logGb = (invokes + scheduled.invokes) * LOG_GB_PER_INVOKE;
  const free = new FreeTier();
  return [
    line('alarms', `${alarmMetrics} metrics x ${PRICES.alarmMetric.toFixed(2)}`, [
      alarmMetrics,
      PRICES.alarmMetric,
      free.of('alarmMetrics', alarmMetrics),
    ]),
    line('SQS, empty polling', `${mappings} mappings x ${millions(POLLS)} requests`, [
      polls,
      PRICES.sqsRequest,
      free.of('sqsRequests', polls),
    ]),
    line('SQS, messages', `${millions(messages)} requests`, [messages, PRICES.sqsRequest, free.of('sqsRequests', messages)]),
    line(
      'Lambda, events and findings',
      `${millions(invokes)} invokes, ${thousands(gbSeconds)} GB-s`,
      [invokes, PRICES.lambdaRequest, free.of('lambdaRequests', invokes)],
      [gbSeconds, PRICES.lambdaGbSecond, free.of('lambdaGbSeconds', gbSeconds)],
    ),
    line(
      'Lambda, every minute and hour',
      `${millions(scheduled.invokes)} invokes, ${thousands(scheduled.gbSeconds)} GB-s (${Math.round(hourSeconds)} s an hour to ask again)`,
      [scheduled.invokes, PRICES.lambdaRequest, free.of('lambdaRequests', scheduled.invokes)],
      [scheduled.gbSeconds, PRICES.lambdaGbSecond, free.of('lambdaGbSeconds', scheduled.gbSeconds)],
    ),
    line(
      'DynamoDB, findings',
      `${millions(writes)} write units, ${millions(reads)} read units`,
      [writes, PRICES.dynamoWrite, 0],
      [reads, PRICES.dynamoRead, 0],
    ),
    line(
      'DynamoDB, flush',
      `${millions(minutes * measured.flush.writeUnits)} write units, ${millions(minutes * measured.flush.readUnits)} read units`,
      [minutes * measured.flush.writeUnits, PRICES.dynamoWrite, 0],
      [minutes * measured.flush.readUnits, PRICES.dynamoRead, 0],
    ),
    line('DynamoDB, storage', `${storedGb.toFixed(3)} GB with recovery`, [
      storedGb,
      PRICES.dynamoGbMonth,
      // recovery is not free
      (free.of('dynamoGb', storedGb) * PRICES.dynamoStored) / PRICES.dynamoGbMonth,
    ]),
    line('CloudWatch Logs', `${logGb.toFixed(3)} GB`, [logGb, PRICES.logsGb, free.of('logsGb', logGb)]),
  ];
}

/** The sum of a bill. */
export function totalOf(lines: readonly CostLine[]): number {
  return lines.reduce((sum, { usd }) => sum + usd, 0);
}

/** What is left of it after the free tier. */
export function afterFreeTier(lines: readonly CostLine[]): number {
  return lines.reduce((sum, { usd, freeUsd }) => sum + usd - freeUsd, 0);
}

/** Hands out what is free, once. */
class FreeTier {
  readonly #left: Record<keyof typeof ALWAYS_FREE, number> = { ...ALWAYS_FREE };

  of(what: keyof typeof ALWAYS_FREE, wanted: number): number {
    const given = Math.min(wanted, this.#left[what]);
    this.#left[what] -= given;
    return given;
  }
}

function reconcileSeconds(writesADay: number): number {
  const { least, most } = RECONCILE_SECONDS;
  return Math.min(most, least + (writesADay / 24 / EVENTS_A_PAGE) * PAGE_SECONDS);
}

/** What was counted for a size of batches, between the sizes that were, by their logarithms. */
function between<T extends { readonly batch: number }>(counted: readonly T[], batch: number, what: (one: T) => number): number {
  const [first] = counted;
  if (first === undefined) throw new Error('docs/bench/functions.json has no counts: npm run bench:functions -- --counts');
  const upper = counted.find((one) => one.batch >= batch) ?? first;
  const lower = counted.findLast((one) => one.batch <= batch) ?? first;
  if (upper.batch === lower.batch) return what(lower);
  const share = Math.log(batch / lower.batch) / Math.log(upper.batch / lower.batch);
  return what(lower) * (1 - share) + what(upper) * share;
}

/** Messages of one invoke: what comes in the 5 s that a batch is gathered, 100 at most. */
function batchOf(messagesAMonth: number): number {
  return Math.min(100, Math.max(1, (messagesAMonth / (MINUTES * 60)) * 5));
}

/** @param parts - Amount, price, and the part of the amount that is free. */
function line(what: string, how: string, ...parts: readonly (readonly [amount: number, price: number, free: number])[]): CostLine {
  const sum = (of: (part: (typeof parts)[number]) => number) => parts.reduce((total, part) => total + of(part), 0);
  return { what, how, usd: sum(([amount, price]) => amount * price), freeUsd: sum(([, price, free]) => free * price) };
}

function millions(value: number): string {
  return `${(value / 1e6).toFixed(value < 1e5 ? 3 : 2)} M`;
}

function thousands(value: number): string {
  return `${(value / 1e3).toFixed(1)} k`;
}
