/** A remote-write receiver of a chosen character on a free loopback port: strict or not, of either protocol, with faults on demand. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { inflate, type ReceivedRequest, readV1, readV2 } from './decode.ts';
import { Storage, type StorageOptions, TOO_OLD } from './storage.ts';

/** What is done to a request instead of what the receiver would do. */
export type Fault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly stores?: boolean;
    }
  /** The connection breaks; `stores`: after the request was taken. */
  | { readonly kind: 'reset'; readonly stores?: boolean };

/** One request as it came. */
export interface SeenRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: '1.0' | '2.0';
  readonly request: ReceivedRequest;
  readonly status: number | undefined;
}

/** Character of a receiver. */
export interface FakeReceiverOptions extends Partial<StorageOptions> {
  /** `silent`: takes 2.0 for an empty message of 1.0 and says 204, as old ones do. Default `both`. */
  readonly speaks?: '1.0' | 'both' | 'silent';
  /** The answer to samples before the out-of-order window; Prometheus before 2.50 gives 500. Default 400. */
  readonly tooOldStatus?: 400 | 500;
  /** Asked about each request with its number from 1; undefined: no fault. */
  readonly fault?: (number: number, request: ReceivedRequest) => Fault | undefined;
}

/** The receiver. */
export class FakeReceiver {
  readonly storage: Storage;
  readonly seen: SeenRequest[] = [];
  /** What a strict receiver would find fault with, of all requests. */
  readonly faults: string[] = [];
  fault: FakeReceiverOptions['fault'];
  readonly #options: FakeReceiverOptions;
  readonly #server: Server;

  constructor(options: FakeReceiverOptions = {}) {
    this.#options = options;
    this.fault = options.fault;
    this.storage = new Storage({ outOfOrderMs: 0, isPartial: false, ...options });
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** Listens; gives the address to write to. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}/api/v1/write`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = request.headers as Readonly<Record<string, string>>;
    const protocol = headers['content-type']?.includes('write.v2') ? '2.0' : '1.0';
    const read = protocol === '2.0' && this.#options.speaks !== 'silent' ? readV2 : readV1;
    const received = read(inflate(Buffer.concat(chunks)));
    this.faults.push(...received.faults, ...headerFaults(request, protocol));
    const fault = this.fault?.(this.seen.length + 1, received);
    const stored = fault === undefined || fault.stores === true ? this.#take(protocol, received) : undefined;
    const answer = fault ?? stored;
    const status = answer === undefined || answer.kind === 'reset' ? undefined : answer.status;
    this.seen.push({ headers, protocol, request: received, status });
    if (answer === undefined || answer.kind === 'reset') request.socket.destroy();
    else response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  #take(protocol: '1.0' | '2.0', { series }: ReceivedRequest): Fault {
    if (protocol === '2.0' && this.#options.speaks === '1.0') return { kind: 'status', status: 415, body: 'unsupported protobuf message' };
    const { fault, written } = this.storage.append(series);
    const headers: Record<string, string> =
      protocol === '2.0' && this.#options.speaks !== 'silent' ? { 'x-prometheus-remote-write-samples-written': String(written) } : {};
    const status = fault?.startsWith(TOO_OLD) ? (this.#options.tooOldStatus ?? 400) : 400;
    return fault === undefined ? { kind: 'status', status: 204, headers } : { kind: 'status', status, headers, body: fault };
  }
}

function headerFaults({ method, headers }: IncomingMessage, protocol: '1.0' | '2.0'): readonly string[] {
  const expected = {
    'content-encoding': 'snappy',
    'content-type': protocol === '1.0' ? 'application/x-protobuf' : 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
    'x-prometheus-remote-write-version': protocol === '1.0' ? '0.1.0' : '2.0.0',
  };
  const faults = Object.entries(expected).flatMap(([name, value]) => (headers[name] === value ? [] : [`${name}: ${headers[name]}`]));
  if (method !== 'POST') faults.push(`method ${method}`);
  if (!/^[\w-]+\/[\w.-]+$/.test(headers['user-agent'] ?? '')) faults.push(`user-agent: ${headers['user-agent']}`);
  return faults;
}
