import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { DriftwireError } from '../../../lib/core/errors.ts';
import { SecretCache } from '../../../lib/lambda/secret-cache.ts';
import { countsIn, eventsIn, messagesIn } from '../../support/lambda-parts.ts';
import { cloudtrailRecord, kubernetesEvent } from '../../support/records.ts';
import { manualTiming } from '../../support/timing.ts';
import { pressBody, SIGNING_SECRET, slackHeaders, TOKEN, urlEvent, webhookBench } from '../../support/webhook.ts';

const list = (...items: unknown[]): string => JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items });
const bodyOf = ({ body }: { readonly body: string }): unknown => JSON.parse(body);

const ALERTS = JSON.stringify({
  version: '4',
  groupKey: '{}:{alertname="Down"}',
  truncatedAlerts: 0,
  status: 'firing',
  receiver: 'driftwire',
  groupLabels: { alertname: 'Down' },
  commonLabels: { alertname: 'Down' },
  commonAnnotations: {},
  externalURL: 'http://alertmanager.example',
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'Down', severity: 'critical' },
      annotations: { summary: 'It is down' },
      startsAt: '2026-11-20T09:00:00Z',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'http://prometheus.example/graph',
      fingerprint: 'a1b2c3d4e5f60718',
    },
  ],
});

describe('audit events that are posted', () => {
  test('are in the findings queue before they are acknowledged, and counts beside them', async () => {
    const { post, findingsSqs } = webhookBench();
    const answer = await post(
      '/ingest/kubernetes',
      list(kubernetesEvent({ auditID: 'a' }), kubernetesEvent({ auditID: 'b', verb: 'get' })),
      {
        query: 'cluster=demo',
      },
    );
    expect([answer.statusCode, bodyOf(answer)]).toEqual([200, { records: 2, failed: 0, events: 1, repeated: 0 }]);
    expect(eventsIn(findingsSqs)).toEqual(['a']);
    expect(messagesIn(findingsSqs)[0]).toMatchObject({ delivery: { findings: [{ finding: { cluster: 'demo' } }] } });
    expect(countsIn(findingsSqs)).toMatchObject({ 'records k8s_audit dropped': 1, 'dropped k8s_audit read': 1 });
  });

  test('come as base64 and compressed too', async () => {
    const { post, findingsSqs } = webhookBench();
    const body = gzipSync(JSON.stringify({ Records: [cloudtrailRecord()] }));
    expect((await post('/ingest/cloudtrail', body)).statusCode).toBe(200);
    expect(eventsIn(findingsSqs)).toHaveLength(1);
  });

  test('of Falco are taken', async () => {
    const { post, findingsSqs } = webhookBench();
    const event = {
      uuid: '2f3a1c7e-7a52-4b54-8a4e-0d6f4d1f9a10',
      output: '09:15:02.000000000: Notice A shell was spawned',
      priority: 'Notice',
      rule: 'Terminal shell in container',
      source: 'syscall',
      time: '2026-11-20T09:15:02.000000000Z',
      hostname: 'node-1',
      tags: ['shell'],
      output_fields: { 'container.id': 'abc' },
    };
    const answer = await post('/ingest/falco', JSON.stringify(event));
    expect([answer.statusCode, bodyOf(answer)]).toEqual([200, { records: 1, failed: 0, events: 1, repeated: 0 }]);
    expect(eventsIn(findingsSqs)).toHaveLength(1);
  });

  test('one of which SQS does not take are not acknowledged; posted again, all are there', async () => {
    const { post, findingsSqs, told } = webhookBench();
    findingsSqs.fault = (body) => (body.includes('event 7') ? 'fail' : undefined);
    const body = list(...Array.from({ length: 25 }, (_, at) => kubernetesEvent({ auditID: `event ${at}` })));
    const answer = await post('/ingest/kubernetes', body);
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('10');
    expect(told).toHaveLength(1);
    findingsSqs.fault = () => undefined;
    expect((await post('/ingest/kubernetes', body)).statusCode).toBe(200);
    expect(new Set(eventsIn(findingsSqs)).size).toBe(25);
    expect(countsIn(findingsSqs)).toEqual({});
  });

  test.each(['refuse', 'forget'] as const)('are not acknowledged when SQS does this with one: %s', async (fault) => {
    const { post, findingsSqs } = webhookBench();
    findingsSqs.fault = () => fault;
    expect((await post('/ingest/kubernetes', list(kubernetesEvent()))).statusCode).toBe(503);
  });

  test('are not acknowledged when SQS cannot be reached', async () => {
    const { post, findingsSqs } = webhookBench();
    findingsSqs.errors.push(new Error('ECONNRESET'));
    expect((await post('/ingest/kubernetes', list(kubernetesEvent()))).statusCode).toBe(503);
    expect(findingsSqs.kept).toEqual([]);
  });

  test('of which one cannot be read are taken, and the one is told: no sender looks into a 2xx', async () => {
    const { post, findingsSqs, told } = webhookBench();
    const answer = await post('/ingest/kubernetes', list(kubernetesEvent({ auditID: 'a' }), { what: 'is this' }, 7));
    expect([answer.statusCode, eventsIn(findingsSqs)]).toEqual([200, ['a']]);
    expect(told).toMatchObject([{ level: 'warn', fields: { code: 'unknown_format', path: 'items[1]', failed: 2 } }]);
  });

  test('that cannot be read are a 4xx, and counted', async () => {
    const { post, findingsSqs, timing, answer } = webhookBench();
    expect((await post('/ingest/kubernetes', '')).statusCode).toBe(400);
    expect((await post('/ingest/kubernetes', 'hello')).statusCode).toBe(400);
    expect((await post('/ingest/kubernetes', list(), { query: 'cluster=a%0Ab' })).statusCode).toBe(400);
    timing.advance(60_000);
    await answer(urlEvent('/ingest/kubernetes', ''));
    expect(countsIn(findingsSqs)).toMatchObject({ 'rejected_posts kubernetes malformed': 3, 'rejected_posts kubernetes unauthorized': 1 });
  });
});

describe('alerts of an Alertmanager', () => {
  test('are in the alerts queue before they are acknowledged, and nowhere else', async () => {
    const { post, findingsSqs, alertsSqs } = webhookBench();
    const answer = await post('/alertmanager', ALERTS);
    expect([answer.statusCode, bodyOf(answer)]).toEqual([200, { alerts: 1, repeated: 0, failed: 0, leftOut: 0 }]);
    expect(messagesIn(alertsSqs)).toMatchObject([
      { kind: 'delivery', delivery: { alert: { status: 'firing', fingerprint: 'a1b2c3d4e5f60718' } } },
    ]);
    expect(eventsIn(findingsSqs)).toEqual([]);
  });

  test('that an Alertmanager has left out, or that are too many, are told', async () => {
    const { post, told } = webhookBench();
    const message = JSON.parse(ALERTS) as { readonly alerts: readonly object[] };
    const alerts = Array.from({ length: 2_001 }, (_, at) => ({ ...message.alerts[0], fingerprint: String(at) }));
    expect((await post('/alertmanager', JSON.stringify({ ...message, alerts, truncatedAlerts: 4 }))).statusCode).toBe(200);
    expect(told.map(({ level, fields }) => [level, fields?.['failed'] ?? fields?.['leftOut']])).toEqual([
      ['warn', 1],
      ['warn', 4],
    ]);
  });

  test('are not acknowledged when the queue does not take them', async () => {
    const { post, alertsSqs } = webhookBench();
    alertsSqs.fault = () => 'refuse';
    expect((await post('/alertmanager', ALERTS)).statusCode).toBe(503);
  });

  test.each([{ takesAlerts: false }, { alerts: undefined }])('that would reach nobody are refused: %j', async (over) => {
    const { post, alertsSqs } = webhookBench(over);
    expect((await post('/alertmanager', ALERTS)).statusCode).toBe(404);
    expect(alertsSqs.kept).toEqual([]);
  });
});

describe('presses of buttons', () => {
  test('signed by Slack are in the alerts queue, with their signature', async () => {
    const { answer, timing, alertsSqs } = webhookBench();
    const body = pressBody();
    const headers = slackHeaders(body, timing.now());
    for (const sent of [body, Buffer.from(body)]) {
      expect(await answer(urlEvent('/slack/actions', sent, { headers }))).toEqual({ statusCode: 200, headers: {}, body: '' });
    }
    const press = { timestamp: headers['x-slack-request-timestamp'], signature: headers['x-slack-signature'], body };
    expect(messagesIn(alertsSqs)).toEqual([
      { kind: 'press', press },
      { kind: 'press', press },
    ]);
  });

  test.each([
    ['nobody', {}],
    ['somebody else', slackHeaders(pressBody(), Date.UTC(2026, 10, 20, 9, 20, 0), 'another secret')],
    ['Slack, six minutes ago', slackHeaders(pressBody(), Date.UTC(2026, 10, 20, 9, 14, 0))],
    ['Slack, for another body', slackHeaders('payload=%7B%7D', Date.UTC(2026, 10, 20, 9, 20, 0))],
    ['whoever knows the token', { authorization: `Bearer ${TOKEN}` }],
  ])('signed by %s are refused and counted', async (_, headers) => {
    const { answer, alertsSqs, findingsSqs, timing } = webhookBench();
    expect((await answer(urlEvent('/slack/actions', pressBody(), { headers }))).statusCode).toBe(401);
    expect(alertsSqs.kept).toEqual([]);
    timing.advance(60_000);
    await answer(urlEvent('/slack/actions', pressBody()));
    expect(countsIn(findingsSqs)).toEqual({ 'rejected_posts slack unauthorized': 2 });
  });

  test('of other kinds are acknowledged and go nowhere', async () => {
    const { answer, timing, alertsSqs } = webhookBench();
    const body = new URLSearchParams({ payload: JSON.stringify({ type: 'view_submission' }) }).toString();
    expect((await answer(urlEvent('/slack/actions', body, { headers: slackHeaders(body, timing.now()) }))).statusCode).toBe(200);
    expect(alertsSqs.kept).toEqual([]);
  });

  test('that are none are refused', async () => {
    const { answer, timing } = webhookBench();
    const body = 'payload=no';
    expect((await answer(urlEvent('/slack/actions', body, { headers: slackHeaders(body, timing.now()) }))).statusCode).toBe(400);
    const large = 'x'.repeat(600 * 1024);
    expect((await answer(urlEvent('/slack/actions', large, { headers: slackHeaders(large, timing.now()) }))).statusCode).toBe(413);
  });

  test('are not acknowledged when the queue does not take them: Slack says so to whoever pressed', async () => {
    const { answer, timing, alertsSqs } = webhookBench();
    alertsSqs.errors.push(new Error('down'));
    const body = pressBody();
    expect((await answer(urlEvent('/slack/actions', body, { headers: slackHeaders(body, timing.now()) }))).statusCode).toBe(503);
  });

  test.each([{ signingSecret: undefined }, { alerts: undefined }])('are nothing here where there are no buttons: %j', async (over) => {
    const { answer, timing } = webhookBench(over);
    const body = pressBody();
    expect((await answer(urlEvent('/slack/actions', body, { headers: slackHeaders(body, timing.now()) }))).statusCode).toBe(404);
  });
});

describe('strangers', () => {
  test.each(['/ingest/kubernetes', '/ingest/cloudtrail', '/ingest/falco', '/alertmanager'])('get nothing done at %s', async (path) => {
    const { answer, findingsSqs, alertsSqs } = webhookBench();
    for (const authorization of ['', 'Bearer', 'Bearer wrong', `Basic ${TOKEN}`, `bearer  ${TOKEN}x`, `${TOKEN}`]) {
      const { statusCode, body } = await answer(urlEvent(path, ALERTS, { headers: { authorization } }));
      expect([400, 401]).toContain(statusCode);
      expect(body).not.toContain(TOKEN);
    }
    expect([findingsSqs.calls, alertsSqs.calls]).toEqual([0, 0]);
  });

  test('cost one message a minute at most, however many requests they make', async () => {
    const { answer, timing, findingsSqs } = webhookBench();
    for (let at = 0; at < 600; at++) {
      await answer(urlEvent('/ingest/kubernetes', '{}'));
      timing.advance(1_000);
    }
    expect(findingsSqs.calls).toBeLessThanOrEqual(10);
    expect(countsIn(findingsSqs)['rejected_posts kubernetes unauthorized']).toBeGreaterThan(500);
  });

  test('find the endpoints for events closed where there is no token', async () => {
    const { post, findingsSqs } = webhookBench({ ingestToken: undefined });
    const answer = await post('/ingest/kubernetes', list(kubernetesEvent()));
    expect([answer.statusCode, bodyOf(answer)]).toEqual([
      403,
      { error: 'this endpoint is closed: set aws.webhook and serve.ingest_token, and deploy' },
    ]);
    expect(findingsSqs.calls).toBe(0);
  });

  test('find nothing anywhere else', async () => {
    const { answer } = webhookBench();
    const others = [
      ['/', 'GET'],
      ['/metrics', 'GET'],
      ['/healthz', 'GET'],
      ['/ingest/kubernetes', 'GET'],
      ['/ingest/kubernetes/', 'POST'],
      ['/ingest/%6bubernetes', 'POST'],
      ['/ingest/../ingest/kubernetes', 'POST'],
      ['//evil.example/ingest/kubernetes', 'POST'],
      ['/__proto__', 'POST'],
    ] as const;
    for (const [path, method] of others) {
      const headers = { authorization: `Bearer ${TOKEN}` };
      expect((await answer(urlEvent(path, list(kubernetesEvent()), { method, headers }))).statusCode, path).toBe(404);
    }
  });

  test('with too much are refused before it is decoded', async () => {
    const { post, answer, findingsSqs, timing } = webhookBench();
    expect((await post('/ingest/kubernetes', ' '.repeat(6 * 1024 * 1024 + 1))).statusCode).toBe(413);
    expect((await post('/ingest/kubernetes', Buffer.alloc(6 * 1024 * 1024 + 1))).statusCode).toBe(413);
    expect((await post('/ingest/kubernetes', Buffer.alloc(6 * 1024 * 1024))).statusCode).toBe(400);
    timing.advance(60_000);
    await answer(urlEvent('/ingest/kubernetes', ''));
    expect(countsIn(findingsSqs)['rejected_posts kubernetes too_large']).toBe(2);
  });
});

describe('a secret that was exchanged', () => {
  const exchanged = (from: string, to: string) => {
    const timing = manualTiming();
    const state = { value: from, reads: 0 };
    const read = () => {
      state.reads++;
      return { ok: true as const, value: state.value };
    };
    const cache = new SecretCache({ ssm: '/x' }, read, timing);
    return { cache, state, timing, exchange: () => Object.assign(state, { value: to }) };
  };

  test('is known with the first request that shows the new one, and what it posts is taken', async () => {
    const { cache, timing, exchange } = exchanged('old', TOKEN);
    const { post, findingsSqs } = webhookBench({ ingestToken: cache });
    expect((await post('/ingest/kubernetes', list(kubernetesEvent({ auditID: 'a' })))).statusCode).toBe(401);
    exchange();
    timing.advance(15_000);
    expect((await post('/ingest/kubernetes', list(kubernetesEvent({ auditID: 'b' })))).statusCode).toBe(200);
    expect(eventsIn(findingsSqs)).toEqual(['b']);
  });

  test('is known with the first press that is signed with the new one', async () => {
    const { cache, timing: clock, exchange } = exchanged('old', SIGNING_SECRET);
    const { answer, timing, alertsSqs } = webhookBench({ signingSecret: cache });
    const body = pressBody();
    const press = () => answer(urlEvent('/slack/actions', body, { headers: slackHeaders(body, timing.now()) }));
    expect((await press()).statusCode).toBe(401);
    exchange();
    clock.advance(15_000);
    expect((await press()).statusCode).toBe(200);
    expect(alertsSqs.kept).toHaveLength(1);
  });

  test('is read four times a minute at most, however many strangers there are', async () => {
    const { cache, state, timing } = exchanged('old', 'old');
    const { answer } = webhookBench({ ingestToken: cache, signingSecret: cache });
    for (let at = 0; at < 60; at++) {
      const headers = { authorization: 'Bearer wrong', 'x-slack-request-timestamp': '1', 'x-slack-signature': 'v0=x' };
      for (const path of ['/ingest/falco', '/slack/actions'])
        expect((await answer(urlEvent(path, '{}', { headers }))).statusCode).toBe(401);
      timing.advance(1_000);
    }
    expect(state.reads).toBeLessThanOrEqual(5);
  });
});

describe('a secret that cannot be read', () => {
  const unreadable = {
    value: async () => {
      throw new DriftwireError('DW_STORE_UNAVAILABLE', 'the SSM parameter /driftwire/token cannot be read (AccessDeniedException)', {
        retryable: true,
      });
    },
    renewed: async () => undefined,
  };

  test('leaves everything to be posted again, and tells nobody outside which one it is', async () => {
    const { post, answer, timing, told } = webhookBench({ ingestToken: unreadable, signingSecret: unreadable });
    const body = pressBody();
    for (const refused of [
      await post('/ingest/kubernetes', list(kubernetesEvent())),
      await answer(urlEvent('/slack/actions', body, { headers: slackHeaders(body, timing.now()) })),
    ]) {
      expect([refused.statusCode, bodyOf(refused)]).toEqual([503, { error: 'nothing can be taken at the moment' }]);
    }
    expect(told).toHaveLength(2);
  });

  test('for no good reason is our own fault', async () => {
    const broken = {
      value: async () => {
        throw new Error('a fault in the program');
      },
      renewed: async () => undefined,
    };
    const { post, told } = webhookBench({ ingestToken: broken });
    const answer = await post('/ingest/kubernetes', list(kubernetesEvent()));
    expect([answer.statusCode, bodyOf(answer)]).toEqual([500, { error: 'internal error' }]);
    expect(told).toMatchObject([{ level: 'error' }]);
  });
});
