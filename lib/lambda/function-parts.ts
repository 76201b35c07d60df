/** The parts that functions share, from their environment; each is made once an environment and loads what it needs when it is needed. */
import type { Sqs } from '../clients/aws-sqs.ts';
import { SYSTEM_TIMING } from '../clients/retry.ts';
import { functionEnvironment } from '../config/env.ts';
import { DriftwireError } from '../core/errors.ts';
import type { Log } from '../core/model/log.ts';
import { createLog } from '../telemetry/log.ts';
import { Queue } from './queue.ts';

/** The log of a function: a line of JSON for what went wrong, nothing in normal operation, never an event. */
export function functionLog(secrets: readonly string[] = []): Log {
  return createLog({ format: 'json', level: 'warn', write: (line) => process.stderr.write(`${line}\n`), secrets, now: Date.now });
}

/** Something that the deployment must have told the function. */
export function told(value: string | undefined, name: string): string {
  if (value !== undefined) return value;
  throw new DriftwireError('DW_CONFIG_INVALID', `the environment variable ${name} is not set: deploy again`);
}

/** The findings queue. @throws {DriftwireError} when the function was not told where it is. */
export function findingsQueue(): Queue {
  return queueAt(told(functionEnvironment().findingsQueueUrl, 'DRIFTWIRE_FINDINGS_QUEUE_URL'));
}

/** The alerts queue; undefined where neither Slack nor another receiver is configured. */
export function alertsQueue(): Queue | undefined {
  const { alertsQueueUrl } = functionEnvironment();
  return alertsQueueUrl === undefined ? undefined : queueAt(alertsQueueUrl);
}

/** The queue for what no retry can help; undefined where there is none, and such messages go to the dead letters by their number of deliveries. */
export function asideQueue(): Queue | undefined {
  const { asideQueueUrl } = functionEnvironment();
  return asideQueueUrl === undefined ? undefined : queueAt(asideQueueUrl);
}

/** Makes a client of SQS. Loads the SDK. */
export async function openSqs(): Promise<Sqs> {
  const { sqs } = await import('../clients/aws-sqs.ts');
  return sqs();
}

function queueAt(url: string): Queue {
  return new Queue({ url, open: openSqs, timing: SYSTEM_TIMING });
}
