import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { DriftwireError } from '../../../lib/core/errors.ts';
import type { LogFields } from '../../../lib/core/model/log.ts';
import type { Store } from '../../../lib/core/ports.ts';
import { AlertDesk } from '../../../lib/serve/alert-desk.ts';
import { Desk } from '../../../lib/serve/desk.ts';
import { type HttpAppOptions, httpApp } from '../../../lib/serve/http-app.ts';
import { MemoryStore } from '../../../lib/stores/memory.ts';
import { detectorOf } from '../../support/detector.ts';
import { cloudtrailRecord, kubernetesEvent } from '../../support/records.ts';
import { manualTiming } from '../../support/timing.ts';

let store: MemoryStore;
let rejected: string[];
let logged: { readonly message: string; readonly fields: LogFields | undefined }[];

function appOf(over: Partial<HttpAppOptions> = {}, spool: Store = store): ReturnType<typeof httpApp> {
  const desk = new Desk({ detector: detectorOf(), spool, sinks: ['ledger'], onAccepted: () => undefined, timing: manualTiming() });
  return httpApp({
    desk,
    alerts: new AlertDesk({ spool, sinks: [], onAccepted: () => undefined, labels: {}, accounts: {} }),
    metrics: async () => ({ text: 'up 1\n', contentType: 'text/plain; version=0.0.4' }),
    readiness: async () => [],
    ingestToken: undefined,
    onRejected: async (endpoint, reason) => {
      rejected.push(`${endpoint} ${reason}`);
    },
    log: (_level, message, fields) => {
      logged.push({ message, fields });
    },
    ...over,
  });
}

async function post(
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  over: { app?: ReturnType<typeof appOf>; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: object }> {
  const response = await (over.app ?? appOf()).request(path, { method: 'POST', body, headers: over.headers ?? {} });
  return { status: response.status, body: (await response.json()) as object };
}

async function keys(): Promise<readonly string[]> {
  return (await store.pending('ledger', { maxEntries: 100, maxBytes: 1e9 })).map(({ key }) => key);
}

beforeEach(() => {
  store = new MemoryStore();
  rejected = [];
  logged = [];
});

const list = (...items: unknown[]): string => JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items });

describe('the audit webhook', () => {
  test('takes a list of events and says what it came to; what it has answered 200 to is in the store', async () => {
    const body = list(kubernetesEvent({ auditID: 'a' }), kubernetesEvent({ auditID: 'b', verb: 'get' }));
    expect(await post('/ingest/kubernetes?cluster=demo', body)).toEqual({
      status: 200,
      body: { records: 2, failed: 0, events: 1, repeated: 0 },
    });
    expect(await keys()).toHaveLength(1);
    const [entry] = await store.pending('ledger', { maxEntries: 1, maxBytes: 1e9 });
    expect(entry?.body).toContain('"cluster":"demo"');
  });

  test('may post a batch again at any time', async () => {
    const body = list(kubernetesEvent({ auditID: 'a' }));
    await post('/ingest/kubernetes', body);
    expect((await post('/ingest/kubernetes', body)).body).toEqual({ records: 1, failed: 0, events: 0, repeated: 1 });
    expect(await keys()).toHaveLength(1);
  });

  test('takes lines, and gzip', async () => {
    const lines = gzipSync(['a', 'b'].map((auditID) => `${JSON.stringify(kubernetesEvent({ auditID }))}\n`).join(''));
    expect((await post('/ingest/kubernetes', lines)).body).toMatchObject({ records: 2, events: 2 });
  });

  test('counts an item that is no event, names it, and takes its siblings', async () => {
    const { status, body } = await post('/ingest/kubernetes', list({ what: 'is this' }, kubernetesEvent({ auditID: 'a' })));
    expect(status).toBe(200);
    expect(body).toMatchObject({ records: 2, failed: 1, events: 1, failures: [{ code: 'unknown_format', line: 1, path: 'items[0]' }] });
  });

  test('with nothing but items that are no events still answers 200: posting them again would not help', async () => {
    expect((await post('/ingest/kubernetes', list({ what: 'is this' }))).status).toBe(200);
  });

  test.each([
    ['', 'the body is empty: post audit records as JSON'],
    ['hello\nworld\n', 'text with no JSON in it; allowed are CloudTrail and Kubernetes audit records as JSON'],
    ['{"kind": "EventList", "items": [', expect.any(String)],
    ['{}', expect.any(String)],
  ])('refuses a body that cannot be read as a whole: %j', async (body, error) => {
    const answer = await post('/ingest/kubernetes', body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error });
    expect(rejected).toEqual(['kubernetes malformed']);
  });

  test('refuses a name that is no cluster name', async () => {
    expect((await post('/ingest/kubernetes?cluster=a%0Ab', list())).status).toBe(400);
  });
});

describe('the CloudTrail endpoint', () => {
  test('takes records and EventBridge events', async () => {
    const event = {
      version: '0',
      id: 'x',
      'detail-type': 'AWS API Call via CloudTrail',
      source: 'aws.ec2',
      account: '111122223333',
      time: '2026-11-20T09:15:02Z',
      region: 'eu-west-1',
      resources: [],
      detail: cloudtrailRecord(),
    };
    expect((await post('/ingest/cloudtrail', JSON.stringify(event))).body).toMatchObject({ records: 1, events: 1 });
    expect((await post('/ingest/cloudtrail', JSON.stringify({ Records: [cloudtrailRecord()] }))).body).toMatchObject({
      events: 0,
      repeated: 1,
    });
  });
});

describe('posting', () => {
  test('needs the token where there is one', async () => {
    const app = appOf({ ingestToken: 'open-sesame' });
    expect((await app.request('/ingest/kubernetes', { method: 'POST', body: list() })).status).toBe(401);
    expect(
      (await app.request('/ingest/kubernetes', { method: 'POST', body: list(), headers: { authorization: 'Bearer wrong' } })).status,
    ).toBe(401);
    expect(
      (await app.request('/ingest/kubernetes', { method: 'POST', body: list(), headers: { authorization: 'Bearer open-sesame' } })).status,
    ).toBe(200);
    expect(rejected).toEqual(['kubernetes unauthorized', 'kubernetes unauthorized']);
    expect((await app.request('/healthz')).status).toBe(200);
  });

  test('is not for web pages, which may reach a loopback address', async () => {
    expect((await post('/ingest/kubernetes', list(), { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
  });

  test('beyond the bound of a body is refused', async () => {
    expect((await post('/ingest/kubernetes', Buffer.alloc(64 * 1024 * 1024 + 1, 0x20))).status).toBe(413);
    expect(rejected).toEqual(['kubernetes too_large']);
  });

  test('is asked for later while the spool is full', async () => {
    store = new MemoryStore({ spoolLimitBytes: 100 });
    expect((await post('/ingest/kubernetes', list(kubernetesEvent({ auditID: 'a' })))).status).toBe(200);
    const response = await appOf().request('/ingest/kubernetes', { method: 'POST', body: list(kubernetesEvent({ auditID: 'b' })) });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '10']);
    expect(rejected).toEqual(['kubernetes full']);
    expect(await keys()).toEqual([expect.stringContaining(' a')]);
  });

  test('is asked for later while the store cannot be used, and that is no rejection', async () => {
    const broken = Object.assign(Object.create(store) as Store, {
      accept: async () => {
        throw new DriftwireError('DW_STORE_UNAVAILABLE', 'the disk is full', { retryable: true });
      },
    });
    const app = appOf({}, broken);
    expect((await app.request('/ingest/kubernetes', { method: 'POST', body: list(kubernetesEvent()) })).status).toBe(503);
    expect(rejected).toEqual([]);
    expect(logged.map(({ message }) => message)).toEqual(['nothing was taken: the store cannot be used at the moment']);
  });

  test('that breaks off takes nothing', async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode(list(kubernetesEvent()).slice(0, 100)));
        controller.error(new Error('gone'));
      },
    });
    const response = await appOf().request('/ingest/kubernetes', { method: 'POST', body, duplex: 'half' } as RequestInit);
    expect(response.status).toBe(400);
    expect(await keys()).toEqual([]);
  });
});

describe('the other endpoints', () => {
  test('tell of health, of readiness with its reasons, and of metrics', async () => {
    expect(await (await appOf().request('/healthz')).json()).toEqual({ status: 'ok' });
    expect(await (await appOf().request('/readyz')).json()).toEqual({ status: 'ok', reasons: [] });
    const busy = await appOf({ readiness: async () => ['the spool is full'] }).request('/readyz');
    expect([busy.status, await busy.json()]).toEqual([503, { status: 'unavailable', reasons: ['the spool is full'] }]);
    const metrics = await appOf().request('/metrics');
    expect([metrics.headers.get('content-type'), await metrics.text()]).toEqual(['text/plain; version=0.0.4', 'up 1\n']);
  });

  test('are no more than those', async () => {
    expect((await appOf().request('/ingest/kubernetes')).status).toBe(404);
    expect((await appOf().request('/x')).status).toBe(404);
  });
});
