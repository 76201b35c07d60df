/** Findings and counts from SQS to Loki, the ledger and the alerts queue. */
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { atStart } from '../../lib/lambda/at-start.ts';
import { deadlineOf } from '../../lib/lambda/deadline.ts';
import { messagesOf } from '../../lib/lambda/queue-event.ts';
import { lambda } from '../_shared/middleware.ts';

const work = atStart(async () => (await import('../../lib/lambda/deliver.ts')).openDeliver());

/** Answers with the messages that must come again; the others are done, or set aside with a reason. */
export const handler = lambda(async (event: SQSEvent, context): Promise<SQSBatchResponse> => {
  const deliveries = await work();
  const again = await deliveries.run(messagesOf(event), { deadlineMs: deadlineOf(context) });
  return { batchItemFailures: [...again].map((itemIdentifier) => ({ itemIdentifier })) };
});
