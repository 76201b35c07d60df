import { METRIC } from '../metrics.ts';
import { type ExportOptions, runbookLink } from '../options.ts';
import { boardCount, selector } from '../promql.ts';
import type { Board } from './board.ts';
import { BOARD_UID, boardLink, exploreLink, link } from './links.ts';
import { barsPanel, linesPanel, lokiStatPanel, seriesTablePanel, statPanel } from './panels.ts';
import { dataSources, labelVariable } from './variables.ts';

const INSTANCE = 'instance=~"$instance"';
const RANGE = '$__range';
const BAR = '$__interval';
const toEvents = exploreLink('Events in Loki', '{service_name="driftwire"}');
const toConCon = boardLink('Changes by hand', BOARD_UID.conCon);

/** A metric of the chosen deployments. */
function of(metric: string, ...matchers: readonly string[]): string {
  return selector(metric, [INSTANCE, ...matchers]);
}

/** The board of whoever runs Driftwire: is everything read, delivered and counted? */
export function healthBoard(options: ExportOptions): Board {
  const runbook = (alert: string) => link(`Runbook: ${alert}`, runbookLink(options, alert));
  return {
    uid: BOARD_UID.health,
    title: 'Driftwire health',
    description: 'Is everything read, delivered and counted? Records in = findings + dropped + failed + duplicates.',
    from: 'now-6h',
    variables: [...dataSources(), labelVariable('instance', 'Deployment', METRIC.buildInfo)],
    rows: [
      { title: 'Now', panels: nowPanels(runbook) },
      { title: 'Records in', panels: recordPanels(runbook) },
      { title: 'Deliveries out', panels: deliveryPanels(runbook) },
      { title: 'Counting', panels: countingPanels(runbook) },
    ],
  };
}

type Runbook = (alert: string) => ReturnType<typeof link>;
type Panels = Board['rows'][number]['panels'];

function nowPanels(runbook: Runbook): Panels {
  const text = { width: 4, height: 5 };
  return [
    statPanel(
      {
        ...text,
        title: 'Last totals',
        description:
          'Age of the last snapshot of all totals, which is taken every minute for remote write. Empty: nothing is written, Prometheus scrapes.',
        links: [runbook('DriftwireFlushStale')],
      },
      `max(time() - last_over_time(${of(METRIC.flush)}[1d]))`,
      {
        unit: 's',
        steps: [
          [0, 'green'],
          [120, 'orange'],
          [300, 'red'],
        ],
      },
    ),
    statPanel(
      {
        ...text,
        title: 'Sinks that fail',
        description: 'Sinks to which a delivery failed in the last five minutes and none succeeded.',
        links: [runbook('DriftwireSinkFailing'), toEvents],
      },
      [
        `count(${boardCount(['sink'], of(METRIC.deliveries, 'outcome="failed"'), '5m')} > 0`,
        `unless ${boardCount(['sink'], of(METRIC.deliveries, 'outcome="delivered"'), '5m')} > 0)`,
      ].join(' '),
      {
        unit: 'short',
        steps: [
          [0, 'green'],
          [1, 'red'],
        ],
      },
    ),
    statPanel(
      {
        ...text,
        title: 'Spool',
        description: 'How full the spool is; when it is full, senders are turned away until sinks have taken some.',
        links: [runbook('DriftwireSpoolFilling')],
      },
      `max(${of(METRIC.spoolSize)} / ${of(METRIC.spoolLimit)})`,
      {
        unit: 'percentunit',
        steps: [
          [0, 'green'],
          [0.5, 'orange'],
          [0.8, 'red'],
        ],
      },
    ),
    statPanel(
      {
        ...text,
        title: 'Records in',
        description: 'Records read in the time range, from all sources.',
        links: [runbook('DriftwireNothingRead'), toEvents],
      },
      boardCount([], of(METRIC.records), RANGE),
      { unit: 'short' },
    ),
    statPanel(
      {
        ...text,
        title: 'Records failed',
        description: 'Records that could not be read in the time range; the log of Driftwire names each.',
        links: [runbook('DriftwireRecordsFailed'), toEvents],
      },
      boardCount([], of(METRIC.failed), RANGE),
      {
        unit: 'short',
        steps: [
          [0, 'green'],
          [1, 'red'],
        ],
      },
    ),
    statPanel(
      {
        ...text,
        title: 'Without a reason',
        description: 'Records counted as dropped beyond those that have a reason. Not 0: the counts do not add up.',
        links: [runbook('DriftwireCountsDisagree')],
      },
      `sum(${of(METRIC.records, 'outcome="dropped"')}) - sum(${of(METRIC.dropped)})`,
      {
        unit: 'short',
        steps: [
          [0, 'green'],
          [1, 'red'],
        ],
      },
    ),
    seriesTablePanel(
      {
        title: 'What is running',
        description:
          'Version, configuration and rules of each deployment. Two rows of one deployment: it is being replaced, or two run at once.',
        width: 24,
        height: 5,
        links: [runbook('DriftwireAbsent')],
      },
      of(METRIC.buildInfo),
      ['instance', 'version', 'config_hash', 'rules_hash'],
    ),
  ];
}

function recordPanels(runbook: Runbook): Panels {
  const text = { width: 12, height: 8 };
  return [
    barsPanel(
      {
        ...text,
        title: 'Records, by what became of them',
        description: 'A record posted again counts again, as a duplicate. No bar: nothing was read.',
        links: [runbook('DriftwireNothingRead'), toEvents],
      },
      [{ expr: boardCount(['outcome'], of(METRIC.records), BAR), legend: '{{outcome}}' }],
      { every: '1m' },
    ),
    barsPanel(
      {
        ...text,
        title: 'Dropped, by reason',
        description: 'Records that made no finding. The reasons are explained in docs/errors.md.',
        links: [runbook('DriftwireCountsDisagree')],
      },
      [{ expr: boardCount(['reason'], of(METRIC.dropped), BAR), legend: '{{reason}}' }],
      { every: '1m' },
    ),
    barsPanel(
      {
        ...text,
        title: 'Failed, by source and code',
        description: 'Records that could not be read. No bar: every record was read.',
        links: [runbook('DriftwireRecordsFailed')],
      },
      [{ expr: boardCount(['source', 'code'], of(METRIC.failed), BAR), legend: '{{source}} {{code}}' }],
      { every: '1m' },
    ),
    linesPanel(
      {
        ...text,
        title: 'Age of the newest event',
        description: 'Time since the newest event of each source. It rises while a source is silent and falls at the next event.',
        links: [runbook('DriftwireNothingRead'), toEvents],
      },
      [{ expr: `time() - max by (source) (${of(METRIC.lastEvent)})`, legend: '{{source}}' }],
      { unit: 's' },
    ),
    barsPanel(
      {
        ...text,
        title: 'Missed by the streams',
        description:
          'Events with findings that no stream had brought, found by asking CloudTrail or CloudWatch Logs again every hour; delivered late. No bar: none.',
        links: [runbook('DriftwireEventsMissed'), toEvents],
      },
      [{ expr: boardCount(['source'], of(METRIC.missed), BAR), legend: '{{source}}' }],
      { every: '1m' },
    ),
    barsPanel(
      {
        ...text,
        title: 'Posts turned away',
        description: 'Posts of which nothing was stored. full: the spool has no room; unauthorized: a wrong token. No bar: none.',
        links: [runbook('DriftwirePostsRejected')],
      },
      [{ expr: boardCount(['endpoint', 'reason'], of(METRIC.rejectedPosts), BAR), legend: '{{endpoint}} {{reason}}' }],
      { every: '1m' },
    ),
  ];
}

function deliveryPanels(runbook: Runbook): Panels {
  const text = { width: 12, height: 8 };
  const delay = (quantile: number) =>
    `histogram_quantile(${quantile}, sum by (le, sink) (rate(${of(`${METRIC.delay}_bucket`)}[$__rate_interval])))`;
  return [
    barsPanel(
      {
        ...text,
        title: 'Deliveries, by sink and outcome',
        description: 'failed is one try in vain, repeated later; refused is given up and kept aside.',
        links: [runbook('DriftwireSinkFailing'), runbook('DriftwireDeliveriesRefused'), toEvents],
      },
      [{ expr: boardCount(['sink', 'outcome'], of(METRIC.deliveries), BAR), legend: '{{sink}} {{outcome}}' }],
      { every: '1m' },
    ),
    linesPanel(
      {
        ...text,
        title: 'From the event to the sink',
        description:
          'Delay within which half, and nineteen of twenty, of the deliveries arrived. Estimated within the buckets of the histogram. Empty: nothing was delivered.',
        links: [runbook('DriftwireSinkBehind'), toConCon],
      },
      [
        { expr: delay(0.5), legend: '{{sink}} half' },
        { expr: delay(0.95), legend: '{{sink}} 95 %' },
      ],
      { unit: 's' },
    ),
    linesPanel(
      {
        ...text,
        title: 'Waiting for a sink',
        description: 'Events accepted that a sink does not have yet.',
        links: [runbook('DriftwireSinkBehind')],
      },
      [{ expr: `sum by (sink) (${of(METRIC.spoolEntries)})`, legend: '{{sink}}' }],
      { unit: 'short' },
    ),
    linesPanel(
      {
        ...text,
        title: 'How long the oldest has waited',
        description: 'Age of the oldest event that a sink does not have. Empty: every sink has all.',
        links: [runbook('DriftwireSinkBehind')],
      },
      [{ expr: `time() - min by (sink) (${of(METRIC.spoolOldest)})`, legend: '{{sink}}' }],
      { unit: 's' },
    ),
  ];
}

function countingPanels(runbook: Runbook): Panels {
  const text = { width: 6, height: 6 };
  return [
    statPanel(
      {
        ...text,
        title: 'Counted by the ledger',
        description: 'Findings in the time range. Each event has one entry in Loki and may have several findings.',
        links: [toConCon],
      },
      boardCount([], of(METRIC.findings), RANGE),
      { unit: 'short' },
    ),
    lokiStatPanel(
      {
        ...text,
        title: 'Entries in Loki',
        description:
          'Entries in the time range: events with at least one finding. After a repeated delivery Loki may count too many for up to two hours; the ledger does not.',
        links: [toEvents],
      },
      `sum(count_over_time({service_name="driftwire"} [${RANGE}]))`,
    ),
    linesPanel(
      {
        ...text,
        title: 'Remote write',
        description:
          'Minutes that the receiver does not have yet, and series that it refuses. 0 while all is well; empty where nothing is written.',
        links: [runbook('DriftwireRemoteWriteRefused')],
      },
      [
        { expr: `max by (instance) (${of(METRIC.pendingSnapshots)})`, legend: '{{instance}} minutes waiting' },
        { expr: `max by (instance) (${of(METRIC.refusedSeries)})`, legend: '{{instance}} series refused' },
      ],
      { unit: 'short' },
    ),
    barsPanel(
      {
        ...text,
        title: 'Counted under "other"',
        description:
          'Events whose label value has no series of its own, because the label has its full number of values. No bar: every value has one.',
        links: [runbook('DriftwireLabelBudgetExhausted'), toConCon],
      },
      [{ expr: boardCount(['metric', 'label'], of(METRIC.overflow), BAR), legend: '{{metric}} {{label}}' }],
      { every: '1h' },
    ),
  ];
}
