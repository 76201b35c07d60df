/**
 * Stands between the functions and what they call, and sees each call as it goes: so that a process can be made to die in the very moment in which a
 * call has been carried out and its answer is not there yet.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transactions } from './transactions.ts';

/** A call as it came. */
export interface TappedCall {
  /** Whose credentials it was signed with; each function has its own. */
  readonly caller: string | undefined;
  /** `DynamoDB_20120810.TransactWriteItems`; for what has no such header, method and path. */
  readonly operation: string;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Trap {
  readonly isMeant: (call: TappedCall) => boolean;
  readonly spring: () => void;
}

/**
 * A loopback address before another one. Calls of DynamoDB go on one after the other: what is undone of a cancelled transaction is not kept apart
 * from what others write meanwhile (see `Transactions`), as DynamoDB does it. A call that has begun is carried out though its sender dies, as it would be.
 */
export class WireTap {
  readonly #target: URL;
  readonly #server: Server;
  readonly #traps: Trap[] = [];
  readonly #transactions = new Transactions();
  #last: Promise<unknown> = Promise.resolve();
  #address = '';

  /** @param target - Address of what is called. */
  constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((incoming, outgoing) => this.#take(incoming, outgoing));
  }

  /** Gives the address. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.#address = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this.#address;
  }

  get address(): string {
    return this.#address;
  }

  /** Traps that no call has sprung. */
  get traps(): number {
    return this.#traps.length;
  }

  /** The next such call is carried out, then this is done, and its answer is lost. */
  trap(isMeant: (call: TappedCall) => boolean, spring: () => void): void {
    this.#traps.push({ isMeant, spring });
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #take(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const { method = 'POST', url = '/', headers } = incoming;
      const call = callOf(method, url, headers);
      const body = Buffer.concat(parts);
      const pass = (sent: Buffer): Promise<Answer> =>
        this.#pass(method, url, { ...headers, ...(sent === body ? {} : { 'content-length': String(sent.length) }) }, sent);
      const carryOut = (): Promise<Answer> => {
        if (!call.operation.endsWith('.TransactWriteItems')) return pass(body);
        return this.#transactions.run(body, (name, input) => this.#dynamoDb(headers, name, input), pass);
      };
      let turn: Promise<Answer>;
      if (call.operation.startsWith('DynamoDB_')) {
        // whoever has given up before its turn has never reached the service
        turn = this.#last.then(() => (outgoing.destroyed ? Promise.reject(new Error('nobody waits')) : carryOut()));
        this.#last = turn.catch(() => undefined);
      } else turn = carryOut();
      turn.then(
        ({ status, headers: answered, body: said }) => {
          const trap = status < 300 ? this.#trapFor(call) : undefined;
          if (trap === undefined) return outgoing.writeHead(status, answered).end(said);
          trap.spring();
          return outgoing.destroy();
        },
        () => outgoing.destroy(),
      );
    });
  }

  /** A call of the tap's own, in the name of a caller. */
  #dynamoDb(headers: IncomingHttpHeaders, operation: string, input: object): Promise<Answer> {
    const body = Buffer.from(JSON.stringify(input));
    const own = { 'x-amz-target': `DynamoDB_20120810.${operation}`, 'content-length': String(body.length) };
    return this.#pass('POST', '/', { ...headers, ...own }, body);
  }

  #trapFor(call: TappedCall): Trap | undefined {
    const at = this.#traps.findIndex(({ isMeant }) => isMeant(call));
    return at < 0 ? undefined : this.#traps.splice(at, 1)[0];
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

function callOf(method: string, path: string, headers: IncomingHttpHeaders): TappedCall {
  const target = headers['x-amz-target'];
  return {
    caller: /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1],
    operation: typeof target === 'string' ? target : `${method} ${path}`,
  };
}
