import { spawn } from 'node:child_process';

/** What a handler answered in a process of its own. */
export interface HandlerRun {
  readonly ok: boolean;
  /** Its answer, or the message of what it threw. */
  readonly answer: unknown;
  /** What it wrote to standard error, line by line. */
  readonly lines: readonly string[];
}

const HOST = `
const { handler } = await import(process.argv[1]);
let text = '';
for await (const chunk of process.stdin) text += chunk;
const end = Date.now() + 30_000;
const context = { getRemainingTimeInMillis: () => end - Date.now(), functionName: 'test', invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:test' };
const told = await handler(JSON.parse(text), context).then((answer) => ({ ok: true, answer }), (error) => ({ ok: false, answer: error.message }));
process.stdout.write(JSON.stringify(told));
process.exit(0);
`;

/** Runs a bundled handler once, as Lambda does: in a process of its own, with nothing in its environment but what it is given. */
export function runBundle(folder: string, event: unknown, environment: Readonly<Record<string, string>>): Promise<HandlerRun> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    ...environment,
  };
  const child = spawn(process.execPath, ['--input-type=module', '-e', HOST, `file://${folder}/handler.mjs`], { env, cwd: folder });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk) => (output[name] += String(chunk)));
  child.stdin.end(JSON.stringify(event));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (output.stdout === '') reject(new Error(`the host ended with ${code}: ${output.stderr.slice(0, 2_000)}`));
      else
        resolve({
          ...(JSON.parse(output.stdout) as Pick<HandlerRun, 'ok' | 'answer'>),
          lines: output.stderr.split('\n').filter((line) => line !== ''),
        });
    });
  });
}
