/** Every minute: the totals of the ledger to Prometheus. */
import type { ScheduledEvent } from 'aws-lambda';
import { atStart } from '../../lib/lambda/at-start.ts';
import { deadlineOf } from '../../lib/lambda/deadline.ts';
import { lambda } from '../_shared/middleware.ts';

const work = atStart(async () => (await import('../../lib/lambda/metrics.ts')).openMetrics());

/** Throws when the receiver did not take everything, so that the failure shows; the next minute carries what is left. */
export const handler = lambda(async (_: ScheduledEvent, context): Promise<void> => {
  const metrics = await work();
  await metrics.run({ deadlineMs: deadlineOf(context) });
});
