/** Incidents as Slack tells of them, for tests of what people see. */
import type { Counted, DigestView, IncidentView } from '../../lib/core/deliver/incident/incident-view.ts';
import { eventView } from '../../lib/core/deliver/slack/event-view.ts';
import type { RenderSettings } from '../../lib/core/deliver/slack/render.ts';
import type { AlertState } from '../../lib/core/model/alert.ts';
import type { Delivery } from '../../lib/core/model/delivery.ts';
import { foundWith } from './findings.ts';

type FindingChange = NonNullable<Parameters<typeof foundWith>[0]>;

/** Everything on. */
export const SETTINGS: RenderSettings = {
  links: {
    grafanaUrl: 'https://grafana.example.com/',
    lokiDatasource: 'P8E80F9AEF21F6940',
    runbookUrl: 'https://wiki.example.com/runbook#{rule}',
  },
  hasButtons: true,
  hasThreads: true,
};

/** A delivery with one finding for each change; the time of the first is that of all. */
export function deliveryOfFindings(recordText: string, first: FindingChange, ...more: readonly FindingChange[]): Delivery {
  const found = foundWith(first, recordText);
  const rest = more.map((change) => foundWith({ ...first, ...change }, recordText));
  const key = `${found.finding.source} ${found.finding.id}`;
  return { key, requestKey: key, findings: [found, ...rest] };
}

/** The delivery of an alert. */
export function deliveryOfAlert(change: Partial<AlertState> = {}, finding: FindingChange = {}): Delivery {
  const alert: AlertState = {
    status: 'firing',
    groupKey: '{}:{alertname="HighErrorRate"}',
    fingerprint: '8d3f6a1c0e9b7f52',
    startsAtMs: Date.parse('2026-03-14T09:20:00Z'),
    endsAtMs: null,
    labels: { alertname: 'HighErrorRate', severity: 'critical', namespace: 'shop', service: 'checkout', cluster: 'demo' },
    annotations: {
      summary: '7 % of the requests to checkout fail',
      description: 'More than 5 % of the requests to checkout in shop have failed for 5 minutes.',
      runbook_url: 'https://wiki.example.com/alerts/high-error-rate',
    },
    generatorUrl: 'http://prometheus.example.com:9090/graph?g0.expr=rate(http_errors_total%5B5m%5D)%20%3E%200.05&g0.tab=1',
    ...change,
  };
  const found = foundWith({
    id: 'c1a5e3',
    source: 'alertmanager',
    rule: 'HighErrorRate',
    priority: 'Critical',
    tags: [],
    time: '2026-03-14T09:20:00.000000000Z',
    message: '7 % of the requests to checkout fail',
    account: null,
    account_name: null,
    region: null,
    cluster: 'demo',
    actor: { hand: 'unknown', user: 'unknown', principal: null, channel: 'other', source_ip: null, user_agent: null },
    action: { class: 'data', service: 'alertmanager', name: 'HighErrorRate', verb: alert.status },
    target: { kind: null, name: null, namespace: 'shop' },
    reason: 'alert',
    ...finding,
  });
  return { key: 'alertmanager c1a5e3', requestKey: 'alertmanager c1a5e3', alert, findings: [found] };
}

/** An incident of the given events, counted as the product counts them. */
export function incidentOf(deliveries: readonly [Delivery, ...Delivery[]], change: Partial<IncidentView> = {}): IncidentView {
  const views = deliveries.map(eventView);
  const [first] = views;
  const order = ['Emergency', 'Alert', 'Critical', 'Error', 'Warning', 'Notice', 'Informational', 'Debug'];
  const lead = views.reduce((worst, view) => (order.indexOf(view.priority) < order.indexOf(worst.priority) ? view : worst));
  const { actor } = deliveries[0].findings[0].finding;
  return {
    marker: '6f1d0c3b9a7e4d21-mfz0k3a1-1',
    kind: deliveries[0].alert === undefined ? 'changes' : 'alerts',
    user: first?.user ?? '',
    principal: actor.principal,
    session: actor.session,
    place: lead.place,
    firstMs: Math.min(...views.map(({ timeMs }) => timeMs)),
    lastMs: Math.max(...views.map(({ timeMs }) => timeMs)),
    total: deliveries.length,
    worst: lead.priority,
    resources: counted(views.map(({ resource }) => resource)),
    actions: counted(deliveries.map(({ findings }) => `${findings[0].finding.action.service} ${findings[0].finding.action.name}`.trim())),
    rules: counted(deliveries.flatMap(({ findings }) => findings.map(({ finding }) => finding.rule))),
    others: { resources: 0, actions: 0, rules: 0 },
    lead,
    ...change,
  };
}

/** A digest of so many people. */
export function digestOf(count: number, change: Partial<DigestView> = {}): DigestView {
  const people = Array.from({ length: count }, (_, index) => ({
    user: `engineer-${index + 1}@example.com`,
    place: index % 3 === 0 ? 'prod (111122223333) · cluster demo · eu-west-1' : 'staging (999988887777) · eu-central-1',
    count: 10 * (count - index),
    worst: index % 4 === 0 ? ('Critical' as const) : ('Warning' as const),
    marker: `marker-${index}`,
  }));
  return {
    marker: 'digest-1',
    firstMs: Date.parse('2026-03-14T09:20:00Z'),
    lastMs: Date.parse('2026-03-14T09:31:30Z'),
    total: people.reduce((sum, each) => sum + each.count, 0),
    worst: 'Critical',
    people,
    ...change,
  };
}

function counted(names: readonly string[]): readonly Counted[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, count })).toSorted((a, b) => b.count - a.count);
}
