import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { HttpClient, type HttpClientOptions, type HttpOutcome, shownUrl } from '../../../lib/clients/http.ts';

const servers: Server[] = [];
const clients: HttpClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function serve(handler: Handler, server: Server = createServer()): Promise<string> {
  servers.push(server);
  server.on('request', (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => handler(request, response, Buffer.concat(chunks).toString()));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function client(options: Partial<HttpClientOptions> = {}): HttpClient {
  const made = new HttpClient({ timeoutMs: 5_000, ...options });
  clients.push(made);
  return made;
}

function answered(outcome: HttpOutcome) {
  if (outcome.kind === 'answer') return outcome;
  throw new Error(outcome.message);
}

function failed(outcome: HttpOutcome) {
  if (outcome.kind === 'failure') return outcome;
  throw new Error(`an answer ${outcome.status}`);
}

describe('a request', () => {
  test('carries method, headers, length and body, and the whole answer comes back', async () => {
    const host = await serve((request, response, body) => {
      response.setHeader('X-Seen', [request.method ?? '', request.headers['content-length'] ?? '', request.headers['x-own'] ?? ''].flat());
      response.writeHead(207).end(`got ${body}`);
    });
    const outcome = await client({ headers: { 'x-own': 'client' } }).send({
      method: 'POST',
      url: `http://${host}/push?x=1`,
      headers: { 'x-own': 'request' },
      body: 'grün',
    });
    expect(outcome).toMatchObject({ kind: 'answer', status: 207, body: 'got grün', isCut: false });
    expect(answered(outcome).headers['x-seen']).toBe('POST, 5, request');
  });

  test('shows basic and bearer credentials as the standards want them', async () => {
    const host = await serve((request, response) => response.end(request.headers.authorization?.slice(0, 6)));
    const url = `http://${host}/`;
    const basic = await client({ auth: { kind: 'basic', username: 'ü', password: 'p:w' } }).send({ method: 'GET', url });
    expect(answered(basic).body).toBe('Basic ');
    const bearer = await client({ auth: { kind: 'bearer', token: 'abc' } }).send({ method: 'GET', url });
    expect(answered(bearer).body).toBe('Bearer');
  });

  test('a redirect is an answer and is not followed', async () => {
    let calls = 0;
    const host = await serve((_request, response) => {
      calls++;
      response.writeHead(307, { location: '/other' }).end();
    });
    expect(answered(await client().send({ method: 'POST', url: `http://${host}/`, body: 'x' })).status).toBe(307);
    expect(calls).toBe(1);
  });

  test('an answer longer than what is kept is cut, and the client goes on', async () => {
    const host = await serve((request, response) => response.end(request.url === '/long' ? 'x'.repeat(1_000_000) : 'short'));
    const bounded = client({ maxResponseBytes: 100 });
    expect(answered(await bounded.send({ method: 'GET', url: `http://${host}/long` }))).toMatchObject({
      body: 'x'.repeat(100),
      isCut: true,
    });
    expect(answered(await bounded.send({ method: 'GET', url: `http://${host}/` }))).toMatchObject({ body: 'short', isCut: false });
  });

  test('the status counts even when the text behind it breaks off', async () => {
    const host = await serve((_request, response) => {
      response.writeHead(400, { 'content-length': '1000' });
      response.write('too ', () => response.destroy());
    });
    expect(answered(await client().send({ method: 'POST', url: `http://${host}/`, body: 'x' }))).toMatchObject({
      status: 400,
      isCut: true,
    });
  });
});

describe('no answer', () => {
  test('within the time is a timeout that names the limit', async () => {
    const host = await serve(() => undefined);
    const outcome = failed(await client().send({ method: 'POST', url: `http://${host}/push`, body: 'x', timeoutMs: 30 }));
    expect(outcome).toEqual({ kind: 'failure', reason: 'timeout', message: `POST http://${host}/push: no answer within 30 ms` });
  });

  test('is a timeout too when the time left is no whole number, or none', async () => {
    const host = await serve(() => undefined);
    const request = { method: 'GET', url: `http://${host}/` } as const;
    expect(failed(await client().send({ ...request, timeoutMs: 20.4 })).message).toContain('no answer within 21 ms');
    expect(failed(await client().send({ ...request, timeoutMs: -5 })).reason).toBe('timeout');
  });

  test('because the caller ended it is told apart, before and during the request', async () => {
    const controller = new AbortController();
    const host = await serve(() => controller.abort());
    const request = { method: 'GET', url: `http://${host}/`, signal: controller.signal } as const;
    expect(failed(await client().send(request)).reason).toBe('aborted');
    expect(failed(await client().send(request)).reason).toBe('aborted');
  });

  test('because nobody listens is said so', async () => {
    const host = await serve(() => undefined);
    const server = servers.pop();
    await new Promise((done) => server?.close(done));
    expect(failed(await client().send({ method: 'GET', url: `http://${host}/` })).reason).toBe('refused');
  });

  test('because the host is unknown is said so', async () => {
    const outcome = failed(await client().send({ method: 'GET', url: 'http://testing.invalid:1234/' }));
    expect(['dns', 'network']).toContain(outcome.reason);
  });

  test('because the connection broke is said so', async () => {
    const host = await serve((request) => request.socket.resetAndDestroy());
    expect(failed(await client().send({ method: 'POST', url: `http://${host}/`, body: 'x', idempotent: true })).reason).toBe('reset');
  });

  test('because address or header cannot be sent is a failure and no exception', async () => {
    expect(failed(await client().send({ method: 'GET', url: 'nowhere' })).message).toContain('an address that is none');
    expect(failed(await client().send({ method: 'GET', url: 'ftp://example.com/' })).reason).toBe('invalid');
    expect(failed(await client().send({ method: 'GET', url: 'http://127.0.0.1:1/', headers: { a: 'b\n' } })).reason).toBe('invalid');
  });
});

describe('a kept connection that the other side has closed', () => {
  async function sleepy(): Promise<{ readonly url: string; readonly kill: () => void; readonly calls: () => number }> {
    const sockets: Socket[] = [];
    let calls = 0;
    let killed = false;
    const host = await serve((request, response) => {
      calls++;
      if (killed && request.socket === sockets[0]) return void request.socket.resetAndDestroy();
      response.end('ok');
    });
    servers[0]?.on('connection', (socket) => sockets.push(socket));
    return {
      url: `http://${host}/`,
      kill: () => {
        killed = true;
      },
      calls: () => calls,
    };
  }

  test('is met with one repeat at once when the receiver takes repeats', async () => {
    const { url, kill, calls } = await sleepy();
    const kept = client({ maxSockets: 1 });
    await kept.send({ method: 'POST', url, body: '1', idempotent: true });
    kill();
    expect(answered(await kept.send({ method: 'POST', url, body: '2', idempotent: true })).status).toBe(200);
    expect(calls()).toBe(3);
  });

  test('is a failure when a repeat could do harm', async () => {
    const { url, kill, calls } = await sleepy();
    const kept = client({ maxSockets: 1 });
    await kept.send({ method: 'POST', url, body: '1' });
    kill();
    expect(failed(await kept.send({ method: 'POST', url, body: '2' })).reason).toBe('reset');
    expect(calls()).toBe(2);
  });
});

describe('secrets', () => {
  test('are blacked out in answers that repeat them', async () => {
    const host = await serve((request, response) =>
      response.writeHead(401).end(`bad ${request.headers.authorization} hunter22 ${request.url}`),
    );
    const outcome = await client({ auth: { kind: 'basic', username: 'u', password: 'hunter22' } }).send({
      method: 'GET',
      url: `http://${host}/x`,
    });
    expect(answered(outcome).body).toBe('bad Basic [redacted] [redacted] /x');
    expect(client({ auth: { kind: 'bearer', token: 't/ken' } }).redact('t/ken and t%2Fken')).toBe('[redacted] and [redacted]');
  });

  test('that no header can carry are refused without being shown', () => {
    expect(() => client({ auth: { kind: 'bearer', token: 'geheim\n' } })).toThrow(/^the bearer token holds a line break/);
    expect(() => client({ auth: { kind: 'bearer', token: 'geheim\n' } })).not.toThrow(/geheim/);
  });

  test('in an address do not reach a message', () => {
    expect(shownUrl('https://user:pw@example.com:3100/loki?token=x#y')).toBe('https://example.com:3100/loki');
  });
});

describe('TLS', () => {
  const [key, cert] = ['key', 'cert'].map((name) => readFileSync(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url), 'utf8'));
  const secureServer = () => createTlsServer({ key: key ?? '', cert: cert ?? '' });

  test('a certificate of nobody known is refused, with the way out', async () => {
    const host = await serve((_request, response) => response.end('ok'), secureServer());
    const outcome = failed(await client().send({ method: 'GET', url: `https://${host}/` }));
    expect(outcome.reason).toBe('tls');
    expect(outcome.message).toContain('name the authority in tls.ca_file');
  });

  test("an authority of one's own is believed, and anything with insecure", async () => {
    const host = await serve((_request, response) => response.end('ok'), secureServer());
    expect(answered(await client({ tls: { ca: cert } }).send({ method: 'GET', url: `https://${host}/` })).body).toBe('ok');
    expect(answered(await client({ tls: { insecure: true } }).send({ method: 'GET', url: `https://${host}/` })).body).toBe('ok');
  });

  test('plain HTTP where TLS is spoken, and the other way round, is a failure', async () => {
    const plain = await serve((_request, response) => response.end('ok'));
    expect(failed(await client().send({ method: 'GET', url: `https://${plain}/` })).reason).toBe('tls');
  });
});
