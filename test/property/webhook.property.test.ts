import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readMessage } from '../../lib/lambda/queue-message.ts';
import { detectorOf } from '../support/detector.ts';
import { TOKEN, urlEvent, webhookBench } from '../support/webhook.ts';

const PATHS = ['/ingest/kubernetes', '/ingest/cloudtrail', '/ingest/falco', '/alertmanager', '/slack/actions'];
const detector = detectorOf();

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.json(),
  fc.constantFrom('', '{', '[]', '{"Records":[{}]}', '{"alerts":[{}]}', 'payload=%7B%7D'),
);
const anyHeaders = fc.dictionary(
  fc.oneof(
    fc.constantFrom('authorization', 'content-type', 'sec-fetch-site', 'x-slack-signature', 'x-slack-request-timestamp'),
    fc.string(),
  ),
  fc.oneof(fc.constantFrom(`Bearer ${TOKEN}`, 'application/json', 'none', '1'), fc.string({ unit: 'binary' })),
  { maxKeys: 6 },
);

test('no request to the public address makes the function fail, and none has an effect without a token', { timeout: 60_000 }, async () => {
  const request = fc.record({
    path: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...PATHS) }, { weight: 1, arbitrary: fc.webPath() }),
    body: fc.oneof(
      anyText,
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    ),
    headers: anyHeaders,
    query: fc.oneof(fc.constant(''), fc.constant('cluster=%ff'), fc.webQueryParameters(), fc.string({ unit: 'binary' })),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ path, body, headers, query }) => {
      const { answer, findingsSqs, alertsSqs } = webhookBench({ detector });
      const { statusCode, body: said } = await answer(urlEvent(path, body, { headers, query }));
      expect(statusCode, said).toBeGreaterThanOrEqual(200);
      expect(statusCode, said).toBeLessThan(500);
      expect(said).not.toContain(TOKEN);
      const hasToken = Object.entries(headers).some(([name, value]) => name.toLowerCase() === 'authorization' && value.includes(TOKEN));
      if (!hasToken) expect([findingsSqs.calls, alertsSqs.calls]).toEqual([0, 0]);
    }),
    { numRuns: 300 },
  );
});

test('no event of any shape makes the function fail', { timeout: 60_000 }, async () => {
  const event = fc.oneof(
    fc.anything(),
    fc.record({
      rawPath: fc.oneof(fc.constantFrom(...PATHS), fc.anything()),
      rawQueryString: fc.anything(),
      headers: fc.anything(),
      body: fc.anything(),
      isBase64Encoded: fc.anything(),
      requestContext: fc.record({ http: fc.record({ method: fc.constantFrom('POST', 'GET', 7) }) }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(event, async (value) => {
      const { answer } = webhookBench({ detector });
      const { statusCode } = await answer(value);
      expect(statusCode).toBeLessThan(500);
    }),
    { numRuns: 300 },
  );
});

test('no text in a queue is taken for a message that it is not', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        anyText,
        fc.json().map((json) => `{"press":1,"body":${json}}`),
      ),
      (text) => {
        const read = readMessage(text);
        if (read?.kind === 'press') expect(Object.values(read.press).every((value) => typeof value === 'string')).toBe(true);
      },
    ),
  );
});
