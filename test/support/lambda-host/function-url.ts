import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import { REGION } from './aws.ts';
import { type FunctionHost, MAX_PAYLOAD_BYTES } from './function-host.ts';
import type { FunctionAddress } from './template.ts';

/** Bodies that stay text; all others are base64 in the event. */
const TEXT_TYPES = /^(?:text\/|application\/(?:json|javascript|xml)(?:;|$))/;

const answer = z.object({
  statusCode: z.number().int().min(100).max(599),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().default(''),
  isBase64Encoded: z.boolean().default(false),
});

/**
 * The public address of a function, on this machine: takes requests and hands them over in payload version 2.0, within the limits of the service, one
 * invocation each (Lambda Developer Guide, "Invoking Lambda function URLs").
 */
export class FunctionUrl {
  readonly functionArn: string;
  readonly #host: FunctionHost;
  readonly #server: Server;
  #base = '';

  constructor({ functionArn, authType }: FunctionAddress, host: FunctionHost) {
    if (authType !== 'NONE') throw new Error(`${host.deployed.name}: the host signs no requests (${authType})`);
    this.functionArn = functionArn;
    this.#host = host;
    this.#server = createServer((request, response) => {
      this.#take(request, response).catch((cause: unknown) => {
        response.writeHead(500).end(String(cause));
      });
    });
  }

  /** Without a slash at the end. */
  get base(): string {
    return this.#base;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.#base = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const say = (status: number, message: string): unknown =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ Message: message }));
    const event = eventOf(request, Buffer.concat(parts));
    if (Buffer.byteLength(JSON.stringify(event)) > MAX_PAYLOAD_BYTES) return void say(413, 'Request must be smaller than 6291456 bytes');
    const result = await this.#host.invokeNow(event);
    if (result === undefined) return void say(429, 'Rate Exceeded.');
    if (!result.ok) return void say(502, 'Internal Server Error');
    const parsed = answer.safeParse(result.value);
    // what has no status is the body of a 200
    if (!parsed.success) return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result.value));
    const { statusCode, headers, body, isBase64Encoded } = parsed.data;
    response.writeHead(statusCode, { 'content-type': 'application/json', ...headers });
    response.end(isBase64Encoded ? Buffer.from(body, 'base64') : body);
  }
}

/** A request in payload version 2.0. */
function eventOf(request: IncomingMessage, body: Buffer): unknown {
  const { pathname, search, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const headers = Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, [value].flat().join(',')]])),
  );
  const { cookie, ...others } = headers;
  const isText = TEXT_TYPES.test(headers['content-type'] ?? '') && headers['content-encoding'] === undefined;
  const domain = 'abcdefghijklmnopqrstuvwxyz012345.lambda-url';
  const nowMs = Date.now();
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: pathname,
    rawQueryString: search.slice(1),
    ...(cookie === undefined ? {} : { cookies: cookie.split('; ') }),
    headers: {
      ...others,
      host: `${domain}.${REGION}.on.aws`,
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
      'x-amzn-trace-id': `Root=1-${Math.floor(nowMs / 1_000).toString(16)}-${randomUUID().replaceAll('-', '').slice(0, 24)}`,
    },
    ...(search === '' ? {} : { queryStringParameters: Object.fromEntries(searchParams) }),
    requestContext: {
      accountId: 'anonymous',
      apiId: domain.split('.')[0],
      domainName: `${domain}.${REGION}.on.aws`,
      domainPrefix: domain.split('.')[0],
      http: {
        method: request.method,
        path: pathname,
        protocol: 'HTTP/1.1',
        sourceIp: '203.0.113.7',
        userAgent: headers['user-agent'] ?? null,
      },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: new Date(nowMs).toUTCString(),
      timeEpoch: nowMs,
    },
    ...(body.length === 0 ? {} : { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}
