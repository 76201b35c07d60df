/** A topic of Amazon SNS. A FIFO topic drops repeats by itself for five minutes; for other topics what was sent is remembered here. */

import { SYSTEM_TIMING } from '../clients/retry.ts';
import type { Sns } from '../clients/sns.ts';
import { MAX_SNS_BYTES, MAX_SNS_ENTRIES, type SnsEntry, snsEntry } from '../core/deliver/receivers/sns-entry.ts';
import type { SinkCheck } from '../core/model/delivery-result.ts';
import type { Sink } from '../core/ports.ts';
import type { ItemVerdict, Parcel, ReceiverItem, SendLimits, SendVerdict } from './receiver-protocol.ts';
import { type ReceiverOptions, type ReceiverParts, ReceiverSink } from './receiver-sink.ts';
import { entryVerdict, snsVerdict } from './sns-answer.ts';

/** Which topic. */
export interface SnsOptions extends ReceiverOptions {
  readonly topicArn: string;
  /** Loads the client when there is something to send: the SDK takes long to load. */
  readonly open: () => Promise<Sns>;
}

type Entries = readonly SnsEntry[];

/** Makes the sink. */
export function snsSink(options: SnsOptions, parts: ReceiverParts = {}): Sink {
  const { topicArn } = options;
  const timing = parts.timing ?? SYSTEM_TIMING;
  const isFifo = topicArn.endsWith('.fifo');
  let opened: Promise<Sns> | undefined;
  const client = (): Promise<Sns> => {
    opened ??= options.open();
    return opened;
  };

  async function send({ body }: Parcel<Entries>, limits: SendLimits): Promise<SendVerdict> {
    try {
      const api = await client();
      const signal = signalOf(limits);
      const { Failed } = await api.publishBatch({ TopicArn: topicArn, PublishBatchRequestEntries: body.map(requestEntry) }, signal);
      if (Failed === undefined || Failed.length === 0) return { kind: 'taken' };
      const failed = new Map(
        Failed.map(({ Id, Code = 'Error', Message = '', SenderFault = false }) => [Id, entryVerdict(Code, Message, SenderFault)]),
      );
      return { kind: 'each', verdicts: body.map((_, index): ItemVerdict => failed.get(String(index)) ?? { kind: 'taken' }) };
    } catch (cause) {
      return snsVerdict(cause, topicArn, timing.now());
    }
  }

  async function check(limits: SendLimits): Promise<SinkCheck> {
    try {
      await (await client()).getTopicAttributes(topicArn, signalOf(limits));
      return { ok: true, note: 'the topic is there; the right to publish is seen with the first message' };
    } catch (cause) {
      const { reason, message } = snsVerdict(cause, topicArn, timing.now());
      return { ok: false, reason, message: `${message} (a check needs sns:GetTopicAttributes, sending needs sns:Publish)` };
    }
  }

  return new ReceiverSink<Entries>(
    options,
    parts,
    {
      takesAlerts: true,
      parcels: (items) => batchesOf(items, isFifo),
      send,
      check,
      close: () => {
        void opened?.then((api) => api.close()).catch(() => undefined);
      },
    },
    !isFifo,
  );
}

function batchesOf(items: readonly ReceiverItem[], isFifo: boolean): readonly Parcel<Entries>[] {
  const batches: { items: ReceiverItem[]; body: SnsEntry[] }[] = [];
  let sizeBytes = 0;
  for (const item of items) {
    const entry = snsEntry(item.delivery, isFifo);
    const last = batches.at(-1);
    sizeBytes += entry.sizeBytes;
    if (last === undefined || last.items.length === MAX_SNS_ENTRIES || sizeBytes > MAX_SNS_BYTES) {
      batches.push({ items: [item], body: [entry] });
      sizeBytes = entry.sizeBytes;
    } else {
      last.items.push(item);
      last.body.push(entry);
    }
  }
  return batches;
}

function requestEntry({ subject, message, attributes, fifo }: SnsEntry, index: number) {
  return {
    Id: String(index),
    Subject: subject,
    Message: message,
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
    ),
    ...(fifo === undefined ? {} : { MessageGroupId: fifo.groupId, MessageDeduplicationId: fifo.deduplicationId }),
  };
}

/** The SDK knows no time that is shorter than its client's own. */
function signalOf({ signal, timeoutMs }: SendLimits): AbortSignal {
  return Number.isFinite(timeoutMs) ? AbortSignal.any([signal, AbortSignal.timeout(Math.max(0, Math.ceil(timeoutMs)))]) : signal;
}
