import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * A loopback address that hands requests on one after the other. The emulator keeps a copy of the whole table while a transaction runs and puts it back
 * when the transaction is cancelled, which undoes what others have written meanwhile (moto 5.2.1, `transact_write_items`); DynamoDB does no such thing.
 * A request whose sender dies is carried out all the same, as it would be.
 */
export class OneAtATime {
  readonly #target: URL;
  readonly #server: Server;
  #last: Promise<unknown> = Promise.resolve();

  constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((incoming, outgoing) => {
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('end', () => {
        const { method = 'POST', url = '/', headers } = incoming;
        const turn = this.#last.then(() => this.#pass(method, url, headers, Buffer.concat(parts)));
        this.#last = turn.catch(() => undefined);
        turn.then(
          ({ status, headers: answered, body }) => outgoing.writeHead(status, answered).end(body),
          () => outgoing.destroy(),
        );
      });
    });
  }

  /** Gives the address. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #pass(method: string, path: string, headers: IncomingHttpHeaders, body: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { hostname: host, port } = this.#target;
      const passed = request({ host, port, method, path, headers }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('error', reject);
        answer.on('end', () => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: Buffer.concat(parts) }));
      });
      passed.on('error', reject);
      passed.end(body);
    });
  }
}
