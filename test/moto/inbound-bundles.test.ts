import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamoDb } from '../../lib/clients/aws.ts';
import { placeText } from '../../lib/core/reconcile/place.ts';
import { type QueueMessage, readMessage } from '../../lib/lambda/queue-message.ts';
import { DynamoStore } from '../../lib/stores/dynamodb.ts';
import { AwsRecorder } from '../support/aws-recorder.ts';
import { bundleAll } from '../support/bundles.ts';
import { FakeAws } from '../support/fake-aws/server.ts';
import { grantedActions, unusedActions } from '../support/infrastructure/granted.ts';
import { MOTO_SERVER, type Moto, makeTable, startMoto } from '../support/moto.ts';
import { auditLine, GROUP, MINUTE_MS, REGION, trailEvent } from '../support/reconciling.ts';
import { kubernetesEvent } from '../support/records.ts';
import { type HandlerRun, runBundle } from '../support/run-bundle.ts';
import { pressBody, SIGNING_SECRET, slackHeaders, TOKEN, urlEvent } from '../support/webhook.ts';

const TABLE = 'driftwire-ledger';
const CONFIG = `
aws: {webhook: true, eks: {log_groups: [${GROUP}]}}
serve: {ingest_token: {ssm: /driftwire/ingest}}
slack: {token: {ssm: /driftwire/slack}, signing_secret: {secretsmanager: driftwire/signing}, channel: "#drift"}
`;

/** The functions that nobody feeds but a schedule and the internet, as they are deployed, each in a process of its own. */
describe.skipIf(MOTO_SERVER === undefined)('bundled functions', { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'driftwire-inbound-'));
  const histories = new FakeAws({ now: Date.now });
  let moto: Moto;
  const recorders: AwsRecorder[] = [];
  const granted = grantedActions(CONFIG);
  const used = new Map<string, Set<string>>();
  let store: DynamoStore | undefined;
  let environment: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    moto = await startMoto(MOTO_SERVER ?? '');
    recorders.push(new AwsRecorder(moto.endpoint), new AwsRecorder(await histories.start()));
    const [awsUrl = '', historiesUrl = ''] = await Promise.all(recorders.map((recorder) => recorder.start()));
    await bundleAll(folder, CONFIG);
    await call('ssm', 'AmazonSSM.PutParameter', { Name: '/driftwire/ingest', Value: TOKEN, Type: 'SecureString' });
    await call('secretsmanager', 'secretsmanager.CreateSecret', { Name: 'driftwire/signing', SecretString: SIGNING_SECRET });
    await makeTable(moto, TABLE);
    for (const name of ['findings', 'alerts']) {
      await call('sqs', 'AmazonSQS.CreateQueue', { QueueName: name, Attributes: { MaximumMessageSize: '1048576' } });
    }
    environment = {
      AWS_ENDPOINT_URL: awsUrl,
      AWS_ENDPOINT_URL_CLOUDTRAIL: historiesUrl,
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: historiesUrl,
      DRIFTWIRE_TABLE: TABLE,
      DRIFTWIRE_FINDINGS_QUEUE_URL: `${awsUrl}/123456789012/findings`,
      DRIFTWIRE_ALERTS_QUEUE_URL: `${awsUrl}/123456789012/alerts`,
    };
    const access = { endpoint: moto.endpoint, region: REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
    store = new DynamoStore({ table: TABLE, client: dynamoDb(access) });
  }, 180_000);
  afterAll(async () => {
    await store?.close();
    await Promise.all([moto.stop(), histories.stop(), ...recorders.map((recorder) => recorder.stop())]);
    rmSync(folder, { recursive: true });
  });

  async function call<T>(service: string, target: string, body: object): Promise<T> {
    const authorization = `AWS4-HMAC-SHA256 Credential=test/20261121/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
    const headers = { authorization, 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target };
    const answer = await fetch(moto.endpoint, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${target}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** Runs a function with the rights of its role and no other. */
  async function run(name: string, event: unknown, changed: Readonly<Record<string, string>> = {}): Promise<HandlerRun> {
    for (const recorder of recorders) recorder.grant(granted[name] ?? []);
    const told = await runBundle(join(folder, name), event, { ...environment, ...changed });
    used.set(name, new Set([...(used.get(name) ?? []), ...recorders.flatMap((recorder) => recorder.take())]));
    return told;
  }

  /** Takes everything out of a queue. */
  async function drained(name: string): Promise<readonly QueueMessage[]> {
    const found: QueueMessage[] = [];
    for (;;) {
      const { Messages: messages = [] } = await call<{ readonly Messages?: readonly { readonly Body: string }[] }>(
        'sqs',
        'AmazonSQS.ReceiveMessage',
        {
          QueueUrl: environment[`DRIFTWIRE_${name.toUpperCase()}_QUEUE_URL`],
          MaxNumberOfMessages: 10,
        },
      );
      if (messages.length === 0) return found;
      for (const { Body } of messages) {
        const message = readMessage(Body);
        if (message === undefined) throw new Error(`not a message: ${Body.slice(0, 200)}`);
        found.push(message);
      }
    }
  }

  const idsOf = (messages: readonly QueueMessage[]): readonly string[] =>
    messages.flatMap((message) => (message.kind === 'delivery' ? [message.delivery.findings[0].finding.id] : [])).toSorted();

  test('reconcile begins with its first run, and finds what no stream has brought in the next', async () => {
    expect(await run('reconcile', {})).toEqual({ ok: true, lines: [] });
    expect(histories.calls).toEqual([]);
    const now = Date.now();
    const hourAgo = placeText({ doneToMs: now - 60 * MINUTE_MS, slice: undefined });
    for (const name of ['reconcile aws_cloudtrail eu-west-1', `reconcile k8s_audit ${GROUP}`]) {
      expect(await store?.replaceDocument(name, Buffer.from(hourAgo), 1)).toBe(true);
    }
    const events = Array.from({ length: 70 }, (_, at) => trailEvent(`trail ${at}`, now - 30 * MINUTE_MS - at * 1_000));
    histories.trails.set(REGION, [...events, trailEvent('read', now - 30 * MINUTE_MS, 'read')]);
    histories.logGroups.set(GROUP, [auditLine('audit', now - 20 * MINUTE_MS)]);
    const found = await run('reconcile', {});
    expect(found).toMatchObject({ ok: true });
    expect(found.lines.map((line) => JSON.parse(line).message)).toEqual([
      'events that no stream had brought were found and sent',
      'events that no stream had brought were found and sent',
    ]);
    const messages = await drained('findings');
    expect(idsOf(messages)).toEqual([...events.map(({ eventId }) => eventId), 'audit'].toSorted());
    expect(messages.every((message) => message.kind === 'delivery' && message.delivery.missed === true)).toBe(true);
    const patterns = new Set(
      histories.calls.flatMap(({ input }) => (typeof input['filterPattern'] === 'string' ? [input['filterPattern']] : [])),
    );
    expect([...patterns].map((pattern) => pattern.slice(0, 2))).toEqual(['{ ']);
    expect(histories.calls.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
  });

  test('the webhook answers when SQS has what was posted, with the token that SSM has', async () => {
    const body = JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [kubernetesEvent({ auditID: 'posted' })] });
    const posted = urlEvent('/ingest/kubernetes', Buffer.from(body), {
      query: 'cluster=demo',
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(await run('webhook', posted)).toMatchObject({
      ok: true,
      answer: { statusCode: 200, body: '{"records":1,"failed":0,"events":1,"repeated":0}' },
      lines: [],
    });
    expect(idsOf(await drained('findings'))).toEqual(['posted']);
    expect(await run('webhook', urlEvent('/ingest/kubernetes', body))).toMatchObject({ ok: true, answer: { statusCode: 401 }, lines: [] });
    expect(await drained('findings')).toEqual([]);
  });

  test('the webhook hands on a press that was signed with what Secrets Manager has', async () => {
    const body = pressBody();
    const headers = slackHeaders(body, Date.now());
    const answered = await run('webhook', urlEvent('/slack/actions', body, { headers }));
    expect(answered).toEqual({ ok: true, answer: { statusCode: 200, headers: {}, body: '' }, lines: [] });
    expect(await drained('alerts')).toMatchObject([{ kind: 'press', press: { body } }]);
    const forged = urlEvent('/slack/actions', body, { headers: slackHeaders(body, Date.now(), 'another') });
    expect(await run('webhook', forged)).toMatchObject({ answer: { statusCode: 401 } });
  });

  test('without its queue nothing is acknowledged', async () => {
    const body = JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [kubernetesEvent({ auditID: 'lost?' })] });
    const gone = { DRIFTWIRE_FINDINGS_QUEUE_URL: `${environment['AWS_ENDPOINT_URL']}/123456789012/gone` };
    const event = urlEvent('/ingest/kubernetes', body, { headers: { authorization: `Bearer ${TOKEN}` } });
    const { answer, lines } = await run('webhook', event, gone);
    expect(answer).toMatchObject({ statusCode: 503 });
    expect(lines.join('')).toContain('has not taken 1 of 1 messages');
    expect(lines.join('')).not.toContain(TOKEN);
  });

  test('nothing is granted that no function needs', () => {
    const unused = (name: string): readonly string[] => unusedActions(granted[name], used.get(name));
    expect(unused('webhook')).toEqual([]);
    expect(unused('reconcile')).toEqual([]);
  });
});
