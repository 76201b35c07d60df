import { labelsOf, METRIC } from '../metrics.ts';
import { type ExportOptions, runbookLink } from '../options.ts';
import { boardCount, selector } from '../promql.ts';
import type { Board } from './board.ts';
import { BOARD_UID, boardLink, exploreLink, link } from './links.ts';
import { barsPanel, eventTablePanel, linesPanel, seriesTablePanel, statPanel, topPanel } from './panels.ts';
import { dataSources, labelVariable } from './variables.ts';

const RANGE = '$__range';
const BAR = '$__interval';
const RULE = 'rule=~"$rule"';
const FINDINGS = selector(METRIC.findings, [RULE]);
const FALCO = selector(METRIC.falco, [RULE]);
const CRITICAL = selector(METRIC.findings, ['priority=~"Emergency|Alert|Critical"', RULE]);
/** Emergency, Alert and Critical as Falco numbers them. */
const FALCO_CRITICAL = selector(METRIC.falco, ['priority=~"0|1|2"', RULE]);
const toEvents = exploreLink('Events in Explore', '{service_name="driftwire"}');
const toRule = boardLink('Events of this rule', BOARD_UID.rules, { name: 'rule', value: '__field.labels.rule' });
const toRuleOfRow = boardLink('Events of this rule', BOARD_UID.rules, { name: 'rule', value: '__data.fields.rule' });

type Panels = Board['rows'][number]['panels'];

/** The board of rules: what they found, how urgent it was, and what Falco saw beside it. */
export function rulesBoard(options: ExportOptions): Board {
  return {
    uid: BOARD_UID.rules,
    title: 'Rules: findings of Driftwire and Falco',
    description:
      'What the rules found, in audit logs and by Falco at run time. Counts are exact: one event is one for each rule that matched it.',
    from: 'now-24h',
    variables: [...dataSources(), labelVariable('rule', 'Rule', `{__name__=~"${METRIC.findings}|${METRIC.falco}"}`)],
    rows: [
      { title: 'Findings', panels: findingPanels(options) },
      { title: 'Falco (the metric of the Falco dashboard 11914)', panels: falcoPanels(options) },
      { title: 'Refusals', panels: refusalPanels(options) },
      { title: 'Events', panels: eventPanels() },
    ],
  };
}

function findingPanels(options: ExportOptions): Panels {
  return [
    statPanel(
      {
        title: 'Critical',
        description: 'Findings of priority Critical and above in the time range.',
        width: 8,
        height: 4,
        links: [link('Runbook', runbookLink(options, 'CriticalFinding')), toEvents],
      },
      boardCount([], CRITICAL, RANGE),
      {
        unit: 'short',
        steps: [
          [0, 'green'],
          [1, 'red'],
        ],
      },
    ),
    statPanel(
      { title: 'Findings', description: 'Findings in the time range; an event may make several.', width: 8, height: 4, links: [toEvents] },
      boardCount([], FINDINGS, RANGE),
      { unit: 'short' },
    ),
    statPanel(
      {
        title: 'Rules that fired',
        description: 'Different rules with a finding in the time range.',
        width: 8,
        height: 4,
        links: [toEvents],
      },
      `count(${boardCount(['rule'], FINDINGS, RANGE)} > 0)`,
      { unit: 'short' },
    ),
    topPanel(
      {
        title: 'Top 10 rules',
        description: 'Rules with the most findings in the time range. Empty: none fired.',
        width: 12,
        height: 8,
        links: [toEvents],
        valueLinks: [toRule],
      },
      { expr: `topk(10, ${boardCount(['rule'], FINDINGS, RANGE)} > 0)`, legend: '{{rule}}' },
    ),
    barsPanel(
      {
        title: 'Findings, per hour',
        description: 'Findings in each hour, by priority. No bar: none.',
        width: 12,
        height: 8,
        links: [toEvents],
      },
      [{ expr: boardCount(['priority'], FINDINGS, BAR), legend: '{{priority}}' }],
      { every: '1h' },
    ),
    seriesTablePanel(
      {
        title: 'All rules that fired',
        description: 'Each rule with its findings in the time range.',
        width: 24,
        height: 8,
        links: [toEvents],
        valueLinks: [toRuleOfRow],
      },
      `${boardCount(labelsOf(METRIC.findings), FINDINGS, RANGE)} > 0`,
      labelsOf(METRIC.findings),
      'findings',
    ),
  ];
}

function falcoPanels(options: ExportOptions): Panels {
  const runbook = link('Runbook', runbookLink(options, 'FalcoHighPriorityEvent'));
  return [
    statPanel(
      {
        title: 'High priority',
        description: 'Events of priority below 3 (0 emergency, 1 alert, 2 critical) in the time range, findings of Driftwire included.',
        width: 4,
        height: 8,
        links: [runbook, toEvents],
      },
      boardCount([], FALCO_CRITICAL, RANGE),
      {
        unit: 'short',
        steps: [
          [0, 'green'],
          [1, 'red'],
        ],
      },
    ),
    linesPanel(
      {
        title: 'Events rate',
        description: 'Events a second, by rule: the first panel of dashboard 11914. Exact numbers are in the bars beside it.',
        width: 10,
        height: 8,
        links: [toEvents],
      },
      [{ expr: `sum by (rule) (rate(${FALCO}[$__rate_interval]))`, legend: '{{rule}}' }],
      { unit: 'cps' },
    ),
    barsPanel(
      {
        title: 'Events, per hour',
        description: 'Events in each hour, by host. No bar: none.',
        width: 10,
        height: 8,
        links: [toEvents],
      },
      [{ expr: boardCount(['hostname'], FALCO, BAR), legend: '{{hostname}}' }],
      { every: '1h' },
    ),
    seriesTablePanel(
      {
        title: 'Totals',
        description: 'All events ever counted, by rule and place: the table of dashboard 11914.',
        width: 24,
        height: 8,
        links: [toEvents],
        valueLinks: [toRuleOfRow],
      },
      FALCO,
      labelsOf(METRIC.falco),
      'events',
    ),
  ];
}

function refusalPanels(options: ExportOptions): Panels {
  const policy = selector(METRIC.findings, ['rule="Policy engine denied a request"']);
  const denied = selector(METRIC.findings, ['rule=~"Denied change attempt.*"']);
  return [
    barsPanel(
      {
        title: 'Denied attempts at a change, per hour',
        description: 'Changes by people or unknown callers that were denied, by where. No bar: none.',
        width: 12,
        height: 8,
        links: [link('Runbook', runbookLink(options, 'ManyDeniedChangeAttempts')), toEvents],
      },
      [{ expr: boardCount(['source'], denied, BAR), legend: '{{source}}' }],
      { every: '1h' },
    ),
    barsPanel(
      {
        title: 'Refused by the policy engine, per hour',
        description: 'Requests that Gatekeeper, Kyverno, an admission webhook or a ValidatingAdmissionPolicy refused. No bar: none.',
        width: 6,
        height: 8,
        links: [link('Runbook', runbookLink(options, 'ManyPolicyEngineDenials')), toEvents],
      },
      [{ expr: boardCount([], policy, BAR), legend: 'refused' }],
      { every: '1h' },
    ),
    linesPanel(
      {
        title: 'Gatekeeper violations',
        description: "Objects that break a constraint, by Gatekeeper's own audit. Empty: no Gatekeeper is scraped.",
        width: 6,
        height: 8,
        links: [toEvents],
      },
      [{ expr: 'sum by (enforcement_action) (gatekeeper_violations)', legend: '{{enforcement_action}}' }],
      { unit: 'short' },
    ),
  ];
}

function eventPanels(): Panels {
  return [
    eventTablePanel(
      {
        title: 'Events',
        description:
          'The latest events in which a chosen rule found something, one row for each; rule is the most urgent of them, rules are all.',
        width: 24,
        height: 12,
        links: [toEvents],
      },
      '{service_name="driftwire"} | rules=~"(.*,)?($rule)(,.*)?"',
      [
        'priority',
        'rule',
        'user',
        'hand',
        'class',
        'verb',
        'kind',
        'namespace',
        'service',
        'action',
        'name',
        'account',
        'cluster',
        'rules',
      ],
      { rule: [toRuleOfRow] },
    ),
  ];
}
