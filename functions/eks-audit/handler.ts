/** Kubernetes audit events of EKS, from a log subscription directly or through Kinesis; findings go to the findings queue. */
import type { CloudWatchLogsEvent, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { atStart } from '../../lib/lambda/at-start.ts';
import { deadlineOf } from '../../lib/lambda/deadline.ts';
import { lambda } from '../_shared/middleware.ts';

const work = atStart(async () => (await import('../../lib/lambda/eks-audit.ts')).openEksAudit());

/** A stream is told from where on to come again; a subscription has no such answer, so the handler throws. */
export const handler = lambda(async (event: CloudWatchLogsEvent | KinesisStreamEvent, context): Promise<KinesisStreamBatchResponse> => {
  const audit = await work();
  const from = await audit.run(event, { deadlineMs: deadlineOf(context) });
  return { batchItemFailures: from === undefined ? [] : [{ itemIdentifier: from }] };
});
