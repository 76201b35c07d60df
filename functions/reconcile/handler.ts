/**
 * Every hour: asks CloudTrail and the clusters' log groups again for what happened 15 to 75 minutes ago, and sends what no stream has brought
 * to the findings queue.
 *
 * May: `cloudtrail:LookupEvents`; `logs:FilterLogEvents` on the configured log groups; `sqs:SendMessage` on the findings queue;
 * `dynamodb:GetItem`, `Query`, `BatchGetItem`, `PutItem` on the ledger.
 */
import type { ScheduledEvent } from 'aws-lambda';
import { deadlineOf } from '../../lib/lambda/deadline.ts';
import type { Reconciliation } from '../../lib/lambda/reconciliation.ts';
import { lambda } from '../_shared/middleware.ts';

let opened: Promise<Reconciliation> | undefined;

/** Throws when a source could not be asked: Lambda tries once more, and then an alarm tells. What was reached is kept. */
export const handler = lambda(async (_event: ScheduledEvent, context): Promise<void> => {
  opened ??= import('../../lib/lambda/reconcile.ts').then(({ openReconcile, placeOf }) =>
    openReconcile(placeOf(context.invokedFunctionArn)),
  );
  const reconciliation = await opened.catch((cause: unknown) => {
    opened = undefined;
    throw cause;
  });
  await reconciliation.run({ deadlineMs: deadlineOf(context) });
});
