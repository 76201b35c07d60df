/** CloudTrail events, and notices of new objects of a trail, from SQS; findings go to the findings queue. */
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { atStart } from '../../lib/lambda/at-start.ts';
import { deadlineOf } from '../../lib/lambda/deadline.ts';
import { messagesOf } from '../../lib/lambda/queue-event.ts';
import { lambda } from '../_shared/middleware.ts';

const work = atStart(async () => (await import('../../lib/lambda/cloudtrail.ts')).openCloudTrail());

/** Answers with the messages that must come again; the others are done, whatever they held. */
export const handler = lambda(async (event: SQSEvent, context): Promise<SQSBatchResponse> => {
  const trail = await work();
  const again = await trail.run(messagesOf(event), { deadlineMs: deadlineOf(context) });
  return { batchItemFailures: [...again].map((itemIdentifier) => ({ itemIdentifier })) };
});
