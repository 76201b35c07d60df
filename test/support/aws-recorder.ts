import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands between functions and the emulator, which lets everybody do everything: notes which actions of IAM they need, and refuses what is not granted. */
export class AwsRecorder {
  readonly #server: Server;
  #actions = new Set<string>();
  #granted: ReadonlySet<string> | undefined;

  constructor(endpoint: string) {
    this.#server = createServer((request, response) => {
      void bodyOf(request).then(async (body) => {
        const actions = actionsOf(request, body.toString('utf8'));
        for (const action of actions) this.#actions.add(action);
        const refused = actions.find((action) => this.#granted?.has(action) === false);
        if (refused !== undefined) {
          const said = { __type: 'AccessDeniedException', message: `is not authorized to perform: ${refused}` };
          response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(said));
          return;
        }
        const { answer, text } = await forward(request, endpoint, body);
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' }).end(text);
      });
    });
  }

  /** Listens; gives its address. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** From now on only these are allowed. */
  grant(actions: readonly string[]): void {
    this.#granted = new Set(actions);
  }

  /** The actions that were used since the last time, sorted. */
  take(): readonly string[] {
    const actions = [...this.#actions].sort();
    this.#actions = new Set();
    return actions;
  }
}

const KEPT_HEADERS = /^(?:authorization|content-type|x-amz-.*)$/;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function forward(
  request: IncomingMessage,
  endpoint: string,
  body: Buffer,
): Promise<{ readonly answer: Response; readonly text: Buffer }> {
  const headers = Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      KEPT_HEADERS.test(name) && typeof value === 'string' ? [[name, value]] : [],
    ),
  );
  const method = request.method ?? 'GET';
  const answer = await fetch(`${endpoint}${request.url}`, { method, headers, ...(method === 'GET' || method === 'HEAD' ? {} : { body }) });
  return { answer, text: Buffer.from(await answer.arrayBuffer()) };
}

const SERVICES: Readonly<Record<string, string>> = {
  AmazonSQS: 'sqs',
  AmazonSSM: 'ssm',
  DynamoDB_20120810: 'dynamodb',
  secretsmanager: 'secretsmanager',
  Logs_20140328: 'logs',
  CloudTrail_20131101: 'cloudtrail',
};
/** A batch needs the action of what it holds. */
const SAME_AS: Readonly<Record<string, string>> = {
  SendMessageBatch: 'SendMessage',
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
};
/** So does each part of a transaction. */
const PARTS: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

function actionsOf({ headers, method }: IncomingMessage, body: string): readonly string[] {
  // The service stands before the last point; CloudTrail has more of them.
  const [call = '', service = ''] = String(headers['x-amz-target'] ?? '')
    .split('.')
    .toReversed();
  if (service === '') return [method === 'GET' ? 's3:GetObject' : `s3:${method}`];
  const of = SERVICES[service] ?? service;
  if (call !== 'TransactWriteItems') return [`${of}:${SAME_AS[call] ?? call}`];
  const { TransactItems: items } = JSON.parse(body) as { readonly TransactItems: readonly object[] };
  return items.flatMap((item) => Object.keys(item).map((part) => `dynamodb:${PARTS[part]}`));
}
