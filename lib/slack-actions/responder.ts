import { HttpClient, type HttpOutcome } from '../clients/http.ts';
import type { Reply } from './replies.ts';

/** To whom an answer goes: the one who pressed, or everybody in a thread. */
export type Audience = { readonly kind: 'presser' } | { readonly kind: 'thread'; readonly threadTs: string };

/** Answers a press by its `response_url`; true when Slack has it. Never throws. */
export type Respond = (responseUrl: string, reply: Reply, audience: Audience) => Promise<boolean>;

/** Where Slack takes answers (https://docs.slack.dev/interactivity/handling-user-interaction, read 2026-11-21). */
const ORIGINS = ['https://hooks.slack.com', 'https://hooks.slack-gov.com'];
/** An address works five times; a press is answered by at most two messages. */
const MAX_TRIES = 2;
const TIMEOUT_MS = 5_000;
const JSON_TYPE = 'application/json; charset=utf-8';

/** Answers presses. */
export class Responder {
  readonly #http = new HttpClient({ timeoutMs: TIMEOUT_MS });
  readonly #ownHost: string | undefined;

  /** @param apiUrl - Another address than Slack's, whose host then may give addresses of its own. */
  constructor(apiUrl: string | undefined) {
    this.#ownHost = apiUrl === undefined ? undefined : new URL(apiUrl).hostname;
  }

  /** Answers a press. What goes to one person is tried again after any failure; what everybody sees only when Slack surely does not have it. */
  readonly respond: Respond = async (responseUrl, { text, blocks }, audience) => {
    if (!this.#isSlack(responseUrl)) return false;
    const { kind } = audience;
    const body = JSON.stringify({
      text,
      blocks,
      replace_original: false,
      ...(kind === 'presser' ? { response_type: 'ephemeral' } : { response_type: 'in_channel', thread_ts: audience.threadTs }),
    });
    for (let number = 1; number <= MAX_TRIES; number++) {
      const fate = fateOf(await this.#http.send({ method: 'POST', url: responseUrl, headers: { 'content-type': JSON_TYPE }, body }));
      if (fate === 'taken' || fate === 'refused') return fate === 'taken';
      if (fate === 'unknown' && kind === 'thread') return false;
    }
    return false;
  };

  close(): void {
    this.#http.close();
  }

  #isSlack(url: string): boolean {
    if (!URL.canParse(url)) return false;
    const { origin, hostname } = new URL(url);
    return ORIGINS.includes(origin) || hostname === this.#ownHost;
  }
}

/** What became of an answer; `unknown`: Slack may have it. */
function fateOf(outcome: HttpOutcome): 'taken' | 'refused' | 'missed' | 'unknown' {
  if (outcome.kind === 'failure') return outcome.reason === 'refused' || outcome.reason === 'dns' ? 'missed' : 'unknown';
  if (outcome.status === 200) return 'taken';
  if (outcome.status === 429) return 'missed';
  return outcome.status >= 500 ? 'unknown' : 'refused';
}
