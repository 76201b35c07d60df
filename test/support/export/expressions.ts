import { parser as logql } from '@grafana/lezer-logql';
import { parser as promql } from '@prometheus-io/lezer-promql';
import { CATALOGUE } from '../../../lib/telemetry/catalogue.ts';

/** Metrics of others that rules and boards read, with the labels that are used of them. */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  up: [],
  loki_prometheus_rule_evaluation_failures_total: ['rule_group', 'user'],
  gatekeeper_violations: ['enforcement_action'],
  ALERTS: [
    'alertname',
    'alertstate',
    'severity',
    'topic',
    'user',
    'verb',
    'kind',
    'namespace',
    'cluster',
    'service',
    'action',
    'account',
    'region',
  ],
};

/** Labels that every scraped or pushed series has. */
const TARGET = ['job', 'instance'];

/** One metric as an expression reads it. */
export interface Use {
  readonly metric: string;
  readonly labels: readonly string[];
}

/** What a PromQL expression reads, or where it is no PromQL. */
export interface PromqlFacts {
  /** Text of the places that do not parse. */
  readonly errors: readonly string[];
  readonly uses: readonly Use[];
  /** Labels that it groups or matches by. */
  readonly grouping: readonly string[];
}

/** Parses PromQL with Prometheus' own grammar. */
export function readPromql(text: string): PromqlFacts {
  const errors: string[] = [];
  const uses: { metric: string; labels: string[] }[] = [];
  const grouping: string[] = [];
  promql.parse(text).iterate({
    enter: (node) => {
      const own = text.slice(node.from, node.to);
      if (node.type.isError) errors.push(text.slice(Math.max(0, node.from - 20), node.to + 20));
      if (node.name === 'Identifier') uses.push({ metric: own, labels: [] });
      if (node.name !== 'LabelName') return;
      if (node.node.parent?.name === 'GroupingLabels') grouping.push(own);
      else uses.at(-1)?.labels.push(own);
    },
  });
  return { errors, uses, grouping };
}

/** What is wrong with an expression, by the catalogue: names of metrics and labels that nobody emits. */
export function promqlProblems(text: string): readonly string[] {
  const { errors, uses, grouping } = readPromql(text);
  if (errors.length > 0) return errors.map((place) => `does not parse at: ${place}`);
  const known = uses.map(({ metric }) => labelsOf(metric));
  const all = new Set([...TARGET, ...known.flatMap((labels) => labels ?? [])]);
  return [
    ...uses.flatMap(({ metric }, index) => (known[index] === undefined ? [`no such metric: ${metric}`] : [])),
    ...uses.flatMap(({ metric, labels }, index) =>
      labels
        .filter((label) => !TARGET.includes(label) && known[index]?.includes(label) === false)
        .map((label) => `${metric} has no label ${label}`),
    ),
    ...grouping.filter((label) => !all.has(label)).map((label) => `none of the metrics has a label ${label}`),
    ...(uses.length === 0 ? ['reads no metric'] : []),
  ];
}

/** Labels of a metric beside those of its target; undefined when nobody emits it. */
export function labelsOf(metric: string): readonly string[] | undefined {
  const foreign = FOREIGN[metric];
  if (foreign !== undefined) return foreign;
  const found = CATALOGUE.find(({ name, type }) => metric === name || (type === 'histogram' && metric === `${name}_bucket`));
  if (found === undefined) return undefined;
  return [...found.labels.map(({ name }) => name), ...(metric.endsWith('_bucket') ? ['le'] : [])];
}

/** Places at which a text is no LogQL, by Grafana's grammar of it. */
export function logqlErrors(text: string): readonly string[] {
  const errors: string[] = [];
  logql.parse(text).iterate({
    enter: (node) => {
      if (node.type.isError) errors.push(text.slice(Math.max(0, node.from - 20), node.to + 20));
    },
  });
  return errors;
}

/** Names of the matchers and filters of a LogQL expression, and of the labels it groups by. */
export function logqlNames(text: string): readonly string[] {
  const names: string[] = [];
  logql.parse(text).iterate({
    enter: (node) => {
      const parent = node.node.parent?.name;
      if (node.name === 'Identifier' && (parent === 'Matcher' || parent === 'Labels')) names.push(text.slice(node.from, node.to));
    },
  });
  return names;
}
