/**
 * A Loki for tests: it takes and refuses what a real one (3.7.6, measured) takes and refuses, with the same statuses and texts,
 * its faults included: of a push with several streams only the last one's refusal is told. It is itself tested against a real
 * one's recorded answers (`test/conformance/loki.test.ts`).
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Answer, errorAnswer, jsonAnswer, Refusal } from './answer.ts';
import type { Fault } from './faults.ts';
import { labelText } from './labels.ts';
import { DEFAULT_LIMITS, type LokiLimits } from './limits.ts';
import { readPush } from './push-body.ts';
import { answerQuery, type QueryRequest } from './query-api.ts';
import { type StoredEntry, TenantStore } from './store.ts';

export interface FakeLokiOptions {
  readonly limits?: Partial<LokiLimits>;
  /** Requests must name a tenant. */
  readonly auth?: boolean;
  /** A gateway in front of it asks for exactly this `Authorization`. */
  readonly authorization?: string;
  /** Ms since 1970; the machine's clock unless given. */
  readonly now?: () => number;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** What goes wrong with the first, second ... push; after the last one nothing does. */
  readonly faults?: readonly Fault[];
}

/** One request as it came in. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  readonly atMs: number;
}

const BUILD = { version: '3.7.6', revision: '5003600d', branch: 'HEAD', buildUser: '', buildDate: '', goVersion: '' };

/** The fake server. */
export class FakeLoki {
  readonly #options: FakeLokiOptions;
  readonly #limits: LokiLimits;
  readonly #stores = new Map<string, TenantStore>();
  readonly #faults: Fault[];
  readonly #queryFaults: Fault[] = [];
  readonly #server: Server;
  readonly seen: SeenRequest[] = [];
  #nowNs: bigint | undefined;
  #ready = true;

  constructor(options: FakeLokiOptions = {}) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#faults = [...(options.faults ?? [])];
    this.#server = options.tls === undefined ? createServer() : createTlsServer(options.tls);
    this.#server.on('request', (request, response) => this.#take(request, response));
  }

  /** Starts to listen on a free port of the loopback address; gives the base address. */
  async start(): Promise<string> {
    await new Promise<void>((ready) => this.#server.listen(0, '127.0.0.1', ready));
    const { port } = this.#server.address() as AddressInfo;
    return `${this.#options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  /** Sets the clock, in ns since 1970. */
  setClock(ns: bigint): void {
    this.#nowNs = ns;
  }

  setReady(ready: boolean): void {
    this.#ready = ready;
  }

  /** Adds to what goes wrong next. */
  fail(...faults: readonly Fault[]): void {
    this.#faults.push(...faults);
  }

  /** The same for queries. */
  failQueries(...faults: readonly Fault[]): void {
    this.#queryFaults.push(...faults);
  }

  /** Writes all chunks, after which old entries are found too. */
  flush(): void {
    for (const store of this.#stores.values()) store.flush();
  }

  /** Lets streams go that were quiet: all is written, and what comes next begins them anew, with no newest entry to be behind of. */
  rest(): void {
    for (const store of this.#stores.values()) store.rest();
  }

  /** Everything a tenant has stored: label text and entries of each stream. */
  stored(tenant = 'fake'): readonly { readonly stream: string; readonly entries: readonly StoredEntry[] }[] {
    return this.#store(tenant)
      .all()
      .map(({ labels, entries }) => ({ stream: labelText(labels), entries }))
      .filter(({ entries }) => entries.length > 0);
  }

  /** Pushes seen so far. */
  get pushes(): readonly SeenRequest[] {
    return this.seen.filter(({ method, path }) => method === 'POST' && path === '/loki/api/v1/push');
  }

  /** Answers one request, without a connection. */
  answer(request: Omit<SeenRequest, 'atMs'>): Answer {
    const url = new URL(request.path, 'http://loki');
    try {
      return this.#route(request, url);
    } catch (cause) {
      if (!(cause instanceof Refusal)) throw cause;
      const isPush = url.pathname === '/loki/api/v1/push' || cause.message === 'no org id';
      return errorAnswer(cause.status, cause.message, isPush ? '\n' : '');
    }
  }

  #route(request: Omit<SeenRequest, 'atMs'>, url: URL): Answer {
    const { method } = request;
    const { authorization } = this.#options;
    if (authorization !== undefined && request.headers['authorization'] !== authorization) return errorAnswer(401, 'unauthorized');
    if (url.pathname === '/ready') {
      return this.#ready ? { status: 200, body: 'ready\n' } : errorAnswer(503, 'Ingester not ready: waiting for 15s after being ready');
    }
    if (url.pathname === '/loki/api/v1/status/buildinfo') return jsonAnswer(BUILD);
    // the address of old takes any body and keeps nothing
    if (url.pathname === '/api/prom/push' && method === 'POST') return { status: 204, body: '' };
    if (url.pathname === '/loki/api/v1/push') {
      if (method !== 'POST') return { status: 405, body: '' };
      this.#push(request);
      return { status: 204, body: '' };
    }
    const query: QueryRequest = { method, url, body: request.body, headers: request.headers };
    const answer = answerQuery(query, () => this.#store(this.#tenant(request.headers)).visible(this.#now()), this.#limits, this.#now());
    return answer ?? errorAnswer(404, '404 page not found');
  }

  #push(request: Omit<SeenRequest, 'atMs'>): void {
    const tenant = this.#tenant(request.headers);
    checkTenant(tenant);
    this.#store(tenant).push(readPush(request.headers, request.body, this.#limits), this.#now());
  }

  #tenant(headers: SeenRequest['headers']): string {
    if (this.#options.auth !== true) return 'fake';
    const tenant = headers['x-scope-orgid'] ?? '';
    if (tenant === '') throw new Refusal(401, 'no org id');
    if (tenant.includes('|')) throw new Refusal(headers['content-type'] === undefined ? 500 : 400, 'multiple org IDs present');
    return tenant;
  }

  #store(tenant: string): TenantStore {
    const known = this.#stores.get(tenant);
    if (known !== undefined) return known;
    const made = new TenantStore(tenant, this.#limits);
    this.#stores.set(tenant, made);
    return made;
  }

  #now(): bigint {
    return this.#nowNs ?? BigInt(Math.floor((this.#options.now ?? Date.now)())) * 1_000_000n;
  }

  #take(message: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const headers = Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)]));
      const request = { method: message.method ?? '', path: message.url ?? '', headers, body: Buffer.concat(chunks) };
      this.seen.push({ ...request, atMs: Number(this.#now() / 1_000_000n) });
      const isPush = request.method === 'POST' && request.path.startsWith('/loki/api/v1/push');
      const fault = (isPush ? this.#faults : this.#queryFaults).shift();
      this.#respond(request, fault ?? { kind: 'none' }, response);
    });
  }

  #respond(request: Omit<SeenRequest, 'atMs'>, fault: Fault, response: ServerResponse): void {
    if (fault.kind === 'hang') return;
    if (fault.kind === 'reset') {
      response.socket?.resetAndDestroy();
      return;
    }
    if (fault.kind === 'status') {
      response.writeHead(fault.status, fault.headers).end(fault.text ?? '');
      return;
    }
    const answer = this.answer(request);
    if (fault.kind === 'answer_lost') response.socket?.resetAndDestroy();
    else if (fault.kind === 'stored_status') response.writeHead(fault.status).end(fault.text ?? '');
    else if (fault.kind === 'delay') setTimeout(() => send(response, answer), fault.ms);
    else send(response, answer);
  }
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers).end(body);
}

/** Loki's rules for the name of a tenant. */
function checkTenant(tenant: string): void {
  const bad = /[^a-zA-Z0-9!_.*'()-]/.exec(tenant);
  // header values arrive as bytes; the text shows them as UTF-8, the character as its first byte
  const shown = Buffer.from(tenant, 'latin1').toString('utf8');
  if (bad !== null) throw new Refusal(400, `tenant ID '${shown}' contains unsupported character '${bad[0]}'`);
  if (tenant.length > 150) throw new Refusal(400, 'tenant ID is too long: max 150 characters');
  if (tenant === '.' || tenant === '..') throw new Refusal(400, "tenant ID is '.' or '..'");
}
