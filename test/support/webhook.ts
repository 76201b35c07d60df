import { createHmac } from 'node:crypto';
import { HeldCounts } from '../../lib/lambda/counts.ts';
import type { FunctionAnswer } from '../../lib/lambda/function-url.ts';
import { Queue } from '../../lib/lambda/queue.ts';
import { type WebhookParts, WebhookWork } from '../../lib/lambda/webhook-work.ts';
import { detectorOf } from './detector.ts';
import { FakeSqs } from './fake-sqs.ts';
import type { ToldLine } from './lambda-parts.ts';
import { manualTiming } from './timing.ts';

export const TOKEN = 'open-sesame';
export const SIGNING_SECRET = '8f742231b10e8888abcd99yyyzzz85a5';

/** A request as Lambda hands it to a function behind a URL. */
export function urlEvent(
  path: string,
  body: string | Buffer,
  over: { method?: string; query?: string; headers?: Record<string, string> } = {},
): object {
  const isBase64Encoded = typeof body !== 'string';
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: over.query ?? '',
    headers: { host: 'abc.lambda-url.eu-west-1.on.aws', 'content-type': 'application/json', ...over.headers },
    requestContext: {
      accountId: 'anonymous',
      apiId: 'abc',
      domainName: 'abc.lambda-url.eu-west-1.on.aws',
      http: { method: over.method ?? 'POST', path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'test' },
      requestId: 'r',
      routeKey: '$default',
      stage: '$default',
      time: '20/Nov/2026:09:20:00 +0000',
      timeEpoch: 1_795_166_400_000,
    },
    body: typeof body === 'string' ? body : body.toString('base64'),
    isBase64Encoded,
  };
}

/** A press of a button as Slack posts it. */
export function pressBody(actionId = 'driftwire_ack'): string {
  const payload = {
    type: 'block_actions',
    user: { id: 'U1', name: 'ada', team_id: 'T1' },
    team: { id: 'T1' },
    actions: [{ action_id: actionId, action_ts: '1795166400.1', value: JSON.stringify({ incident: 'i1' }) }],
    response_url: 'https://hooks.slack.com/actions/T1/1/x',
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

/** Headers that Slack would sign a body with. */
export function slackHeaders(body: string | Buffer, nowMs: number, secret = SIGNING_SECRET): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1_000));
  const signature = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex');
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${signature}`,
  };
}

/** The function's work over fake queues; the clock stands at 20 November 2026, 09:20 UTC. */
export function webhookBench(over: Partial<WebhookParts> = {}) {
  const timing = manualTiming({ startMs: Date.UTC(2026, 10, 20, 9, 20, 0) });
  const [findingsSqs, alertsSqs] = [new FakeSqs(), new FakeSqs()];
  const told: ToldLine[] = [];
  const work = new WebhookWork({
    detector: detectorOf(),
    findings: new Queue({ url: 'findings', open: async () => findingsSqs, timing }),
    alerts: new Queue({ url: 'alerts', open: async () => alertsSqs, timing }),
    takesAlerts: true,
    ingestToken: { value: async () => TOKEN, renewed: async () => undefined },
    signingSecret: { value: async () => SIGNING_SECRET, renewed: async () => undefined },
    alertContext: { labels: {}, accounts: {} },
    counts: new HeldCounts(),
    timing,
    log: (level, message, fields) => {
      told.push({ level, message, fields });
    },
    ...over,
  });
  const answer = (event: unknown): Promise<FunctionAnswer> => work.answer(event, { deadlineMs: timing.now() + 15_000 });
  /** A post with the token. */
  const post = (
    path: string,
    body: string | Buffer,
    more: { query?: string; headers?: Record<string, string> } = {},
  ): Promise<FunctionAnswer> => answer(urlEvent(path, body, { ...more, headers: { authorization: `Bearer ${TOKEN}`, ...more.headers } }));
  return { timing, findingsSqs, alertsSqs, told, answer, post };
}
