import { describe, expect, test } from 'vitest';
import { eventView, severity, worstFinding } from '../../../../../lib/core/deliver/slack/event-view.ts';
import { deliveryWith } from '../../../../support/deliveries.ts';
import { BREAK_GLASS, BURST, CHANGE, FALCO, HOSTILE, hostileDelivery } from '../../../../support/slack-scenes.ts';
import { deliveryOfAlert, deliveryOfFindings } from '../../../../support/slack-views.ts';

describe('an audit event as people are told of it', () => {
  test('says who did what, where, by what means, when, from where and why it counts', () => {
    expect(eventView(CHANGE)).toEqual({
      id: '5f9d1f3e-0000-4000-8000-000000000001',
      source: 'k8s_audit',
      priority: 'Warning',
      timeMs: Date.parse('2026-03-14T09:26:53.589793Z'),
      rule: 'Manual Kubernetes change',
      title: 'alice@example.com patched Deployment shop/checkout',
      user: 'alice@example.com',
      place: 'prod (111122223333) · cluster demo · eu-west-1',
      resource: 'Deployment shop/checkout',
      rows: [
        ['Who', 'alice@example.com'],
        ['What', 'patch deployments (apps)'],
        ['On', 'Deployment shop/checkout'],
        ['Where', 'prod (111122223333) · cluster demo · eu-west-1'],
        ['By', 'kubectl · kubectl/v1.33.0 (linux/amd64)'],
        ['From', '198.51.100.7 · MFA not recorded'],
        ['Why', 'counts as manual: a Kubernetes user that is not declared'],
        ['Rules', 'Manual Kubernetes change'],
      ],
      details: [
        [
          'Request',
          '{"spec":{"replicas":0,"template":{"spec":{"containers":[{"name":"app","env":[{"name":"DB_PASSWORD","value":"[redacted]"}]}]}}}}',
        ],
        ['Rule says', 'alice@example.com changed Deployment shop/checkout by hand'],
      ],
      links: [{ label: 'Cluster in EKS', url: 'https://eu-west-1.console.aws.amazon.com/eks/home?region=eu-west-1#/clusters/demo' }],
      logs: {
        selector: '{service_name="driftwire", source="k8s_audit", account="111122223333", cluster="demo"}',
        user: '"alice@example.com"',
      },
    });
  });

  test('tells a principal, a session and an impersonation that say more than the name', () => {
    const [first] = BURST;
    const rows = new Map(eventView(first).rows);
    expect(rows.get('Who')).toBe(
      'dave@example.com · principal arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Developer_fedcba9876543210/dave@example.com',
    );
    expect(rows.get('What')).toBe('s3:PutBucketPolicy');
    expect(rows.get('On')).toBe('BucketPolicy acme-uploads · arn:aws:s3:::acme-uploads');
    expect(rows.get('From')).toBe('203.0.113.90 · with MFA');
    const other = eventView(
      deliveryWith({
        findings: [
          {
            truncated: true,
            actor: {
              principal: 'p',
              session: 's',
              source_identity: 'i',
              impersonates: 'bob',
              source_ip: null,
              user_agent: null,
              mfa: false,
            },
            action: { error: 'Forbidden' },
            target: { subresource: 'scale' },
          },
        ],
      }),
    );
    expect(other.rows).toEqual([
      ['Who', 'alice@example.com · as bob · principal p · session s · source identity i'],
      ['What', 'patch deployments (apps) · failed with Forbidden'],
      ['On', 'Deployment shop/checkout · subresource scale'],
      ['Where', 'prod (111122223333) · cluster demo · eu-west-1'],
      ['By', 'kubectl'],
      ['From', 'no address in the record · without MFA'],
      ['Why', expect.stringContaining('counts as manual')],
      ['Rules', 'Manual Kubernetes change'],
      ['Note', 'the record arrived incomplete'],
    ]);
    expect(other.details.map(([label]) => label)).toEqual(['Rule says']);
  });

  test('does not say twice that somebody signed in', () => {
    const [{ finding }] = BURST[0].findings;
    const signIn = deliveryOfFindings('{}', {
      ...finding,
      action: { class: 'sign_in', service: 'signin', name: 'ConsoleLogin', verb: 'ConsoleLogin', error: null },
      target: { kind: 'ConsoleLogin', name: null, namespace: null, subresource: null, arn: null },
    });
    expect(eventView(signIn).title).toBe('dave@example.com signed in (ConsoleLogin)');
    expect(eventView(signIn).rows.map(([label]) => label)).toEqual(['Who', 'What', 'Where', 'By', 'From', 'Why', 'Rules']);
  });

  test('leads with the worst rule, of equals with the first, and counts as manual if any rule says so', () => {
    const view = eventView(BREAK_GLASS);
    expect(view).toMatchObject({ priority: 'Critical', rule: 'Break-glass principal used' });
    expect(new Map(view.rows).get('Rules')).toBe('Break-glass principal used, Manual AWS change');
    expect(new Map(view.rows).get('Why')).toBe('counts as manual: a declared break-glass principal');
    const equal = deliveryWith({ findings: [{ rule: 'a', priority: 'Notice' }, { rule: 'b' }, { rule: 'c' }] });
    expect(worstFinding(equal).finding.rule).toBe('b');
    expect(severity('Emergency')).toBe(0);
  });

  test('has no secret in any text of it', () => {
    const secret = 'AKIAIOSFODNN7EXAMPLE';
    const text = JSON.stringify(eventView(hostileDelivery(`x ${secret} --password hunter2 y`)));
    expect(text).not.toContain(secret);
    expect(text).not.toContain('hunter2');
  });

  test.each(HOSTILE)('is bounded and harmless whatever the log says: %#', (hostile) => {
    const view = eventView(hostileDelivery(hostile));
    expect(view.title.length).toBeLessThanOrEqual(200);
    for (const text of [view.id, view.user, view.place, view.resource, view.rule]) expect(text.length).toBeLessThanOrEqual(100);
    for (const [, text] of view.rows) expect(text.length).toBeLessThanOrEqual(250);
    for (const [, text] of view.details) expect(text.length).toBeLessThanOrEqual(500);
    expect(JSON.stringify(view).length).toBeLessThan(12_000);
    expect(JSON.stringify({ ...view, logs: {} })).not.toMatch(/<[!@#]|\u202e/);
  });
});

describe('an event of Falco', () => {
  test('says above all on which machine it happened', () => {
    expect(eventView(FALCO)).toMatchObject({
      source: 'falco',
      title: 'Terminal shell in container on ip-10-0-3-17.eu-west-1.compute.internal',
      user: 'root',
      place: 'host ip-10-0-3-17.eu-west-1.compute.internal · cluster demo',
      resource: 'Pod shop/db-0',
      rows: [
        ['Host', 'ip-10-0-3-17.eu-west-1.compute.internal'],
        ['Rule', 'Terminal shell in container'],
        ['Who', 'root · uid 0'],
        ['What', 'event execve · bash -c "psql postgres://app:[redacted]@db/shop"'],
        ['In', 'Pod shop/db-0 · docker.io/library/postgres'],
        ['Where', 'cluster demo'],
      ],
      details: [['Falco says', expect.stringContaining('postgres://app:[redacted]@db/shop')]],
      links: [],
      logs: { selector: '{service_name="driftwire", source="falco", cluster="demo"}', user: '"root"' },
    });
  });

  test('may know nobody and no process', () => {
    const [{ finding }] = FALCO.findings;
    const bare = deliveryOfFindings('{}', {
      ...finding,
      cluster: null,
      actor: { ...finding.actor, user: 'unknown' },
      target: { kind: null, name: null, namespace: null, subresource: null, arn: null },
      output_fields: { 'proc.name': 'bash', 'proc.cmdline': '<NA>', 'user.uid': null, 'fd.name': '/etc/shadow' },
    });
    expect(eventView(bare)).toMatchObject({
      user: 'host ip-10-0-3-17.eu-west-1.compute.internal',
      rows: [
        ['Host', 'ip-10-0-3-17.eu-west-1.compute.internal'],
        ['Rule', 'Terminal shell in container'],
        ['Who', 'unknown'],
        ['What', 'event execve · bash'],
        ['File', '/etc/shadow'],
      ],
    });
  });
});

describe('an alert', () => {
  test('has its name, state, text, labels and pages', () => {
    const view = eventView(deliveryOfAlert());
    expect(view).toMatchObject({
      source: 'alertmanager',
      title: 'HighErrorRate: 7 % of the requests to checkout fail',
      user: 'alert HighErrorRate',
      place: 'cluster demo',
      resource: 'namespace shop',
      rows: [
        ['Alert', 'HighErrorRate'],
        ['State', 'firing'],
        ['Says', '7 % of the requests to checkout fail'],
        ['On', 'namespace shop'],
        ['Where', 'cluster demo'],
        ['Labels', 'severity=critical · namespace=shop · service=checkout · cluster=demo'],
      ],
      details: [['Notes', 'description=More than 5 % of the requests to checkout in shop have failed for 5 minutes.']],
      links: [
        { label: 'Source (prometheus.example.com:9090)', url: expect.stringMatching(/^http:/) },
        { label: 'Runbook (wiki.example.com)', url: 'https://wiki.example.com/alerts/high-error-rate' },
      ],
    });
    expect(view).not.toHaveProperty('logs');
    expect(view).not.toHaveProperty('isResolved');
  });

  test('that is over says for how long it fired', () => {
    const view = eventView(deliveryOfAlert({ status: 'resolved', endsAtMs: Date.parse('2026-03-14T09:41:00Z') }));
    expect(view.isResolved).toBe(true);
    expect(new Map(view.rows).get('State')).toBe('resolved after 21 min');
  });

  test('may say nothing but its name', () => {
    const bare = deliveryOfAlert(
      { labels: {}, annotations: {}, generatorUrl: null },
      { message: 'HighErrorRate', actor: { user: 'alice' } },
    );
    const view = eventView(bare);
    expect(view.title).toBe('HighErrorRate');
    expect(view.rows).toEqual([
      ['Alert', 'HighErrorRate'],
      ['State', 'firing'],
      ['Who', 'alice'],
      ['On', 'namespace shop'],
      ['Where', 'cluster demo'],
    ]);
    expect([...view.details, ...view.links]).toEqual([]);
  });

  test('leads nowhere but to pages of the web, and has no endless list of labels', () => {
    const labels = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`l${n}`, `${n}`]));
    const annotations = { runbook_url: 'javascript:alert(1)', summary: 'other', message: 'm', __proto__: 'x' };
    const view = eventView(deliveryOfAlert({ labels, annotations, generatorUrl: 'https://a.example@evil.example/' }));
    expect(view.links).toEqual([]);
    expect(new Map(view.rows).get('Labels')).toMatch(/l19=19 · … 10 more$/);
    expect(view.details).toEqual([['Summary', 'other']]);
  });
});
