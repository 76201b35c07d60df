import { parser as logql } from '@grafana/lezer-logql';
import { describe, expect, test } from 'vitest';
import { lokiEntry } from '../../../../../lib/core/deliver/loki-entry.ts';
import {
  consoleLink,
  exploreLink,
  foreignLink,
  type LinkSettings,
  logQuery,
  runbookLink,
} from '../../../../../lib/core/deliver/slack/links.ts';
import { deliveryWith } from '../../../../support/deliveries.ts';
import { logqlErrors, logqlNames } from '../../../../support/export/expressions.ts';
import { findingWith } from '../../../../support/findings.ts';

const AWS = findingWith({ source: 'aws_cloudtrail', id: '52c6dc20-3def-40ae-85c9-d892fef131fc', region: 'eu-west-1' });

describe('the page of an event in the console', () => {
  test.each([
    [
      'eu-west-1',
      'https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/52c6dc20-3def-40ae-85c9-d892fef131fc',
    ],
    [
      'us-gov-west-1',
      'https://us-gov-west-1.console.amazonaws-us-gov.com/cloudtrailv2/home?region=us-gov-west-1#/events/52c6dc20-3def-40ae-85c9-d892fef131fc',
    ],
    [
      'cn-north-1',
      'https://cn-north-1.console.amazonaws.cn/cloudtrailv2/home?region=cn-north-1#/events/52c6dc20-3def-40ae-85c9-d892fef131fc',
    ],
  ])('is of the partition of %s', (region, url) => {
    expect(consoleLink({ ...AWS, region })).toEqual({ label: 'Event in CloudTrail', url });
  });

  test('is the cluster for an event of Kubernetes', () => {
    expect(consoleLink(findingWith({ cluster: 'demo', region: 'eu-west-1' }))).toEqual({
      label: 'Cluster in EKS',
      url: 'https://eu-west-1.console.aws.amazon.com/eks/home?region=eu-west-1#/clusters/demo',
    });
    expect(consoleLink(findingWith({ cluster: null }))).toBeUndefined();
  });

  test.each(['us-iso-east-1', 'us-isob-east-1', 'eu-isoe-west-1', 'eusc-de-east-1', 'evil.example/#', 'eu-west-1.evil.example', ''])(
    'is none where there is no such console: %s',
    (region) => {
      expect(consoleLink({ ...AWS, region })).toBeUndefined();
    },
  );

  test('is none without a region, for data events, which it does not have, and for an endless id', () => {
    expect(consoleLink({ ...AWS, region: null })).toBeUndefined();
    expect(consoleLink({ ...AWS, action: { ...AWS.action, class: 'data' } })).toBeUndefined();
    expect(consoleLink({ ...AWS, id: 'x'.repeat(1_000) })).toBeUndefined();
  });

  test('lets no id and no cluster be more than a part of it', () => {
    const { url } = consoleLink({ ...AWS, id: "a/../|<b>'(x)*!\ud800" }) ?? { url: '' };
    expect(url).toMatch(/#\/events\/a%2F\.\.%2F%7C%3Cb%3E%27%28x%29%2a%21%EF%BF%BD$/);
  });
});

const GRAFANA: LinkSettings = { grafanaUrl: 'https://grafana.example.com/sub/', lokiDatasource: 'abc' };

/** What a link to Explore asks. */
function panesOf(url: string): {
  readonly datasource: string;
  readonly queries: readonly [{ readonly expr: string }];
  readonly range: object;
} {
  const panes = JSON.parse(new URL(url).searchParams.get('panes') ?? '') as Record<string, unknown>;
  return panes['drift'] as ReturnType<typeof panesOf>;
}

function exprOf(user: string, settings = GRAFANA): string {
  const finding = findingWith({ actor: { user } });
  return panesOf(exploreLink(logQuery(finding), 1, 2, settings)?.url ?? '').queries[0].expr;
}

describe("a person's events in Grafana", () => {
  test('are found by the labels and the metadata that Loki gets', () => {
    const delivery = deliveryWith();
    const { finding } = delivery.findings[0];
    const link = exploreLink(logQuery(finding), 1773480113000, 1773480713000, GRAFANA);
    expect(link?.label).toBe('Events in Grafana');
    expect(link?.url).toMatch(/^https:\/\/grafana\.example\.com\/sub\/explore\?schemaVersion=1&panes=%7B/);
    const { datasource, queries, range } = panesOf(link?.url ?? '');
    expect({ datasource, range }).toEqual({ datasource: 'abc', range: { from: '1773480113000', to: '1773480713000' } });
    expect(queries[0]).toEqual({
      refId: 'A',
      datasource: { type: 'loki', uid: 'abc' },
      editorMode: 'code',
      queryType: 'range',
      expr: '{service_name="driftwire", source="k8s_audit", account="111122223333", cluster="demo"} | user="alice@example.com"',
    });
    const entry = lokiEntry(delivery, { promoted: [], maxLineBytes: 1_000, structuredMetadata: true });
    for (const name of logqlNames(queries[0].expr)) expect(name in entry.stream || name in entry.metadata).toBe(true);
    expect(entry.stream).toMatchObject({ service_name: 'driftwire', source: 'k8s_audit', account: '111122223333', cluster: 'demo' });
    expect(entry.metadata['user']).toBe('alice@example.com');
  });

  test('are found in the line of an old Loki', () => {
    expect(exprOf('alice', { ...GRAFANA, isMetadataInLine: true })).toMatch(/\} \| json \| driftwire_user="alice"$/);
  });

  test.each([
    'a"b',
    '"} | json or {a="',
    '\\',
    '\\"',
    '` | line_format "x" | `',
    'a\nb\tc\u0000\u001b\u2028',
    'Öß 🎉 \ud800 \u202e',
    '{{.user}} $1 %s',
    '<!channel>|',
    "O'Brien (admin)*!",
  ])('whatever the name is: %j', (user) => {
    const expr = exprOf(user);
    expect(logqlErrors(expr)).toEqual([]);
    const strings: string[] = [];
    logql.parse(expr).iterate({ enter: (node) => void (node.name === 'String' && strings.push(expr.slice(node.from, node.to))) });
    // the same escapes that Go reads: the name is the last string, and it is what Loki has
    expect(JSON.parse(strings.at(-1) ?? '')).toBe(user.toWellFormed());
    expect(strings).toHaveLength(5);
    const { url } = exploreLink(logQuery(findingWith({ actor: { user } })), 1, 2, GRAFANA) ?? { url: '' };
    expect(url).toMatch(/^[!-~]+$/);
    expect(url).not.toMatch(/[<>|"'()*!`\\^{} ]/);
  });

  test('are those of everybody where the name does not fit into an address', () => {
    expect(exprOf('漢'.repeat(400))).toBe('{service_name="driftwire", source="k8s_audit", account="111122223333", cluster="demo"}');
    expect(exprOf('x'.repeat(3_000))).not.toContain('user');
    expect(exprOf('')).not.toContain('user');
  });

  test('are not asked for in labels that are none', () => {
    const query = logQuery(findingWith({ account: 'x'.repeat(200), cluster: '', actor: { user: 'a' } }));
    expect(query).toEqual({ selector: '{service_name="driftwire", source="k8s_audit"}', user: '"a"' });
    expect(logQuery(findingWith({ account: null, cluster: null })).selector).toBe('{service_name="driftwire", source="k8s_audit"}');
  });

  test('are asked for without a name that looks like a secret', () => {
    expect(logQuery(findingWith({ cluster: 'token=abc', actor: { user: 'AKIAIOSFODNN7EXAMPLE' } }))).toEqual({
      selector: '{service_name="driftwire", source="k8s_audit", account="111122223333"}',
    });
    expect(consoleLink({ ...AWS, id: 'AKIAIOSFODNN7EXAMPLE' })).toBeUndefined();
  });

  test('have no link without a Grafana, or with an endless one', () => {
    const query = logQuery(AWS);
    expect(exploreLink(query, 1, 2, {})).toBeUndefined();
    expect(exploreLink(query, 1, 2, { grafanaUrl: `https://g.example.com/${'x'.repeat(2_000)}` })).toBeUndefined();
    expect(panesOf(exploreLink(query, 1, 2, { grafanaUrl: 'https://g.example.com' })?.url ?? '').datasource).toBe('loki');
  });
});

describe('the runbook', () => {
  test("has the rule's name as the anchor of a heading", () => {
    const settings = { runbookUrl: 'https://wiki.example.com/runbook#{rule}' };
    expect(runbookLink('Manual AWS change', settings)).toEqual({
      label: 'Runbook',
      url: 'https://wiki.example.com/runbook#manual-aws-change',
    });
    expect(runbookLink('a/b|c> <d "Ü_x-1', settings)?.url).toBe('https://wiki.example.com/runbook#abc-d-%C3%BC_x-1');
    expect(runbookLink('x'.repeat(900), settings)).toBeUndefined();
  });

  test('is the same for all rules unless it asks for their names, and absent unless it is configured', () => {
    expect(runbookLink('x', { runbookUrl: 'https://wiki.example.com/r' })?.url).toBe('https://wiki.example.com/r');
    expect(runbookLink('x', {})).toBeUndefined();
  });
});

describe('an address that somebody else has chosen', () => {
  test.each([
    ['http://prometheus.example.com:9090/graph?g0.expr=up%20%3D%3D%200&g0.tab=1', 'prometheus.example.com:9090'],
    ['https://wiki.example.com', 'wiki.example.com'],
    ['HTTPS://Wiki.example.com/a#b', 'Wiki.example.com'],
    ['http://[::1]:9090/', '[::1]:9090'],
    ['http://localhost?x', 'localhost'],
  ])('says where it leads: %s', (url, host) => {
    expect(foreignLink('Source', url)).toEqual({ label: `Source (${host})`, url });
  });

  test.each([
    'javascript:alert(1)',
    'ftp://a.example',
    'https://aws.amazon.com@evil.example/',
    'https://user:secret@a.example/',
    'https://aws.amazon.com\\@evil.example/',
    'https://a.example/?token=abc',
    'https://a.example/x|y',
    'https://a.example/<x>',
    'https://a.example/a b',
    'https://a.example/\u202e',
    'https://ex\u00e4mple.com/',
    'https://-a.example/',
    '//a.example',
    'https://',
    '',
    `https://a.example/${'x'.repeat(700)}`,
  ])('is none: %s', (url) => {
    expect(foreignLink('Source', url)).toBeUndefined();
  });
});
