import { beforeEach, describe, expect, test } from 'vitest';
import { ALERTS_METRIC } from '../../../lib/core/model/alert.ts';
import { AlertDesk } from '../../../lib/serve/alert-desk.ts';
import { Desk } from '../../../lib/serve/desk.ts';
import { type HttpAppOptions, httpApp } from '../../../lib/serve/http-app.ts';
import { MemoryStore } from '../../../lib/stores/memory.ts';
import { alertMessage, postedAlert } from '../../support/alerts.ts';
import { detectorOf } from '../../support/detector.ts';
import { manualTiming } from '../../support/timing.ts';

let store: MemoryStore;
let woken: number;
let rejected: string[];

beforeEach(() => {
  store = new MemoryStore();
  woken = 0;
  rejected = [];
});

async function post(body: string, over: { sinks?: readonly string[]; headers?: Record<string, string> } & Partial<HttpAppOptions> = {}) {
  const { sinks = ['slack', 'pager'], headers = {}, ...options } = over;
  const app = httpApp({
    desk: new Desk({ detector: detectorOf(), spool: store, sinks: ['ledger'], onAccepted: () => undefined, timing: manualTiming() }),
    alerts: new AlertDesk({ spool: store, sinks, onAccepted: () => woken++, labels: {}, accounts: {} }),
    metrics: async () => ({ text: '', contentType: 'text/plain' }),
    readiness: async () => [],
    ingestToken: undefined,
    onRejected: async (endpoint, reason) => {
      rejected.push(`${endpoint} ${reason}`);
    },
    log: () => undefined,
    ...options,
  });
  const response = await app.request('/alertmanager', { method: 'POST', body, headers });
  return { status: response.status, body: await response.json().catch(() => undefined), headers: response.headers };
}

const waiting = async (sink: string) => (await store.pending(sink, { maxEntries: 100, maxBytes: 1e9 })).length;
const counts = async () =>
  Object.fromEntries(
    (await store.totals()).flatMap(({ metric, labels, value }) => (metric === ALERTS_METRIC ? [[labels['outcome'], value]] : [])),
  );
const message = JSON.stringify(alertMessage([postedAlert()]));

describe('POST /alertmanager', () => {
  test('puts alerts down for those that tell people, and for nobody else', async () => {
    expect(await post(message)).toMatchObject({ status: 200, body: { alerts: 1, repeated: 0, failed: 0, leftOut: 0 } });
    expect([await waiting('slack'), await waiting('pager'), await waiting('ledger')]).toEqual([1, 1, 0]);
    expect(woken).toBe(1);
  });

  test('may be sent the same every repeat_interval, which changes nothing', async () => {
    await post(message);
    expect((await post(message)).body).toEqual({ alerts: 1, repeated: 1, failed: 0, leftOut: 0 });
    expect(await waiting('slack')).toBe(1);
    expect(woken).toBe(1);
    await post(JSON.stringify(alertMessage([postedAlert({ status: 'resolved', endsAt: '2026-11-20T09:30:00Z' })], { truncatedAlerts: 4 })));
    expect(await waiting('slack')).toBe(2);
    expect(await counts()).toEqual({ read: 3, repeated: 1, left_out: 4 });
  });

  test('takes the alerts that can be read and names the others', async () => {
    expect(await post(JSON.stringify(alertMessage([postedAlert(), 7])))).toMatchObject({
      status: 200,
      body: { alerts: 1, failed: 1, failures: [{ code: 'not_an_event', path: 'alerts[1]' }] },
    });
    expect(await counts()).toEqual({ read: 1, failed: 1 });
  });

  test('refuses what is no such message, says why and counts it', async () => {
    expect(await post('not json')).toMatchObject({ status: 400, body: { code: 'bad_json' } });
    expect(await post('{}')).toMatchObject({ status: 400, body: { code: 'unknown_format', error: expect.stringContaining('version 4') } });
    expect((await post(' '.repeat(4 * 1024 * 1024 + 1))).status).toBe(413);
    expect(rejected).toEqual(['alertmanager malformed', 'alertmanager malformed', 'alertmanager too_large']);
  });

  test('asks for the token, and is not for web pages', async () => {
    const ingestToken = 'a-long-token';
    expect((await post(message, { ingestToken })).status).toBe(401);
    expect((await post(message, { ingestToken, headers: { authorization: `Bearer ${ingestToken}` } })).status).toBe(200);
    expect((await post(message, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    expect(rejected).toEqual(['alertmanager unauthorized', 'alertmanager unauthorized']);
  });

  test('is asked for later while the spool is full', async () => {
    store = new MemoryStore({ spoolLimitBytes: 100 });
    await post(message);
    const full = await post(JSON.stringify(alertMessage([postedAlert({ fingerprint: 'b' })])));
    expect([full.status, full.headers.get('retry-after')]).toEqual([503, '10']);
    expect(rejected).toEqual(['alertmanager full']);
  });

  test('says so where an alert would reach nobody', async () => {
    expect(await post(message, { sinks: [] })).toMatchObject({ status: 404, body: { error: expect.stringContaining('configure slack') } });
  });
});
