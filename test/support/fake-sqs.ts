import type { SendMessageBatchRequestEntry, Sqs } from '../../lib/clients/aws-sqs.ts';

/** What a fault does with one message. */
export type MessageFault = 'refuse' | 'fail' | 'forget' | undefined;

/** An SQS that keeps what it is sent, is as strict as the real one, and fails as a test says. */
export class FakeSqs implements Sqs {
  readonly kept: { readonly body: string; readonly attributes: Readonly<Record<string, string>> }[] = [];
  readonly hidden: { readonly receiptHandle: string; readonly seconds: number }[] = [];
  calls = 0;
  /** Thrown by the next calls, one each. */
  readonly errors: Error[] = [];
  /** Asked for each message of each call. */
  fault: (body: string, call: number) => MessageFault = () => undefined;

  async sendMessageBatch({ Entries: entries = [] }: Parameters<Sqs['sendMessageBatch']>[0]): ReturnType<Sqs['sendMessageBatch']> {
    this.calls++;
    const error = this.errors.shift();
    if (error !== undefined) throw error;
    if (entries.length === 0 || entries.length > 10) throw new Error('TooManyEntriesInBatchRequest');
    const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
    if (bytes > 1_048_576) throw new Error(`BatchRequestTooLong: ${bytes}`);
    if (new Set(entries.map(({ Id }) => Id)).size < entries.length) throw new Error('BatchEntryIdsNotDistinct');
    const faults = entries.map((entry) => ({ entry, fault: this.fault(entry.MessageBody ?? '', this.calls) }));
    for (const { entry, fault } of faults) if (fault === undefined) this.#keep(entry);
    return {
      $metadata: {},
      Successful: faults.flatMap(({ entry, fault }) =>
        fault === undefined ? [{ Id: entry.Id, MessageId: 'm', MD5OfMessageBody: '' }] : [],
      ),
      Failed: faults.flatMap(({ entry, fault }) =>
        fault === 'refuse' || fault === 'fail'
          ? [{ Id: entry.Id, Code: fault === 'refuse' ? 'InvalidMessageContents' : 'InternalError', SenderFault: fault === 'refuse' }]
          : [],
      ),
    };
  }

  async changeMessageVisibilityBatch({ Entries: entries = [] }: Parameters<Sqs['changeMessageVisibilityBatch']>[0]): Promise<unknown> {
    const error = this.errors.shift();
    if (error !== undefined) throw error;
    if (entries.length === 0 || entries.length > 10) throw new Error('TooManyEntriesInBatchRequest');
    for (const { ReceiptHandle, VisibilityTimeout } of entries) {
      this.hidden.push({ receiptHandle: ReceiptHandle ?? '', seconds: VisibilityTimeout ?? -1 });
    }
    return {};
  }

  close(): void {
    // It holds nothing.
  }

  #keep({ MessageBody: body = '', MessageAttributes: attributes = {} }: SendMessageBatchRequestEntry): void {
    if (body === '' || NOT_TAKEN.test(body)) throw new Error('InvalidMessageContents');
    const told = Object.entries(attributes).map(([name, { StringValue: value = '' }]) => {
      if (value === '' || NOT_TAKEN.test(value)) throw new Error(`InvalidParameterValue: ${name}`);
      return [name, value] as const;
    });
    this.kept.push({ body, attributes: Object.fromEntries(told) });
  }
}

/** What SQS takes: `#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF`. */
const NOT_TAKEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

function sizeOf({ MessageBody: body = '', MessageAttributes: attributes = {} }: SendMessageBatchRequestEntry): number {
  return Object.entries(attributes).reduce(
    (sum, [name, { DataType = '', StringValue = '' }]) =>
      sum + Buffer.byteLength(name) + Buffer.byteLength(DataType) + Buffer.byteLength(StringValue),
    Buffer.byteLength(body),
  );
}
