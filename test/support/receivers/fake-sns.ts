/** `PublishBatch` and `GetTopicAttributes` of Amazon SNS in its query protocol, with the limits of its API reference (read 2026-11-21). */
import { type FakeAnswer, type FakeRequest, FakeServer } from './fake-server.ts';

/** One message that was published. */
export interface Published {
  readonly subject: string;
  readonly message: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly groupId: string | undefined;
}

const MAX_BYTES = 262_144;
const DEDUPLICATION_MS = 5 * 60 * 1000;
/** ASCII, no controls, begins with a letter, a digit or a mark, below 100 characters. */
const SUBJECT = /^[!-~][ -~]{0,98}$/;

/** The fake. A message of the rule `Refused` is refused. */
export class FakeSns {
  readonly server: FakeServer;
  readonly published: Published[] = [];
  readonly #topicArn: string;
  readonly #accessKeyId: string;
  readonly #now: () => number;
  readonly #seen = new Map<string, number>();

  constructor(options: { readonly topicArn: string; readonly accessKeyId: string; readonly now?: () => number }) {
    this.#topicArn = options.topicArn;
    this.#accessKeyId = options.accessKeyId;
    this.#now = options.now ?? Date.now;
    this.server = new FakeServer((request) => this.#answer(request), options.now);
  }

  #answer({ headers, body }: FakeRequest): FakeAnswer {
    const fields = new URLSearchParams(body);
    if (!(headers['authorization'] ?? '').includes(`Credential=${this.#accessKeyId}/`)) {
      return problem(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
    }
    if (fields.get('TopicArn') !== this.#topicArn) return problem(404, 'NotFound', 'Topic does not exist');
    if (fields.get('Action') === 'GetTopicAttributes') {
      return xml('GetTopicAttributes', '<Attributes><entry><key>TopicArn</key><value>x</value></entry></Attributes>');
    }
    if (fields.get('Action') !== 'PublishBatch') return problem(400, 'InvalidAction', 'no such action');
    return this.#publish(entriesOf(fields));
  }

  #publish(entries: readonly URLSearchParams[]): FakeAnswer {
    const ids = entries.map((entry) => entry.get('Id'));
    if (entries.length === 0) return problem(400, 'EmptyBatchRequest', 'The batch request does not contain any entries.');
    if (entries.length > 10)
      return problem(400, 'TooManyEntriesInBatchRequest', 'The batch request contains more entries than permissible.');
    if (new Set(ids).size < ids.length) return problem(400, 'BatchEntryIdsNotDistinct', 'Two or more batch entries have the same Id.');
    if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > MAX_BYTES)
      return problem(400, 'BatchRequestTooLong', 'The length is more than the limit.');
    const results = entries.map((entry) => ({ id: entry.get('Id') ?? '', fault: this.#fault(entry), entry }));
    for (const { entry, fault } of results) if (fault === undefined) this.#take(entry);
    const successful = results
      .filter(({ fault }) => fault === undefined)
      .map(({ id }) => `<member><Id>${id}</Id><MessageId>m-${id}</MessageId></member>`);
    const failed = results
      .filter(({ fault }) => fault !== undefined)
      .map(
        ({ id, fault }) =>
          `<member><Id>${id}</Id><Code>InvalidParameter</Code><Message>${fault}</Message><SenderFault>true</SenderFault></member>`,
      );
    return xml('PublishBatch', `<Successful>${successful.join('')}</Successful><Failed>${failed.join('')}</Failed>`);
  }

  #fault(entry: URLSearchParams): string | undefined {
    const isFifo = this.#topicArn.endsWith('.fifo');
    if (!SUBJECT.test(entry.get('Subject') ?? '')) return 'Invalid parameter: Subject';
    if ((entry.get('Message') ?? '') === '') return 'Invalid parameter: Empty message';
    if (isFifo !== (entry.get('MessageGroupId') !== null)) return 'Invalid parameter: MessageGroupId';
    if (attributesOf(entry)['rule'] === 'Refused') return 'refused by the test';
    return Object.entries(attributesOf(entry)).some(([name, value]) => !/^[\w.-]{1,256}$/.test(name) || value === '')
      ? 'Invalid parameter: MessageAttributes'
      : undefined;
  }

  #take(entry: URLSearchParams): void {
    const once = entry.get('MessageDeduplicationId');
    const seenMs = once === null ? undefined : this.#seen.get(once);
    if (once !== null) this.#seen.set(once, this.#now());
    if (seenMs !== undefined && this.#now() - seenMs < DEDUPLICATION_MS) return;
    this.published.push({
      subject: entry.get('Subject') ?? '',
      message: entry.get('Message') ?? '',
      attributes: attributesOf(entry),
      groupId: entry.get('MessageGroupId') ?? undefined,
    });
  }
}

function entriesOf(fields: URLSearchParams): readonly URLSearchParams[] {
  const entries = new Map<string, URLSearchParams>();
  for (const [name, value] of fields) {
    const [, number, rest] = /^PublishBatchRequestEntries\.member\.(\d+)\.(.+)$/.exec(name) ?? [];
    if (number === undefined || rest === undefined) continue;
    const entry = entries.get(number) ?? new URLSearchParams();
    entry.set(rest, value);
    entries.set(number, entry);
  }
  return [...entries.values()];
}

function attributesOf(entry: URLSearchParams): Readonly<Record<string, string>> {
  const names = [...entry].flatMap(([key, name]) => {
    const [, number] = /^MessageAttributes\.entry\.(\d+)\.Name$/.exec(key) ?? [];
    return number === undefined ? [] : [[name, entry.get(`MessageAttributes.entry.${number}.Value.StringValue`) ?? ''] as const];
  });
  return Object.fromEntries(names);
}

function sizeOf(entry: URLSearchParams): number {
  const attributes = Object.entries(attributesOf(entry)).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(`${name}String${value}`),
    0,
  );
  return Buffer.byteLength(entry.get('Message') ?? '') + attributes;
}

function xml(action: string, result: string): FakeAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: `<${action}Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${action}Response>`,
  };
}

function problem(status: number, code: string, message: string): FakeAnswer {
  return {
    status,
    headers: { 'content-type': 'text/xml' },
    body: `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
  };
}
