import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { SlackWeb } from '../../../lib/clients/slack-web.ts';

const TOKEN = 'xoxb-1111-secret-token';
const servers: Server[] = [];
const webs: SlackWeb[] = [];
afterEach(async () => {
  for (const web of webs.splice(0)) web.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

async function webOf(listener: RequestListener, timeoutMs = 2_000): Promise<SlackWeb> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
  const web = new SlackWeb({ token: TOKEN, apiUrl, timeoutMs, nowMs: () => Date.UTC(2026, 10, 20) });
  webs.push(web);
  return web;
}
const answering = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): RequestListener => {
  return (request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(status, headers).end(body));
  };
};

describe('a call of the Web API', () => {
  test('carries the token and its arguments, and gives what Slack says', async () => {
    const seen: string[] = [];
    const web = await webOf((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push(request.url ?? '', request.headers.authorization ?? '', Buffer.concat(chunks).toString());
        response.writeHead(200, { 'x-oauth-scopes': 'chat:write, channels:read' }).end('{"ok":true,"ts":"1.2","channel":"C1"}');
      });
    });
    const outcome = await web.call('chat.postMessage', { channel: 'C1', text: 'a & <b>', blocks: [{ type: 'divider' }] });
    expect(outcome).toMatchObject({ kind: 'ok', data: { ts: '1.2', response_metadata: { scopes: ['chat:write', 'channels:read'] } } });
    expect(seen.slice(0, 2)).toEqual(['/api/chat.postMessage', `Bearer ${TOKEN}`]);
    const form = new URLSearchParams(seen[2]);
    expect([form.get('text'), form.get('blocks')]).toEqual(['a & <b>', '[{"type":"divider"}]']);
  });

  test('that is answered with ok: false is an error, whatever the status says', async () => {
    const web = await webOf(answering(200, '{"ok":false,"error":"missing_scope","needed":"channels:read"}'));
    expect(await web.call('auth.test', {})).toMatchObject({ kind: 'error', error: 'missing_scope', data: { needed: 'channels:read' } });
  });

  test('that meets a limit says how long to wait, and is not repeated', async () => {
    let calls = 0;
    const web = await webOf((request, response) => {
      calls++;
      answering(429, '{"ok":false,"error":"ratelimited"}', { 'retry-after': '30' })(request, response);
    });
    expect(await web.call('chat.postMessage', {})).toMatchObject({ kind: 'status', status: 429, pauseMs: 30_000 });
    expect(calls).toBe(1);
  });

  test('that meets a gateway has a status', async () => {
    const web = await webOf(answering(503, '<html>down</html>'));
    expect(await web.call('chat.postMessage', {})).toEqual({ kind: 'status', status: 503, text: '<html>down</html>', pauseMs: undefined });
  });

  test('that has no answer says why', async () => {
    const hanging = await webOf(() => undefined, 50);
    expect(await hanging.call('auth.test', {})).toMatchObject({ kind: 'failure', reason: 'timeout' });
    expect(await hanging.call('auth.test', {}, { signal: AbortSignal.abort() })).toMatchObject({ kind: 'failure', reason: 'aborted' });
    const resetting = await webOf((request) => request.socket.destroy());
    expect(await resetting.call('auth.test', {})).toMatchObject({ kind: 'failure', reason: 'reset' });
    const gone = await webOf(() => undefined);
    await new Promise((done) => servers.at(-1)?.close(done));
    expect(await gone.call('auth.test', {})).toMatchObject({ kind: 'failure', reason: 'refused' });
  });

  test('that is answered with something else does not throw', async () => {
    for (const body of ['null', '[]', '7', 'no JSON at all', '']) {
      const web = await webOf(answering(200, body));
      expect(['error', 'failure', 'ok']).toContain((await web.call('auth.test', {})).kind);
    }
    const web = await webOf(answering(200, `{"ok":true,"text":"${'x'.repeat(5_000_000)}"}`));
    expect(await web.call('auth.test', {})).toMatchObject({ kind: 'failure', reason: 'reset' });
  });

  test('shows its token to nobody', async () => {
    const web = await webOf(answering(500, `you sent ${TOKEN}`));
    expect(JSON.stringify(await web.call('auth.test', {}))).not.toContain(TOKEN);
    const echoing = await webOf(answering(200, `you sent ${TOKEN}`));
    expect(JSON.stringify(await echoing.call('auth.test', {}))).not.toContain(TOKEN);
  });
});
