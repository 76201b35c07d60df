/**
 * What the public address takes: alerts of an Alertmanager, audit events, events of Falco, presses of buttons in Slack. A 2xx means that SQS has
 * taken everything; nothing is answered before. Whoever shows neither token nor signature gets nothing done but that he is counted.
 */
import type { Timing } from '../clients/retry.ts';
import type { AlertContext } from '../core/alerts/alert-finding.ts';
import { DriftwireError } from '../core/errors.ts';
import type { Log } from '../core/model/log.ts';
import type { Detector } from '../core/pipeline.ts';
import { type Inbound, inbound } from '../serve/inbound.ts';
import { readPress } from '../slack-actions/press.ts';
import { isSignedBySlack, type SignedParts } from '../slack-actions/signature.ts';
import { MAX_PRESS_BYTES } from '../slack-actions/slack-actions.ts';
import type { Counts, HeldCounts } from './counts.ts';
import { type FunctionAnswer, type FunctionRequest, jsonAnswer, MAX_BODY_BYTES, readFunctionRequest } from './function-url.ts';
import type { Queue, SendLimits } from './queue.ts';
import { QueueAcceptor } from './queue-acceptor.ts';
import { countsMessage, pressMessage } from './queue-message.ts';
import type { SecretCache } from './secret-cache.ts';

export interface WebhookParts {
  readonly detector: Detector;
  readonly findings: Pick<Queue, 'send' | 'isOpen'>;
  /** Undefined where there is nobody to tell. */
  readonly alerts: Pick<Queue, 'send'> | undefined;
  /** Whether an alert of an Alertmanager would reach anybody. */
  readonly takesAlerts: boolean;
  /** The token that senders show; undefined: the endpoints for events are closed. */
  readonly ingestToken: Pick<SecretCache, 'value' | 'renewed'> | undefined;
  /** What Slack signs with; undefined: there are no buttons. */
  readonly signingSecret: Pick<SecretCache, 'value' | 'renewed'> | undefined;
  readonly alertContext: AlertContext;
  readonly counts: HeldCounts;
  readonly timing: Timing;
  readonly log: Log;
}

const ENDPOINTS = new Map([
  ['/ingest/kubernetes', 'kubernetes'],
  ['/ingest/cloudtrail', 'cloudtrail'],
  ['/ingest/falco', 'falco'],
  ['/alertmanager', 'alertmanager'],
  ['/slack/actions', 'slack'],
] as const);
type Endpoint = typeof ENDPOINTS extends Map<string, infer E> ? E : never;
type Rejection = 'unauthorized' | 'too_large' | 'malformed' | 'full';

/** Headers that the endpoints read; the rest of what strangers send stays here. */
const PASSED_HEADERS = ['authorization', 'content-type', 'sec-fetch-site'];
const UNAUTHORIZED = 401;
/** What a sender is told to wait when the queue takes nothing, in seconds. */
const RETRY_SECONDS = '10';

/** Answers requests. */
export class WebhookWork {
  readonly #parts: WebhookParts;

  constructor(parts: WebhookParts) {
    this.#parts = parts;
  }

  /** Answers one request; never rejects. */
  async answer(event: unknown, limits: SendLimits): Promise<FunctionAnswer> {
    const request = readFunctionRequest(event);
    const endpoint = request.method === 'POST' ? ENDPOINTS.get(request.path as never) : undefined;
    if (endpoint === undefined) return jsonAnswer(404, { error: 'there is nothing here' });
    let answer: FunctionAnswer;
    try {
      answer = await this.#take(endpoint, request, limits);
    } catch (cause) {
      answer = this.#failed(cause);
    }
    await this.#settleCounts(answer.statusCode < 300, limits);
    return answer;
  }

  async #take(endpoint: Endpoint, request: FunctionRequest, limits: SendLimits): Promise<FunctionAnswer> {
    const { body } = request;
    if (body === undefined) {
      this.#reject(endpoint, 'too_large');
      return jsonAnswer(413, { error: `a body may have ${MAX_BODY_BYTES} bytes: post it in several` });
    }
    if (endpoint === 'slack') return this.#takePress({ ...request, body }, limits);
    const { ingestToken } = this.#parts;
    if (ingestToken === undefined) {
      this.#reject(endpoint, 'unauthorized');
      return jsonAnswer(403, { error: 'this endpoint is closed: set aws.webhook and serve.ingest_token, and deploy' });
    }
    const answer = await this.#post(endpoint, await ingestToken.value(), { request, body, limits });
    if (answer.statusCode !== UNAUTHORIZED) return answer;
    const renewed = await ingestToken.renewed();
    return renewed === undefined ? answer : this.#post(endpoint, renewed, { request, body, limits });
  }

  async #post(
    endpoint: Endpoint,
    token: string,
    { request, body, limits }: { readonly request: FunctionRequest; readonly body: Buffer; readonly limits: SendLimits },
  ): Promise<FunctionAnswer> {
    const posted = requestOf(request, body);
    if (posted !== undefined) return answerOf(await this.#inbound(token, limits)(posted));
    this.#reject(endpoint, 'malformed');
    return jsonAnswer(400, { error: 'the headers of the request cannot be read' });
  }

  #inbound(ingestToken: string, limits: SendLimits): Inbound {
    const { detector, findings, alerts, takesAlerts, alertContext, timing, log } = this.#parts;
    const onCounts = (counts: Counts): void => this.#parts.counts.add(counts, timing.now());
    return inbound({
      detector,
      findings: new QueueAcceptor(findings, limits, onCounts),
      alerts: alerts === undefined || !takesAlerts ? undefined : new QueueAcceptor(alerts, limits, onCounts),
      alertContext,
      ingestToken,
      onRejected: async (endpoint, reason) => this.#reject(endpoint, reason),
      timing,
      log,
    });
  }

  /** The work is done behind the queue: Slack waits for three seconds, and a press must not be lost with this process. */
  async #takePress({ headers, body }: FunctionRequest & { readonly body: Buffer }, limits: SendLimits): Promise<FunctionAnswer> {
    const { signingSecret, alerts } = this.#parts;
    if (signingSecret === undefined || alerts === undefined) return jsonAnswer(404, { error: 'there are no buttons here' });
    if (body.length > MAX_PRESS_BYTES) {
      this.#reject('slack', 'too_large');
      return jsonAnswer(413, { error: 'too large' });
    }
    const timestamp = headers['x-slack-request-timestamp'];
    const signature = headers['x-slack-signature'];
    const isSigned = await this.#isSigned({ timestamp, signature, rawBody: body }, signingSecret);
    if (!isSigned || timestamp === undefined || signature === undefined) {
      this.#reject('slack', 'unauthorized');
      return jsonAnswer(401, { error: 'not signed by Slack' });
    }
    const { kind } = readPress(body);
    if (kind === 'malformed') {
      this.#reject('slack', 'malformed');
      return jsonAnswer(400, { error: 'not a press of a button' });
    }
    if (kind === 'press') await this.#sendPress({ timestamp, signature, body: body.toString('utf8') }, alerts, limits);
    return { statusCode: 200, headers: {}, body: '' };
  }

  async #isSigned(parts: SignedParts, secret: NonNullable<WebhookParts['signingSecret']>): Promise<boolean> {
    const nowMs = this.#parts.timing.now();
    if (isSignedBySlack(parts, await secret.value(), nowMs)) return true;
    const renewed = await secret.renewed();
    return renewed !== undefined && isSignedBySlack(parts, renewed, nowMs);
  }

  async #sendPress(press: Parameters<typeof pressMessage>[0], alerts: Pick<Queue, 'send'>, limits: SendLimits): Promise<void> {
    const [answer] = await alerts.send([{ body: pressMessage(press) }], limits);
    if (answer?.ok === true) return;
    throw new DriftwireError('DW_STORE_UNAVAILABLE', `the queue has not taken a press (${answer?.message ?? 'no answer'})`, {
      retryable: true,
    });
  }

  #failed(cause: unknown): FunctionAnswer {
    const { log } = this.#parts;
    if (cause instanceof DriftwireError && cause.retryable) {
      log('error', 'nothing was taken', { error: cause });
      const answer = jsonAnswer(503, { error: 'nothing can be taken at the moment' });
      return { ...answer, headers: { ...answer.headers, 'retry-after': RETRY_SECONDS } };
    }
    log('error', 'internal error, please report it', { error: cause });
    return jsonAnswer(500, { error: 'internal error' });
  }

  #reject(endpoint: Endpoint, reason: Rejection): void {
    const { counts, timing } = this.#parts;
    counts.add(
      { increments: [{ metric: 'driftwire_rejected_posts_total', labels: { endpoint, reason }, by: 1 }], levels: [] },
      timing.now(),
    );
  }

  /** Counts go along with what was taken; those of strangers alone cost a message a minute at most. */
  async #settleCounts(isTaken: boolean, limits: SendLimits): Promise<void> {
    const { counts, findings, timing, log } = this.#parts;
    if (!(isTaken && findings.isOpen) && !counts.isDue(timing.now())) return;
    const held = counts.take();
    if (held === undefined) return;
    const [answer] = await findings.send([{ body: countsMessage(held) }], limits);
    if (answer?.ok === true) return;
    counts.add(held, timing.now());
    log('warn', 'counts wait: the findings queue could not be written to', { said: answer?.message });
  }
}

/** Undefined for headers that no request can have. */
function requestOf({ path, query, headers }: FunctionRequest, body: Buffer): Request | undefined {
  try {
    const passed = new Headers();
    for (const name of PASSED_HEADERS) {
      const value = headers[name];
      if (value !== undefined) passed.set(name, value);
    }
    const url = new URL(path, 'https://webhook.invalid');
    url.search = query;
    return new Request(url, { method: 'POST', headers: passed, body: new Uint8Array(body) });
  } catch {
    return undefined;
  }
}

async function answerOf(response: Response): Promise<FunctionAnswer> {
  return { statusCode: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
}
