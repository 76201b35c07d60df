import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { CREDENTIALS, pause, REGION } from './aws.ts';
import type { DeployedFunction } from './template.ts';

/** What became of an invocation. */
export type InvocationResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly errorType: string; readonly errorMessage: string };

/** Bytes of an event or an answer (Lambda quotas, "Invocation payload", synchronous). */
export const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

/** Processes of a function whose concurrency is not reserved: an account has a thousand, this machine has not. */
const DEFAULT_CONCURRENCY = 10;

const RUNTIME = fileURLToPath(new URL('./runtime.ts', import.meta.url));

const answer = z.object({
  requestId: z.string(),
  payload: z.string().optional(),
  error: z.object({ errorType: z.string(), errorMessage: z.string() }).optional(),
});

/** Options of a function's environment. */
export interface FunctionHostOptions {
  /** Where the function finds AWS. */
  readonly endpoint: string;
  /** Where it finds single services instead, by their names in `AWS_ENDPOINT_URL_*`. */
  readonly endpoints?: Readonly<Record<string, string>>;
  /** Translates what the deployment says to where things are here. */
  readonly local: (text: string, endpoint: string) => string;
}

/**
 * One function: processes that are kept while they live, one invocation each at a time, as many as are needed and allowed. Between two invocations a
 * process stands still, as Lambda freezes it: what a handler has left undone does not go on, and connections grow old.
 */
export class FunctionHost {
  readonly deployed: DeployedFunction;
  readonly #options: FunctionHostOptions;
  readonly #idle: ChildProcess[] = [];
  readonly #all = new Set<ChildProcess>();
  #busy = 0;
  /** Invocations that are to be killed, and after how long. */
  readonly #kills: number[] = [];
  readonly log: string[] = [];
  invocations = 0;
  killed = 0;

  constructor(deployed: DeployedFunction, options: FunctionHostOptions) {
    this.deployed = deployed;
    this.#options = options;
  }

  /** The next invocation that is not over by then is killed after so many ms. */
  killNext(afterMs: number): void {
    this.#kills.push(afterMs);
  }

  /** Kills what is at work now; gives how many processes that were. */
  killRunning(): number {
    const running = [...this.#all].filter((child) => !this.#idle.includes(child));
    for (const child of running) child.kill('SIGKILL');
    this.killed += running.length;
    return running.length;
  }

  /** Invokes the function and waits. Where its concurrency is reserved and used up, it waits for its turn. */
  async invoke(event: unknown): Promise<InvocationResult> {
    while (this.#busy >= this.#concurrency) await pause(20);
    return this.#invoke(event);
  }

  /** The same for a caller who is not queued: undefined where he is throttled. */
  async invokeNow(event: unknown): Promise<InvocationResult | undefined> {
    return this.#busy >= this.#concurrency ? undefined : this.#invoke(event);
  }

  get #concurrency(): number {
    return this.deployed.reservedConcurrency ?? DEFAULT_CONCURRENCY;
  }

  async #invoke(event: unknown): Promise<InvocationResult> {
    this.#busy++;
    this.invocations++;
    try {
      return await this.#run(event);
    } finally {
      this.#busy--;
    }
  }

  async stop(): Promise<void> {
    const ended = [...this.#all].map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const child of this.#all) child.kill('SIGKILL');
    await Promise.all(ended);
  }

  #run(event: unknown): Promise<InvocationResult> {
    if (Buffer.byteLength(JSON.stringify(event)) > MAX_PAYLOAD_BYTES)
      throw new Error(`${this.deployed.name}: the event is larger than Lambda allows`);
    const child = this.#idle.pop() ?? this.#spawn();
    child.kill('SIGCONT');
    const requestId = randomUUID();
    const timeoutMs = this.deployed.timeoutSeconds * 1000;
    return new Promise((resolve) => {
      const timers: NodeJS.Timeout[] = [];
      let [wasKilled, isOver] = [false, false];
      const end = (result: InvocationResult, isAlive: boolean): void => {
        // it was over before its time, so the next one is to be killed
        if (killAfterMs !== undefined && !wasKilled) this.#kills.unshift(killAfterMs);
        for (const timer of timers) clearTimeout(timer);
        child.off('message', onMessage);
        child.off('exit', onExit);
        if (isAlive) {
          child.kill('SIGSTOP');
          this.#idle.push(child);
        }
        resolve(result);
      };
      const onExit = (): void => {
        const timedOut = { errorType: 'Sandbox.Timedout', errorMessage: `Task timed out after ${this.deployed.timeoutSeconds}.00 seconds` };
        end({ ok: false, ...(isOver ? timedOut : { errorType: 'Runtime.ExitError', errorMessage: 'the process ended' }) }, false);
      };
      const onMessage = (message: unknown): void => {
        const { payload, error } = answer.parse(message);
        if (error !== undefined) end({ ok: false, ...error }, true);
        else if (Buffer.byteLength(payload ?? '') > MAX_PAYLOAD_BYTES)
          end({ ok: false, errorType: 'Function.ResponseSizeTooLarge', errorMessage: '' }, true);
        else end({ ok: true, value: JSON.parse(payload ?? 'null') as unknown }, true);
      };
      child.on('message', onMessage);
      child.once('exit', onExit);
      timers.push(
        setTimeout(() => {
          isOver = true;
          child.kill('SIGKILL');
        }, timeoutMs),
      );
      const killAfterMs = this.#kills.shift();
      if (killAfterMs !== undefined) {
        timers.push(
          setTimeout(() => {
            wasKilled = true;
            this.killed++;
            child.kill('SIGKILL');
          }, killAfterMs),
        );
      }
      child.send({ requestId, event, deadlineMs: Date.now() + timeoutMs });
    });
  }

  #spawn(): ChildProcess {
    const { name, arn, code, handler, environment, memoryMb } = this.deployed;
    const { endpoint, endpoints = {}, local } = this.#options;
    const child = fork(RUNTIME, [], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'json',
      execArgv: [],
      // nothing of the test's own environment: what a function knows, the deployment has told it
      env: {
        PATH: process.env['PATH'] ?? '',
        TZ: ':UTC',
        AWS_REGION: REGION,
        AWS_DEFAULT_REGION: REGION,
        // the credentials of its role, by which its calls are told from others
        AWS_ACCESS_KEY_ID: name,
        AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
        AWS_SESSION_TOKEN: 'test',
        AWS_ENDPOINT_URL: endpoint,
        ...Object.fromEntries(Object.entries(endpoints).map(([service, url]) => [`AWS_ENDPOINT_URL_${service}`, url])),
        AWS_LAMBDA_FUNCTION_NAME: arn.split(':').at(-1) ?? name,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
        LAMBDA_TASK_ROOT: code,
        _HANDLER: handler,
        HOST_FUNCTION_ARN: arn,
        ...Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, local(value, endpoint)])),
      },
    });
    this.#all.add(child);
    child.once('exit', () => {
      this.#all.delete(child);
      const index = this.#idle.indexOf(child);
      if (index >= 0) this.#idle.splice(index, 1);
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.log.push(...text.split('\n').filter((line) => line !== ''));
      });
    }
    return child;
  }
}
