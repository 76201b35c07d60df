/** Stands before a receiver and does to it what networks, proxies and overloaded receivers do, as a test decides. */
import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** What is done to one request. */
export type Mishap =
  | { readonly kind: 'pass' }
  /** The connection breaks and the receiver sees nothing. */
  | { readonly kind: 'drop' }
  /** The receiver takes it and the answer is lost. */
  | { readonly kind: 'lose_answer' }
  /** The receiver takes it so late that the sender may have given up and sent it again. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** An answer instead of the receiver's, who sees nothing. */
  | { readonly kind: 'answer'; readonly status: number; readonly headers?: Readonly<Record<string, string>> };

/** The proxy. */
export class FaultyProxy {
  /** How often each mishap came about. */
  readonly counts = new Map<string, number>();
  next: (number: number) => Mishap = () => ({ kind: 'pass' });
  readonly #target: string;
  readonly #server: Server;
  readonly #underWay = new Set<Promise<unknown>>();
  #number = 0;

  /** @param target - Base address of the receiver. */
  constructor(target: string) {
    this.#target = target;
    this.#server = createServer((request, response) => {
      const work = this.#handle(request, response).catch(() => request.socket.destroy());
      this.#underWay.add(work);
      void work.finally(() => this.#underWay.delete(work));
    });
  }

  /** Listens; gives its base address. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Resolves when nothing delayed is under way any more. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async stop(): Promise<void> {
    await this.settled();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const mishap = this.next(++this.#number);
    const name = mishap.kind === 'answer' ? String(mishap.status) : mishap.kind;
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    if (mishap.kind === 'drop') return void request.socket.destroy();
    if (mishap.kind === 'answer') return void response.writeHead(mishap.status, mishap.headers).end('made up by the proxy');
    if (mishap.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, mishap.ms));
    const { status, body } = await this.#forward(request, Buffer.concat(chunks));
    if (mishap.kind === 'lose_answer') return void request.socket.destroy();
    response.writeHead(status).end(body);
  }

  #forward({ method, url, headers }: IncomingMessage, body: Buffer): Promise<{ readonly status: number; readonly body: Buffer }> {
    return new Promise((resolve, reject) => {
      const sending = httpRequest(
        `${this.#target}${url}`,
        { method, headers: { ...headers, host: new URL(this.#target).host } },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks) }));
          answer.on('error', reject);
        },
      );
      sending.on('error', reject);
      sending.end(body);
    });
  }
}
