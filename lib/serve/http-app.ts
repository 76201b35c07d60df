/**
 * The endpoints of `serve` (contract §8): intake, metrics, health. A 2xx means: on the disk, will be delivered exactly once. What a
 * body holds that is no event is counted and its siblings go on; only a body that cannot be read as a whole is refused.
 */
import { Hono } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { HTTPException } from 'hono/http-exception';
import { MAX_ALERTS_BYTES } from '../core/alerts/read-alerts.ts';
import { DriftwireError } from '../core/errors.ts';
import type { Log } from '../core/model/log.ts';
import type { Failure } from '../core/model/raw-record.ts';
import { MAX_PRESS_BYTES } from '../slack-actions/slack-actions.ts';
import type { Chunks } from '../sources/inflate.ts';
import type { AlertDesk, AlertReceipt } from './alert-desk.ts';
import type { Desk, Receipt } from './desk.ts';
import type { PressDesk } from './press-desk.ts';

/** Largest body, as it comes, compressed or not, in bytes: the API server's batches have 400 events of at most 10 MB together by default. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
/** Said to an Alertmanager where its alerts would reach nobody; it does not try again. */
const NOBODY_TO_TELL = 'alerts go to people only: configure slack, or a receiver that is not an alertmanager';
/** What a sender is told to wait when the spool is full, in seconds. */
const FULL_RETRY_SECONDS = '10';
/** A cluster's name as EKS and Kubernetes know it, and no text of any length. */
const CLUSTER_NAME = /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,252}$/;
/** Failures that an answer names. */
const MAX_NAMED = 5;

/** What stands in the way of taking work; none: ready. */
export type Readiness = () => Promise<readonly string[]>;

export interface HttpAppOptions {
  readonly desk: Desk;
  readonly alerts: AlertDesk;
  /** Takes presses of buttons; undefined where there are none. */
  readonly presses?: PressDesk | undefined;
  /** The metrics page and its content type; undefined where somebody else tells the totals. */
  readonly metrics?: () => Promise<{ readonly text: string; readonly contentType: string }>;
  /** Undefined where a process is ready whenever it is asked. */
  readonly readiness?: Readiness;
  /** Bearer token that senders must show; undefined on a loopback address only. */
  readonly ingestToken: string | undefined;
  /** Counts a post that was not taken. */
  readonly onRejected: (endpoint: Endpoint, reason: Rejection) => Promise<void>;
  readonly log: Log;
}

/** Where something is posted, by a part of the path. */
const ENDPOINTS = ['kubernetes', 'cloudtrail', 'falco', 'alertmanager', 'slack'] as const;
type Endpoint = (typeof ENDPOINTS)[number];
type Rejection = 'full' | 'unauthorized' | 'too_large' | 'malformed';

const REJECTED_BY_STATUS: ReadonlyMap<number, Rejection> = new Map([
  [400, 'malformed'],
  [401, 'unauthorized'],
  [403, 'unauthorized'],
  [413, 'too_large'],
  [503, 'full'],
]);

/** Makes the routes. */
export function httpApp({ desk, alerts, presses, metrics, readiness, ingestToken, onRejected, log }: HttpAppOptions): Hono {
  const app = new Hono();
  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.get('/readyz', async (context) => {
    const reasons = (await readiness?.()) ?? [];
    return context.json({ status: reasons.length === 0 ? 'ok' : 'unavailable', reasons }, reasons.length === 0 ? 200 : 503);
  });
  if (metrics !== undefined) {
    app.get('/metrics', async (context) => {
      const { text, contentType } = await metrics();
      return context.body(text, 200, { 'content-type': contentType });
    });
  }

  for (const path of ['/ingest/*', '/alertmanager', '/slack/actions']) {
    app.use(path, async (context, next) => {
      const endpoint = ENDPOINTS.find((name) => context.req.path.split('/').includes(name));
      await next();
      const isOfStore = context.error instanceof DriftwireError;
      const reason = isOfStore ? undefined : REJECTED_BY_STATUS.get(context.res.status);
      if (reason !== undefined && endpoint !== undefined) await onRejected(endpoint, reason);
    });
  }
  for (const path of ['/ingest/*', '/alertmanager']) {
    app.use(path, async (context, next) => {
      // a page in somebody's browser can post to a loopback address without asking; it cannot help telling where it comes from
      const site = context.req.header('sec-fetch-site');
      if (site !== undefined && site !== 'none') return context.json({ error: 'requests of web pages are refused' }, 403);
      return next();
    });
    if (ingestToken !== undefined) app.use(path, bearerAuth({ token: ingestToken, realm: 'driftwire' }));
  }
  for (const endpoint of ['kubernetes', 'falco'] as const) {
    app.post(`/ingest/${endpoint}`, async (context) => {
      const cluster = context.req.query('cluster');
      if (cluster !== undefined && !CLUSTER_NAME.test(cluster)) {
        return context.json({ error: "cluster: not a cluster's name: letters, digits and . _ : / @ -, at most 253" }, 400);
      }
      return take(`${endpoint} webhook`, cluster === undefined ? {} : { cluster }, context.req.raw);
    });
  }
  app.post('/ingest/cloudtrail', (context) => take('cloudtrail endpoint', {}, context.req.raw));
  app.post('/alertmanager', async (context) => {
    if (!alerts.isOpen) return context.json({ error: NOBODY_TO_TELL }, 404);
    const receipt = await alerts.take((await bytesOf(context.req.raw.body ?? [], MAX_ALERTS_BYTES)).toString('utf8'));
    if (receipt.kind === 'accepted') tellLost('alertmanager endpoint', receipt.failures, receipt.failures.length, receipt.leftOut);
    return alertAnswer(receipt);
  });

  if (presses !== undefined) {
    // no bearer token: Slack cannot show one, it signs instead
    app.post('/slack/actions', async (context) => {
      const answer = presses.take(context.req.header(), await bytesOf(context.req.raw.body ?? [], MAX_PRESS_BYTES));
      return context.body(answer.body, answer.status);
    });
  }

  app.notFound((context) => context.json({ error: `there is nothing at ${context.req.method} ${context.req.path}` }, 404));
  app.onError((error, context) => {
    if (error instanceof DriftwireError && error.code.startsWith('DW_STORE_')) {
      log('error', 'nothing was taken: the store cannot be used at the moment', { error });
      return context.json({ error: 'the store cannot be used at the moment' }, 503, { 'retry-after': FULL_RETRY_SECONDS });
    }
    if (error instanceof UnusableBody) return context.json({ error: error.message }, error.status);
    if (error instanceof HTTPException) return error.getResponse();
    log('error', 'internal error, please report it', { path: context.req.path, error });
    return context.json({ error: 'internal error' }, 500);
  });
  return app;

  async function take(name: string, context: { readonly cluster?: string }, request: Request): Promise<Response> {
    let sizeBytes = 0;
    const chunks = chunksOf(request.body ?? [], (bytes) => {
      sizeBytes = bytes;
    });
    const receipt = await desk.take({ name, chunks, context, waitsForRoom: false });
    if (sizeBytes === 0) return Response.json({ error: 'the body is empty: post audit records as JSON' }, { status: 400 });
    const answered = answer(receipt);
    if (receipt.kind === 'accepted' && answered.ok) tellLost(name, receipt.failures, receipt.failed, 0);
    return answered;
  }

  /** Senders do not look into an answer that is a 2xx, and nobody has what they posted. */
  function tellLost(name: string, [first]: readonly Failure[], failed: number, leftOut: number): void {
    if (first !== undefined) {
      const { code, hint, origin } = first;
      log('warn', 'a part of what was posted cannot be read; the rest was taken', { name, code, hint, path: origin.path, failed });
    }
    if (leftOut > 0) log('warn', 'an Alertmanager has left out alerts: raise max_alerts of its receiver, or group them', { name, leftOut });
  }
}

/** A body that ended reading: its sender went away in the middle of it, or it is too large. */
class UnusableBody extends Error {
  readonly status: 400 | 413;
  constructor(status: 400 | 413, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.name = 'UnusableBody';
    this.status = status;
  }
}

async function* chunksOf(
  body: Chunks,
  onBytes: (sizeBytes: number) => void,
  maxBytes: number = MAX_BODY_BYTES,
): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  try {
    for await (const chunk of body) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw new UnusableBody(413, `a body may have ${maxBytes} bytes: post it in several`);
      onBytes(sizeBytes);
      yield chunk;
    }
  } catch (cause) {
    throw cause instanceof UnusableBody ? cause : new UnusableBody(400, 'the body broke off', { cause });
  }
}

/** The whole of a small body. */
async function bytesOf(body: Chunks, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOf(body, () => undefined, maxBytes)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function alertAnswer(receipt: AlertReceipt): Response {
  if (receipt.kind === 'full') return fullAnswer(receipt);
  if (receipt.kind === 'malformed') return Response.json({ error: receipt.hint, code: receipt.code }, { status: 400 });
  const { alerts, repeated, failures, leftOut } = receipt;
  return Response.json({ alerts, repeated, failed: failures.length, leftOut, ...named(failures) });
}

function fullAnswer(receipt: Extract<Receipt, { kind: 'full' }>): Response {
  return Response.json(
    { error: 'the spool is full because a sink does not take deliveries: post again later', ...receipt },
    { status: 503, headers: { 'retry-after': FULL_RETRY_SECONDS } },
  );
}

function answer(receipt: Receipt): Response {
  if (receipt.kind === 'full') return fullAnswer(receipt);
  if (receipt.kind === 'left') return Response.json({ error: 'the process is ending' }, { status: 503 });
  const { records, failed, textLines, events, repeated, failures } = receipt;
  const counts = { records, failed, events, repeated };
  const [first] = failures;
  if (records > 0 && records === failed + textLines && (first === undefined || isWhole(first))) {
    const { code, hint } = first ?? { code: 'text_line', hint: 'no line of the body is JSON: post audit records as JSON' };
    return Response.json({ error: hint, code, ...counts }, { status: 400 });
  }
  return Response.json({ ...counts, ...named(failures) });
}

function named(failures: readonly Failure[]): { readonly failures?: readonly object[] } {
  const first = failures.slice(0, MAX_NAMED).map(({ code, hint, origin }) => ({ code, hint, line: origin.line, path: origin.path }));
  return first.length === 0 ? {} : { failures: first };
}

/** A failure of the body itself and not of something in it. */
function isWhole({ origin }: Failure): boolean {
  return origin.line === 1 && !origin.path.includes('[');
}
