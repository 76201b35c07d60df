/** What the fake receivers have in common: a server on this machine, the faults a test asks for, and what was posted when. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ReceiverFault } from '../../contract/sink.ts';

/** One request as the fake sees it. */
export interface FakeRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What the fake answers. */
export interface FakeAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server whose answers a fake receiver gives. */
export class FakeServer {
  /** Posts, faults included. */
  readonly posts: { readonly atMs: number; readonly body: string }[] = [];
  readonly #server: Server;
  readonly #now: () => number;
  readonly #answer: (request: FakeRequest) => FakeAnswer;
  readonly #faults: (ReceiverFault | 'none')[] = [];
  #isStopped = false;

  constructor(answer: (request: FakeRequest) => FakeAnswer, now: () => number = Date.now) {
    this.#answer = answer;
    this.#now = now;
    this.#server = createServer((request, response) => void this.#handle(request, response));
  }

  /** Listens; gives its base address. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** What goes wrong with the next posts, one each; none is a post that goes well. */
  fail(...faults: readonly (ReceiverFault | 'none')[]): void {
    this.#faults.push(...faults);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://fake');
    const asked: FakeRequest = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
      body: Buffer.concat(chunks).toString('utf8'),
    };
    const isPost = asked.method === 'POST';
    if (isPost) this.posts.push({ atMs: this.#now(), body: asked.body });
    const planned = isPost ? this.#faults.shift() : undefined;
    const fault = planned === 'none' ? undefined : planned;
    if (fault === 'hang') return;
    if (fault === 'reset') return void request.socket.destroy();
    const answer = typeof fault === 'object' ? { body: 'a fault of the test', ...fault } : this.#answer(asked);
    if (fault === 'answer_lost') return void request.socket.destroy();
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
    response.writeHead(answer.status, {
      'content-type': typeof answer.body === 'string' ? 'text/plain' : 'application/json',
      ...answer.headers,
    });
    response.end(text);
  }
}

/** A foreign value as an object; anything else has no members. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}

/** JSON, or undefined. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
