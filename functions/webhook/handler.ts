/**
 * The public address (Function URL): `POST /ingest/kubernetes`, `/ingest/cloudtrail`, `/ingest/falco`, `/alertmanager` with the bearer token, and
 * `/slack/actions` with Slack's signature. Answers 2xx when SQS has taken everything.
 *
 * May: `sqs:SendMessage` on the findings queue and, where there is anybody to tell, on the alerts queue; `ssm:GetParameter` or
 * `secretsmanager:GetSecretValue` (and `kms:Decrypt` with a key of one's own) on `serve.ingest_token` and `slack.signing_secret`. Nothing on the ledger.
 */
import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { atStart } from '../../lib/lambda/at-start.ts';
import { deadlineOf } from '../../lib/lambda/deadline.ts';
import type { FunctionAnswer } from '../../lib/lambda/function-url.ts';
import { lambda } from '../_shared/middleware.ts';

const work = atStart(async () => (await import('../../lib/lambda/webhook.ts')).openWebhook());

/** Answers one request. */
export const handler = lambda(async (event: LambdaFunctionURLEvent, context): Promise<FunctionAnswer> => {
  const webhook = await work();
  return webhook.answer(event, { deadlineMs: deadlineOf(context) });
});
