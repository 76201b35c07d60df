import { LOKI_FIELDS, manualChanges } from '../loki/logql.ts';
import { METRIC } from '../metrics.ts';
import { boardCount, selector } from '../promql.ts';
import type { Board } from './board.ts';
import { fill } from './fill.ts';
import { BOARD_UID, boardLink, exploreLink } from './links.ts';
import { alertListPanel, barsPanel, eventTablePanel, logPanel, seriesTablePanel, statPanel, topPanel } from './panels.ts';
import { dataSources, labelVariable } from './variables.ts';

const KUBERNETES = selector(METRIC.kubernetesChanges, ['cluster=~"$cluster"', 'user=~"$user"']);
const AWS = selector(METRIC.awsChanges, ['account=~"$account"', 'user=~"$user"']);
const RANGE = '$__range';
const BAR = '$__interval';

const DRIFT_ALERTS = 'Manual(Kubernetes|Aws)Change(Detected|Storm)';

/** Entries behind the numbers; what a variable holds here is plain (see `exploreLink`). */
const KUBERNETES_EVENTS = manualChanges('k8s_audit', [`cluster=~"${fill('cluster:pipe')}"`]);
const AWS_EVENTS = manualChanges('aws_cloudtrail', [`account=~"${fill('account:pipe')}"`]);
const toKubernetes = exploreLink('Events in Explore (Kubernetes)', KUBERNETES_EVENTS);
const toAws = exploreLink('Events in Explore (AWS)', AWS_EVENTS);
const toUser = boardLink('Events of this user', BOARD_UID.conCon, { name: 'user', value: '__field.labels.user' });
const toUserOfRow = boardLink('Events of this user', BOARD_UID.conCon, { name: 'user', value: '__data.fields.user' });

/** The board of the drift-control cycle: who changes things by hand, what, where and how often. */
export function conConBoard(): Board {
  return {
    uid: BOARD_UID.conCon,
    title: 'ConCon: changes by hand',
    description:
      'Changes to AWS and Kubernetes that came from no pipeline. Counts are exact: one event is one, however often it was delivered. Click a person to see the events behind a number.',
    from: 'now-24h',
    variables: [
      ...dataSources(),
      labelVariable('cluster', 'Cluster', METRIC.kubernetesChanges),
      labelVariable('account', 'Account', METRIC.awsChanges),
      labelVariable('user', 'User', `{__name__=~"${METRIC.kubernetesChanges}|${METRIC.awsChanges}"}`),
    ],
    rows: [
      { title: 'Now', panels: nowPanels() },
      { title: 'How often', panels: trendPanels() },
      { title: 'Who and what', panels: topPanels() },
      { title: 'Events', panels: eventPanels() },
    ],
  };
}

function nowPanels(): Board['rows'][number]['panels'] {
  return [
    statPanel(
      {
        title: 'Kubernetes',
        description: 'Manual changes and sessions in the time range, in the chosen clusters by the chosen users.',
        width: 6,
        height: 4,
        links: [toKubernetes],
      },
      boardCount([], KUBERNETES, RANGE),
      { unit: 'short' },
    ),
    statPanel(
      {
        title: 'AWS',
        description: 'Manual changes and sessions in the time range, in the chosen accounts by the chosen users.',
        width: 6,
        height: 4,
        links: [toAws],
      },
      boardCount([], AWS, RANGE),
      { unit: 'short' },
    ),
    statPanel(
      {
        title: 'People',
        description: 'Different users with at least one change by hand in the time range. Users beyond the label budget count as one.',
        width: 6,
        height: 4,
        links: [toKubernetes, toAws],
      },
      `count(${boardCount(['user'], KUBERNETES, RANGE)} > 0 or ${boardCount(['user'], AWS, RANGE)} > 0)`,
      { unit: 'short' },
    ),
    statPanel(
      {
        title: 'Last five minutes',
        description: 'Manual changes in the five minutes before the end of the time range, in both.',
        width: 6,
        height: 4,
        links: [toKubernetes, toAws],
      },
      `(${boardCount([], KUBERNETES, '5m')} or vector(0)) + (${boardCount([], AWS, '5m')} or vector(0))`,
      {
        unit: 'short',
        steps: [
          [0, 'green'],
          [1, 'orange'],
          [50, 'red'],
        ],
      },
    ),
    alertListPanel(
      {
        title: 'Active alerts',
        description: 'Alerts about changes by hand that are pending or firing, from every alert manager that Grafana knows. Empty: none.',
        width: 8,
        height: 8,
        links: [toKubernetes, toAws],
      },
      `{alertname=~"${DRIFT_ALERTS}"}`,
    ),
    seriesTablePanel(
      {
        title: 'Active alerts, by what they are about',
        description:
          'The same alerts as Prometheus evaluates them, one row for each person and kind of change. Empty: none, or the rules are evaluated elsewhere (Loki, Mimir).',
        width: 16,
        height: 8,
        links: [toKubernetes, toAws],
      },
      `ALERTS{alertname=~"${DRIFT_ALERTS}"}`,
      [...new Set(['alertstate', 'alertname', ...LOKI_FIELDS.k8s_audit, ...LOKI_FIELDS.aws_cloudtrail])],
    ),
  ];
}

function trendPanels(): Board['rows'][number]['panels'] {
  const text = { width: 12, height: 9 };
  const bars = 'No bar: nothing was changed by hand.';
  return [
    barsPanel(
      { ...text, title: 'Kubernetes, per hour', description: `Manual changes in each hour, by verb. ${bars}`, links: [toKubernetes] },
      [{ expr: boardCount(['verb'], KUBERNETES, BAR), legend: '{{verb}}' }],
      { every: '1h' },
    ),
    barsPanel(
      { ...text, title: 'AWS, per hour', description: `Manual changes in each hour, by service. ${bars}`, links: [toAws] },
      [{ expr: boardCount(['service'], AWS, BAR), legend: '{{service}}' }],
      { every: '1h' },
    ),
    barsPanel(
      {
        ...text,
        width: 24,
        title: 'Per day',
        description: `Manual changes in each day. Choose a longer time range to see more than the last bar. ${bars}`,
        links: [toKubernetes, toAws],
      },
      [
        { expr: boardCount([], KUBERNETES, BAR), legend: 'Kubernetes' },
        { expr: boardCount([], AWS, BAR), legend: 'AWS' },
      ],
      { every: '1d' },
    ),
  ];
}

function topPanels(): Board['rows'][number]['panels'] {
  const text = { width: 6, height: 8 };
  const top = (labels: readonly string[], total: string) => `topk(5, ${boardCount(labels, total, RANGE)} > 0)`;
  const toKind = exploreLink('Events of this kind', `${KUBERNETES_EVENTS} | kind="${fill('__field.labels.kind')}"`);
  const toAction = exploreLink('Events of this call', `${AWS_EVENTS} | action="${fill('__field.labels.action')}"`);
  return [
    topPanel(
      {
        ...text,
        title: 'Top 5 drifters, Kubernetes',
        description: 'Users with the most changes by hand in the time range. Empty: nobody changed anything.',
        links: [toKubernetes],
        valueLinks: [toUser],
      },
      { expr: top(['user'], KUBERNETES), legend: '{{user}}' },
    ),
    topPanel(
      {
        ...text,
        title: 'Top 5 kinds',
        description: 'Kinds of objects that were changed by hand most often in the time range. Empty: none was.',
        links: [toKubernetes],
        valueLinks: [toKind],
      },
      { expr: top(['kind'], KUBERNETES), legend: '{{kind}}' },
    ),
    topPanel(
      {
        ...text,
        title: 'Top 5 drifters, AWS',
        description: 'Users with the most changes by hand in the time range. Empty: nobody changed anything.',
        links: [toAws],
        valueLinks: [toUser],
      },
      { expr: top(['user'], AWS), legend: '{{user}}' },
    ),
    topPanel(
      {
        ...text,
        title: 'Top 5 API calls',
        description: 'API calls that were made by hand most often in the time range. Empty: none was.',
        links: [toAws],
        valueLinks: [toAction],
      },
      { expr: top(['service', 'action'], AWS), legend: '{{service}} {{action}}' },
    ),
  ];
}

function eventPanels(): Board['rows'][number]['panels'] {
  const userIs = ' | user=~"$user"';
  const kubernetes = `${manualChanges('k8s_audit', ['cluster=~"$cluster"'])}${userIs}`;
  const aws = `${manualChanges('aws_cloudtrail', ['account=~"$account"'])}${userIs}`;
  return [
    eventTablePanel(
      {
        title: 'Who did what: Kubernetes',
        description: 'The latest manual changes and sessions, one row for each event. Loki has the record itself.',
        width: 24,
        height: 10,
        links: [toKubernetes],
      },
      kubernetes,
      [...LOKI_FIELDS.k8s_audit, 'name', 'rule', 'priority'],
      { user: [toUserOfRow] },
    ),
    eventTablePanel(
      {
        title: 'Who did what: AWS',
        description: 'The latest manual changes and sessions, one row for each event. Loki has the record itself.',
        width: 24,
        height: 10,
        links: [toAws],
      },
      aws,
      [...LOKI_FIELDS.aws_cloudtrail, 'name', 'rule', 'priority'],
      { user: [toUserOfRow] },
    ),
    logPanel(
      {
        title: 'Records',
        description: 'The audit records behind the two tables, as AWS and Kubernetes wrote them.',
        width: 24,
        height: 12,
        links: [toKubernetes, toAws],
      },
      `{service_name="driftwire"}${userIs}`,
    ),
  ];
}
