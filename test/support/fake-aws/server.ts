/**
 * CloudTrail's and CloudWatch Logs' histories for tests, over the real protocol (JSON 1.1): they take what the services take, refuse what they refuse with
 * their words, keep their rates, and page as they page. What they hold is put in by the test.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { filterLogEvents, type LogGroup } from './filter-log-events.ts';
import { lookupEvents, type TrailEvent } from './lookup-events.ts';
import { Rate } from './rate.ts';
import { AwsRefusal, type Body } from './refusal.ts';

/** What happens to a call instead of an answer. */
export type AwsFault = { readonly kind: 'refused'; readonly status: number; readonly code: string } | { readonly kind: 'reset' };

/** A call as it came. */
export interface AwsCall {
  readonly operation: 'LookupEvents' | 'FilterLogEvents';
  readonly region: string;
  readonly input: Body;
  readonly atMs: number;
  /** `ok`, or the error's code. */
  outcome: string;
}

export interface FakeAwsOptions {
  /** Ms since 1970. */
  readonly now: () => number;
  /** Asked about each call with its number from 1. */
  readonly fault?: (call: AwsCall, number: number) => AwsFault | undefined;
  /** Whether a message matches a filter pattern; the services' language is not spoken here. */
  readonly matches?: (pattern: string, message: string) => boolean;
  /** Stored events that one page of a log group looks at. Default 10,000. */
  readonly scannedAPage?: number;
}

const OPERATIONS: ReadonlyMap<string, AwsCall['operation']> = new Map([
  ['com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents', 'LookupEvents'],
  ['CloudTrail_20131101.LookupEvents', 'LookupEvents'],
  ['Logs_20140328.FilterLogEvents', 'FilterLogEvents'],
]);
/** Requests a second of an account and region. */
const RATES = { LookupEvents: 2, FilterLogEvents: 5 } as const;

/** The services. */
export class FakeAws {
  /** Events by region. */
  readonly trails = new Map<string, TrailEvent[]>();
  readonly logGroups = new Map<string, LogGroup>();
  readonly calls: AwsCall[] = [];
  fault: FakeAwsOptions['fault'];
  readonly #options: FakeAwsOptions;
  readonly #rates = new Map<string, Rate>();
  readonly #server: Server;

  constructor(options: FakeAwsOptions) {
    this.#options = options;
    this.fault = options.fault;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** Listens; gives the endpoint. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const send = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    let call: AwsCall | undefined;
    try {
      call = this.#read(request, Buffer.concat(chunks).toString('utf8'));
      this.calls.push(call);
      const fault = this.fault?.(call, this.calls.length);
      if (fault?.kind === 'reset') {
        call.outcome = 'reset';
        request.socket.destroy();
        return;
      }
      if (fault !== undefined) throw new AwsRefusal(fault.code, 'as the test wants it', fault.status);
      this.#takeTurn(call);
      send(200, this.#run(call));
    } catch (cause) {
      const refusal = cause instanceof AwsRefusal ? cause : new AwsRefusal('InternalFailure', String(cause), 500);
      if (call !== undefined) call.outcome = refusal.code;
      send(refusal.status, { __type: refusal.code, message: refusal.message });
    }
  }

  #read({ method, headers }: IncomingMessage, text: string): AwsCall {
    const operation = OPERATIONS.get(String(headers['x-amz-target']));
    if (method !== 'POST' || operation === undefined) throw new AwsRefusal('UnknownOperationException', String(headers['x-amz-target']));
    if (headers['content-type'] !== 'application/x-amz-json-1.1')
      throw new AwsRefusal('SerializationException', String(headers['content-type']));
    const [, region] = /Credential=[^/]+\/\d{8}\/([a-z0-9-]+)\/(?:cloudtrail|logs)\/aws4_request/.exec(String(headers.authorization)) ?? [];
    if (region === undefined) throw new AwsRefusal('MissingAuthenticationTokenException', 'Missing Authentication Token', 403);
    return { operation, region, input: JSON.parse(text) as Body, atMs: this.#options.now(), outcome: 'ok' };
  }

  #takeTurn({ operation, region, atMs }: AwsCall): void {
    const key = `${operation} ${region}`;
    const rate = this.#rates.get(key) ?? new Rate(RATES[operation]);
    this.#rates.set(key, rate);
    if (!rate.take(atMs)) throw new AwsRefusal('ThrottlingException', 'Rate exceeded');
  }

  #run({ operation, region, input }: AwsCall): object {
    const { now, matches = () => true, scannedAPage = 10_000 } = this.#options;
    if (operation === 'LookupEvents') return lookupEvents(this.trails.get(region) ?? [], input, now());
    return filterLogEvents(this.logGroups, input, { matches, scannedAPage, nowMs: now() });
  }
}
