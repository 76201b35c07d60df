/** Requests to receivers that speak HTTP, and what their answers mean. */
import type { HttpAnswer, HttpClient, HttpFailure, HttpRequest } from '../clients/http.ts';
import type { Timing } from '../clients/retry.ts';
import { retryAfterMs } from '../clients/retry-after.ts';
import { judgeReceiver, type ReceiverVerdict } from '../core/deliver/receivers/receiver-answer.ts';
import type { SinkCheck } from '../core/model/delivery-result.ts';
import { answerText, unansweredReason } from './loki-push.ts';
import type { SendLimits, SendVerdict } from './receiver-protocol.ts';

/** How one kind of receiver answers. */
export interface Answering {
  readonly client: HttpClient;
  readonly timing: Timing;
  /** Where the receiver's statuses mean something else than usual. */
  readonly judge?: (answer: HttpAnswer) => ReceiverVerdict | undefined;
  /** Where it says in its own way how long to wait. */
  readonly pauseMs?: (answer: HttpAnswer) => number | undefined;
  /** Takes out what must not be told, such as an address that is a secret. */
  readonly redact?: (text: string) => string;
}

/** One request, and what became of it. */
export async function ask(request: HttpRequest, limits: SendLimits, answering: Answering): Promise<SendVerdict> {
  const { client, timing, redact = same } = answering;
  const outcome = await client.send({ ...request, ...limits });
  if (outcome.kind === 'failure') return unanswered(outcome, redact);
  const pauseMs = answering.pauseMs?.(outcome) ?? retryAfterMs(outcome.headers, timing.now());
  const verdict = answering.judge?.(outcome) ?? judgeReceiver(outcome.status);
  if (verdict.kind === 'taken') return { kind: 'taken', pauseMs };
  const message = redact(answerText(outcome, request.url));
  // 503 and 429 say that nothing was done; of the other errors of a server or a gateway nobody knows
  if (verdict.kind === 'wait') return { ...verdict, message, pauseMs, mayHaveCome: outcome.status >= 500 && outcome.status !== 503 };
  return { ...verdict, message, pauseMs };
}

/** The same as a test of the connection. */
export async function checkBy(request: HttpRequest, limits: SendLimits, answering: Answering): Promise<SinkCheck> {
  const verdict = await ask(request, limits, answering);
  if (verdict.kind === 'taken') return { ok: true };
  if (verdict.kind === 'each') return { ok: false, reason: 'unexpected', message: 'several answers to one question' };
  return { ok: false, reason: verdict.reason, message: verdict.message };
}

function unanswered({ reason, message }: HttpFailure, redact: (text: string) => string): SendVerdict {
  const told = { reason: unansweredReason(reason), message: redact(message) };
  if (told.reason === 'misconfigured') return { kind: 'barred', ...told };
  return { kind: 'wait', ...told, mayHaveCome: reason !== 'refused' && reason !== 'dns' };
}

function same(text: string): string {
  return text;
}
