import { expect, test } from 'vitest';
import { jsonAnswer, readFunctionRequest } from '../../../lib/lambda/function-url.ts';
import { urlEvent } from '../../support/webhook.ts';

test('a request is read with its body byte for byte, encoded or not', () => {
  const bytes = Buffer.from([0x1f, 0x8b, 0, 0xff]);
  expect(readFunctionRequest(urlEvent('/a', bytes, { query: 'cluster=demo' }))).toMatchObject({
    method: 'POST',
    path: '/a',
    query: 'cluster=demo',
    body: bytes,
  });
  expect(readFunctionRequest(urlEvent('/a', 'größe 🙂')).body?.toString('utf8')).toBe('größe 🙂');
});

test('names of headers are in lower case, and none of them is a trap', () => {
  const { headers } = readFunctionRequest(urlEvent('/a', '', { headers: { 'X-Slack-Signature': 'v0=1', ['__proto__x']: '1' } }));
  expect(headers['x-slack-signature']).toBe('v0=1');
  const trap: unknown = JSON.parse('{"headers":{"__proto__":"x","constructor":"y","n":7}}');
  const read = readFunctionRequest(trap);
  expect(read.headers['toString']).toBeUndefined();
  expect(read.headers['n']).toBeUndefined();
});

test.each([undefined, null, 7, 'x', [], {}, { requestContext: 7 }, { requestContext: { http: null }, body: {}, headers: [] }])(
  'anything else is a request for nothing: %j',
  (event) => {
    const { method, path, body } = readFunctionRequest(event);
    expect([method, path, body?.length]).toEqual(['', '', 0]);
  },
);

test('an answer is JSON', () => {
  expect(jsonAnswer(404, { error: 'x' })).toEqual({
    statusCode: 404,
    headers: { 'content-type': 'application/json' },
    body: '{"error":"x"}',
  });
});
