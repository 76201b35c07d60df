/** The process of one function: loads the published bundle as Lambda's runtime does, and works off one event after the other. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Invocation {
  readonly requestId: string;
  readonly event: unknown;
  readonly deadlineMs: number;
}

const [file = '', name = ''] = (process.env['_HANDLER'] ?? '').split('.');
const root = process.env['LAMBDA_TASK_ROOT'] ?? '';
const loaded: Promise<Record<string, (event: unknown, context: unknown) => unknown>> = import(
  pathToFileURL(join(root, `${file}.mjs`)).href
);

process.on('message', ({ requestId, event, deadlineMs }: Invocation) => {
  const context = {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: '$LATEST',
    invokedFunctionArn: process.env['HOST_FUNCTION_ARN'],
    memoryLimitInMB: process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    logGroupName: process.env['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: '2026/11/21/[$LATEST]0123456789abcdef0123456789abcdef',
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
  loaded
    .then((module) => module[name]?.(event, context))
    .then(
      // what is returned goes over as JSON, as from Lambda
      (value) => process.send?.({ requestId, payload: JSON.stringify(value) ?? 'null' }),
      (error: unknown) => process.send?.({ requestId, error: errorOf(error) }),
    );
});

function errorOf(error: unknown): { readonly errorType: string; readonly errorMessage: string } {
  return error instanceof Error
    ? { errorType: error.name, errorMessage: error.message }
    : { errorType: typeof error, errorMessage: String(error) };
}
