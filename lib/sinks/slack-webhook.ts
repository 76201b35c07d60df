import { HttpClient } from '../clients/http.ts';
import { retryAfterMs } from '../clients/retry-after.ts';
import { judgeStatus } from '../core/deliver/incident/slack-answer.ts';
import type { SinkCheck } from '../core/model/delivery-result.ts';
import { failedOf } from './slack-bot.ts';
import type { CallLimits, Done, Failed, Found, Post, SlackPoster } from './slack-poster.ts';

export interface SlackWebhookOptions {
  /** Address of the incoming webhook: who knows it can post. */
  readonly url: string;
  readonly timeoutMs: number;
  readonly nowMs: () => number;
}

/**
 * Slack with an incoming webhook: one message for an incident, and nothing can be edited, answered or found. What became of a
 * message whose answer was lost stays unknown; it is posted again, because one too many is better than none.
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks (read 2026-11-20)
 */
export class SlackWebhook implements SlackPoster {
  readonly manner = 'single';
  readonly #url: string;
  readonly #http: HttpClient;
  readonly #nowMs: () => number;

  constructor({ url, timeoutMs, nowMs }: SlackWebhookOptions) {
    this.#url = url;
    this.#http = new HttpClient({ timeoutMs });
    this.#nowMs = nowMs;
  }

  async post({ message: { text, blocks, attachments } }: Post, limits: CallLimits): Promise<Done | Failed> {
    const outcome = await this.#send({ text, blocks, attachments, unfurl_links: false, unfurl_media: false }, limits);
    // it answers no more than "ok"
    return outcome === 'ok' ? { kind: 'done', ts: 'webhook', channelId: 'webhook' } : outcome;
  }

  async edit(): Promise<Done | Failed> {
    return { kind: 'done', ts: 'webhook', channelId: 'webhook' };
  }

  async remove(): Promise<{ readonly kind: 'removed' }> {
    return { kind: 'removed' };
  }

  async find(): Promise<Found> {
    return { kind: 'found', channelId: 'webhook', ts: [] };
  }

  /** An empty message is refused before anything is posted, and only by a webhook that works. */
  async check(_channels: readonly string[], limits: CallLimits): Promise<SinkCheck> {
    const outcome = await this.#send({}, limits);
    if (outcome === 'ok' || outcome.verdict.kind === 'content') return { ok: true };
    const reason = 'reason' in outcome.verdict ? outcome.verdict.reason : 'unexpected';
    return { ok: false, reason, message: outcome.message };
  }

  close(): void {
    this.#http.close();
  }

  async #send(body: unknown, limits: CallLimits): Promise<'ok' | Failed> {
    const answer = await this.#http.send({
      method: 'POST',
      url: this.#url,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(body),
      ...limits,
    });
    if (answer.kind === 'failure') return failedOf({ ...answer, message: `incoming webhook: ${answer.reason}` });
    if (answer.status === 200) return 'ok';
    const failed = failedOf({
      kind: 'status',
      status: answer.status,
      text: answer.body.slice(0, 300),
      pauseMs: retryAfterMs(answer.headers, this.#nowMs()),
    });
    return { ...failed, verdict: judgeStatus(answer.status, answer.body) };
  }
}
