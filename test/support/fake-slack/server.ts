/**
 * A Slack for tests: it takes what Slack takes and refuses what Slack refuses, with Slack's words, keeps the messages as a reader
 * of the channel sees them, and notes what no client may do: calls before a `Retry-After` has ended, messages that Slack refuses,
 * a message that stands twice.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, errorAnswer, okAnswer, Refusal, rateAnswer, textAnswer } from './answer.ts';
import { readArgs } from './call-body.ts';
import { type Args, isObject, marksOfContent, readContent } from './content.ts';
import { type Fault, isStored } from './faults.ts';
import { blockActions, buttonsOf, interactionBody, type SignedRequest, signed } from './interactions.ts';
import { METHODS } from './methods.ts';
import { DEFAULT_RATES, RateLimits, type RateOptions } from './rate-limits.ts';
import { type Message, type VisibleMessage, Workspace } from './workspace.ts';

/** Scopes that the app of the manual has. */
export const ALL_SCOPES = ['chat:write', 'channels:read', 'channels:history', 'groups:read', 'groups:history', 'usergroups:read'];

export interface FakeSlackOptions {
  /** Ms since 1970; the machine's clock unless given. */
  readonly now?: () => number;
  /** The bot token it takes. */
  readonly token?: string;
  readonly signingSecret?: string;
  readonly scopes?: readonly string[];
  /** Beside `#drift` (`C0DRIFT`), where the app is a member. */
  readonly channels?: readonly Parameters<Workspace['setChannel']>[0][];
  /** False: no limits of its own. */
  readonly rates?: Partial<RateOptions> | false;
  /** What goes wrong with the first, second ... call that writes (`chat.*`, webhook); after the last one nothing does. */
  readonly faults?: readonly Fault[];
  /** Asked about each call after those lists, with the call's number from 1. */
  readonly faultOf?: (call: Call, number: number) => Fault | undefined;
  /** The marker of a message, of which there may be one. Default: `event_payload.marker` of its metadata. */
  readonly markerOf?: (message: Message) => string | undefined;
}

/** One call as it came in. */
export interface Call {
  /** `webhook` and `response_url` for those addresses. */
  readonly method: string;
  readonly args: Args;
  readonly atMs: number;
}

/** A call and what became of it. */
export interface SeenCall extends Call {
  readonly fault: Fault['kind'];
  /** `ok`, Slack's error, a status, or nothing when there was no answer. */
  outcome: string;
}

const WRITES = /^(?:chat\.(?:postMessage|update|delete|postEphemeral)|webhook)$/;
/** Errors that say that a client has sent what it should have known to be wrong. */
const CONTENT_ERRORS =
  /^(?:invalid_blocks|invalid_blocks_format|msg_blocks_too_long|msg_too_long|no_text|invalid_attachments|too_many_attachments|invalid_metadata_format|metadata_too_large|invalid_arguments|invalid_payload|invalid_json|json_not_object|invalid_post_type|cannot_reply_to_message|unknown_method|invalid_limit|invalid_cursor|invalid_ts_oldest)$/;
/** Uses of one `response_url`, and how long it lives (https://docs.slack.dev/interactivity/handling-user-interaction, read 2026-11-20). */
const MAX_RESPONSES = 5;
const RESPONSE_MS = 30 * 60_000;

/** The fake server. */
export class FakeSlack {
  readonly workspace = new Workspace();
  readonly calls: SeenCall[] = [];
  readonly violations: string[] = [];
  readonly token: string;
  readonly signingSecret: string;
  readonly #options: FakeSlackOptions;
  readonly #now: () => number;
  readonly #rates: RateLimits;
  readonly #faults: Fault[];
  readonly #faultsOf = new Map<string, Fault[]>();
  readonly #responses = new Map<string, { readonly message: Message; readonly user: string; readonly bornMs: number; uses: number }>();
  readonly #server: Server = createServer();
  #tokenState: string | undefined;
  #webhookState: { readonly status: number; readonly text: string } | undefined;
  #base = '';

  constructor(options: FakeSlackOptions = {}) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.token = options.token ?? 'xoxb-0000-fake-bot-token';
    this.signingSecret = options.signingSecret ?? 'fake-signing-secret-0123456789abcdef';
    const rates = options.rates === false ? undefined : { ...DEFAULT_RATES, ...options.rates };
    this.#rates = new RateLimits(rates, (text) => this.violations.push(text));
    this.#faults = [...(options.faults ?? [])];
    this.workspace.setChannel({ id: 'C0DRIFT', name: 'drift' });
    for (const channel of options.channels ?? []) this.workspace.setChannel(channel);
    this.#server.on('request', (request, response) => this.#take(request, response));
  }

  /** Starts to listen on a free port of the loopback address; gives the base address. */
  async start(): Promise<string> {
    await new Promise<void>((ready) => this.#server.listen(0, '127.0.0.1', ready));
    this.#base = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this.#base;
  }

  /** Ends. With `strict` it throws when anything was done that no client may do, or a message stands twice. */
  async stop({ strict = false }: { readonly strict?: boolean } = {}): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
    const found = strict ? this.findings() : [];
    if (found.length > 0) throw new Error(`Slack was wronged:\n${found.join('\n')}`);
  }

  /** As `slack.api_url` of the configuration and `slackApiUrl` of the library take it. */
  get apiUrl(): string {
    return `${this.#base}/api/`;
  }

  /** An incoming webhook that posts to `#drift`. */
  get webhookUrl(): string {
    return `${this.#base}/services/TACME/B0HOOK/secret`;
  }

  /** Violations so far, and what stands twice now. */
  findings(): readonly string[] {
    return [...this.violations, ...this.duplicates().map((marker) => `a message stands twice: ${marker}`)];
  }

  /** Markers that more than one readable message has. */
  duplicates(): readonly string[] {
    const markerOf = this.#options.markerOf ?? defaultMarker;
    const markers = this.workspace.all().flatMap((message) => markerOf(message) ?? []);
    return [...new Set(markers.filter((marker, index) => markers.indexOf(marker) !== index))];
  }

  /** What readers see: parents, oldest first, with their threads. */
  visible(channel?: string): readonly VisibleMessage[] {
    return this.workspace.visible(channel);
  }

  /** Everybody that all readable messages would ping. */
  mentions(): readonly string[] {
    return this.workspace.all().flatMap((message) => marksOfContent(message).mentions);
  }

  /** Every address that a readable message leads to. */
  links(): readonly string[] {
    return this.workspace.all().flatMap((message) => marksOfContent(message).links);
  }

  /** Adds to what goes wrong next with calls that write. */
  fail(...faults: readonly Fault[]): void {
    this.#faults.push(...faults);
  }

  /** What goes wrong next with one method; comes before the other list. */
  failMethod(method: string, ...faults: readonly Fault[]): void {
    this.#faultsOf.set(method, [...(this.#faultsOf.get(method) ?? []), ...faults]);
  }

  /** Makes every call fail so (`token_revoked`, `account_inactive`, ...); undefined: the token is good again. */
  setTokenState(error: string | undefined): void {
    this.#tokenState = error;
  }

  /** Makes the webhook answer so (404 `no_service`, ...); undefined: it works again. */
  setWebhookState(state: { readonly status: number; readonly text: string } | undefined): void {
    this.#webhookState = state;
  }

  /** What Slack sends when somebody presses a button of a message. Pressing again is another press unless `again` is the payload of the first. */
  press(
    message: Message,
    actionId: string,
    { user = 'U0ALICE', userName = 'alice', value }: { readonly user?: string; readonly userName?: string; readonly value?: string } = {},
  ): SignedRequest {
    if (value === undefined && !buttonsOf(message).some(({ action_id: id }) => id === actionId)) throw new Error(`no button ${actionId}`);
    const nowMs = this.#now();
    const ts = this.workspace.newTs(nowMs);
    const path = `/actions/TACME/${ts.replace('.', '')}/response`;
    this.#responses.set(path, { message, user, bornMs: nowMs, uses: 0 });
    const channelName = this.workspace.channel(message.channel)?.name ?? '';
    const press = { actionId, user, userName, actionTs: ts, triggerId: `${ts}.trigger`, responseUrl: `${this.#base}${path}`, channelName };
    return this.sign(interactionBody(blockActions(message, value === undefined ? press : { ...press, value })));
  }

  /** Signs any body. */
  sign(body: string): SignedRequest {
    return signed(body, this.signingSecret, this.#now());
  }

  #take(message: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const url = new URL(message.url ?? '/', 'http://slack');
      const body = Buffer.concat(chunks).toString('utf8');
      const { seen, answer } = this.#call(message, url, body);
      const fault = this.#faultFor(seen);
      const planned = { ...seen, fault: fault.kind, outcome: '' };
      this.calls.push(planned);
      this.#respond(planned, fault, answer, response);
    });
  }

  #call(message: IncomingMessage, url: URL, body: string): { readonly seen: Call; readonly answer: () => Answer } {
    const atMs = this.#now();
    const contentType = message.headers['content-type'] ?? '';
    const [, kind = '', rest = ''] = /^\/(api|services|actions)\/(.+)$/.exec(url.pathname) ?? [];
    if (kind === 'api') {
      const args = argsOrRefusal(contentType, url.searchParams, body);
      const call = { method: rest, args: args instanceof Refusal ? {} : args, atMs };
      return {
        seen: call,
        answer: () => {
          if (args instanceof Refusal) throw args;
          return this.#method(call, message.headers.authorization);
        },
      };
    }
    if (kind === 'services')
      return { seen: { method: 'webhook', args: jsonOrNothing(body), atMs }, answer: () => this.#webhook(url, body, contentType) };
    if (kind === 'actions') {
      return { seen: { method: 'response_url', args: jsonOrNothing(body), atMs }, answer: () => this.#response(url.pathname, body) };
    }
    return { seen: { method: url.pathname, args: {}, atMs }, answer: () => ({ status: 404, body: 'not found' }) };
  }

  #faultFor(call: Call): Fault {
    const own = this.#faultsOf.get(call.method)?.shift();
    if (own !== undefined) return own;
    const next = WRITES.test(call.method) ? this.#faults.shift() : undefined;
    return next ?? this.#options.faultOf?.(call, this.calls.length + 1) ?? { kind: 'none' };
  }

  #respond(call: SeenCall, fault: Fault, answerOf: () => Answer, response: ServerResponse): void {
    const told = this.#limited(call, fault) ?? this.#outcome(call, fault, answerOf);
    if (told === 'silence') return;
    if (told === 'reset') {
      response.socket?.resetAndDestroy();
      return;
    }
    call.outcome = outcomeOf(told);
    const answered = (): unknown => response.writeHead(told.status, told.headers).end(told.body);
    if (fault.kind === 'delay') setTimeout(answered, fault.ms);
    else answered();
  }

  /** The answer to a call that is one too many. */
  #limited(call: SeenCall, fault: Fault): Answer | undefined {
    const channel = this.#channelOf(call);
    const waitSeconds = this.#rates.take(call.method, channel, call.atMs);
    if (fault.kind !== 'rate_limited' && waitSeconds === undefined) return undefined;
    const seconds = fault.kind === 'rate_limited' ? fault.retryAfterSeconds : (waitSeconds ?? 1);
    if (fault.kind === 'rate_limited') this.#rates.block(call.method, channel, call.atMs, seconds);
    return call.method === 'webhook' ? webhookRate(seconds) : rateAnswer(seconds);
  }

  #outcome(call: SeenCall, fault: Fault, answerOf: () => Answer): Answer | 'silence' | 'reset' {
    const answer = isStored(fault) ? this.#answer(call, answerOf) : { status: 500, body: '' };
    call.outcome = outcomeOf(answer);
    switch (fault.kind) {
      case 'hang':
      case 'stored_hang':
        return 'silence';
      case 'reset':
      case 'answer_lost':
        return 'reset';
      case 'status':
        return { status: fault.status, body: fault.text ?? '', ...(fault.headers === undefined ? {} : { headers: fault.headers }) };
      case 'stored_status':
        return { status: fault.status, body: fault.text ?? '' };
      case 'error':
      case 'stored_error':
        return errorAnswer(fault.error);
      default:
        return answer;
    }
  }

  #answer(call: SeenCall, answerOf: () => Answer): Answer {
    try {
      return answerOf();
    } catch (cause) {
      if (!(cause instanceof Refusal)) throw cause;
      if (CONTENT_ERRORS.test(cause.error))
        this.violations.push(`${call.method} was refused: ${cause.error} ${JSON.stringify(cause.more)}`);
      return call.method === 'webhook' ? textAnswer(400, cause.error) : errorAnswer(cause.error, cause.more);
    }
  }

  #channelOf({ method, args }: Call): string {
    if (method === 'webhook') return 'C0DRIFT';
    const channel = typeof args['channel'] === 'string' ? args['channel'] : '';
    return this.workspace.channel(channel)?.id ?? channel;
  }

  #method({ method, args, atMs }: Call, authorization: string | undefined): Answer {
    const found = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
    if (found === undefined) throw new Refusal('unknown_method', { req_method: method });
    this.#authenticate(authorization, args);
    const provided = this.#options.scopes ?? ALL_SCOPES;
    if (found.scopes.length > 0 && !found.scopes.some((scope) => provided.includes(scope))) {
      throw new Refusal('missing_scope', { needed: found.scopes.join(','), provided: provided.join(',') });
    }
    const isHistoryScarce = this.#options.rates !== false && this.#options.rates?.isHistoryScarce === true;
    const answer = found.run({ args, workspace: this.workspace, nowMs: atMs, scopes: provided, isHistoryScarce });
    return { ...answer, headers: { ...answer.headers, 'x-oauth-scopes': provided.join(',') } };
  }

  #authenticate(authorization: string | undefined, args: Args): void {
    const given = authorization?.replace(/^Bearer /, '') ?? args['token'];
    if (given === undefined || given === '') throw new Refusal('not_authed');
    if (given !== this.token) throw new Refusal('invalid_auth');
    if (this.#tokenState !== undefined) throw new Refusal(this.#tokenState);
  }

  /** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks (read 2026-11-20): plain text comes back. */
  #webhook(url: URL, body: string, contentType: string): Answer {
    if (url.pathname !== new URL(this.webhookUrl).pathname) return textAnswer(403, 'invalid_token');
    if (this.#webhookState !== undefined) return textAnswer(this.#webhookState.status, this.#webhookState.text);
    const args = webhookArgs(body, contentType);
    if (args === undefined) throw new Refusal('invalid_payload');
    const channel = this.workspace.channel('C0DRIFT');
    if (channel?.isArchived === true) return textAnswer(410, 'channel_is_archived');
    this.#addMessage('C0DRIFT', args, undefined);
    return textAnswer(200, 'ok');
  }

  #response(path: string, body: string): Answer {
    const known = this.#responses.get(path);
    const args = jsonOrNothing(body);
    if (known === undefined || this.#now() - known.bornMs > RESPONSE_MS) return { ...errorAnswer('expired_url'), status: 404 };
    known.uses++;
    if (known.uses > MAX_RESPONSES) {
      this.violations.push(`a response_url was used ${known.uses} times`);
      return { ...errorAnswer('used_url'), status: 404 };
    }
    const { message, user } = known;
    const content = readContent(args, false);
    if (args['replace_original'] === true) {
      const current = this.workspace.find(message.channel, message.ts);
      if (current !== undefined) this.workspace.edit(current, content, this.#now());
    } else if (args['response_type'] === 'in_channel') this.#addMessage(message.channel, args, textOrNothing(args['thread_ts']));
    else {
      const { channel } = message;
      this.workspace.ephemerals.push({ ...content, channel, user, threadTs: textOrNothing(args['thread_ts']), atMs: this.#now() });
    }
    return okAnswer({});
  }

  #addMessage(channel: string, args: Args, threadTs: string | undefined): void {
    const ts = this.workspace.newTs(this.#now());
    const fixed = { channel, ts, threadTs, isBroadcast: false, author: 'UBOT', editedTs: undefined, edits: 0, isTombstone: false };
    this.workspace.add({ ...readContent(args, false), ...fixed });
  }
}

function defaultMarker({ metadata }: Message): string | undefined {
  const marker = metadata?.event_payload['marker'];
  return typeof marker === 'string' ? marker : undefined;
}

function outcomeOf({ status, body }: Answer): string {
  const said = jsonOrNothing(body);
  if (said['ok'] === true) return 'ok';
  return typeof said['error'] === 'string' ? said['error'] : `${status} ${body}`.trim();
}

function webhookRate(seconds: number): Answer {
  return { ...textAnswer(429, 'rate_limited'), headers: { 'retry-after': String(seconds) } };
}

function webhookArgs(body: string, contentType: string): Args | undefined {
  const text = contentType.startsWith('application/x-www-form-urlencoded') ? (new URLSearchParams(body).get('payload') ?? '') : body;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function argsOrRefusal(contentType: string, query: URLSearchParams, body: string): Args | Refusal {
  try {
    return readArgs(contentType, query, body);
  } catch (cause) {
    if (cause instanceof Refusal) return cause;
    throw cause;
  }
}

function jsonOrNothing(body: string): Args {
  return webhookArgs(body, '') ?? {};
}

function textOrNothing(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
