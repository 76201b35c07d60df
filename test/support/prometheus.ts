/** Starts Debian's Prometheus for one test: free loopback port, folder of its own, remote-write receiver on. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realPart } from './require.ts';

const BINARY = '/usr/bin/prometheus';
const READY_MS = 30_000;
const STOP_MS = 10_000;
const TRIES = 3;

/** One series of a range query. */
export interface RangeSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** By time in ms. */
  readonly values: ReadonlyMap<number, number>;
}

/** A running Prometheus. */
export interface Prometheus {
  /** Base address. */
  readonly url: string;
  readonly writeUrl: string;
  /** An instant query: label set as JSON to value. */
  query(expression: string, timeMs: number): Promise<ReadonlyMap<string, number>>;
  /** A range query. */
  range(expression: string, startMs: number, endMs: number, stepMs: number): Promise<readonly RangeSeries[]>;
  stop(): Promise<void>;
}

/** How it is set up beside its defaults. */
export interface PrometheusOptions {
  /** More of the configuration file, such as `rule_files`. */
  readonly config?: string;
  /** Files to put beside the configuration, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Puts blocks of the past into the folder of the storage before the start. */
  readonly fill?: (storage: string) => Promise<void>;
}

/** True where Prometheus is installed; elsewhere it is said, or a failure where it is required. */
export function hasPrometheus(): boolean {
  return realPart('prometheus', BINARY);
}

/** Starts one and waits until it takes requests. It scrapes itself, so that its head is at the present as in real life. */
export async function startPrometheus(options: PrometheusOptions = {}): Promise<Prometheus> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(options);
    } catch (cause) {
      // another process may have taken the port between looking and listening
      if (attempt === TRIES) throw cause;
    }
  }
}

async function start({ config = '', files = {}, fill }: PrometheusOptions): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'driftwire-prometheus-'));
  const port = await freePort();
  const scrape = `scrape_configs:\n  - job_name: prometheus\n    scrape_interval: 1s\n    static_configs: [{ targets: ['127.0.0.1:${port}'] }]\n`;
  writeFileSync(join(folder, 'prometheus.yml'), `${scrape}${config}`);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  await fill?.(join(folder, 'data'));
  const child = spawn(
    BINARY,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-10_000);
  });
  const stop = async (): Promise<void> => {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  if (!(await isReady(url, child))) {
    await stop();
    throw new Error(`prometheus did not start: ${said}`);
  }
  return {
    url,
    writeUrl: `${url}/api/v1/write`,
    query: (expression, timeMs) => instant(url, expression, timeMs),
    range: (expression, startMs, endMs, stepMs) => range(url, expression, startMs, endMs, stepMs),
    stop,
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address === null || typeof address === 'string' ? reject(new Error('no port')) : resolve(address.port)));
    });
  });
}

async function isReady(url: string, child: ChildProcess): Promise<boolean> {
  const endMs = Date.now() + READY_MS;
  while (Date.now() < endMs && child.exitCode === null) {
    try {
      if ((await fetch(`${url}/-/ready`)).ok) return true;
    } catch {
      // not listening yet
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(killer);
}

type Point = readonly [seconds: number, value: string];

async function ask<T>(url: string, path: string, params: Readonly<Record<string, string>>): Promise<T> {
  const response = await fetch(`${url}/api/v1/${path}`, { method: 'POST', body: new URLSearchParams(params) });
  const body = (await response.json()) as { readonly status: string; readonly error?: string; readonly data: { readonly result: T } };
  if (body.status !== 'success') throw new Error(`${path} ${params['query']}: ${body.error}`);
  return body.data.result;
}

async function instant(url: string, query: string, timeMs: number): Promise<ReadonlyMap<string, number>> {
  type Row = { readonly metric: Readonly<Record<string, string>>; readonly value: Point };
  const rows = await ask<readonly Row[]>(url, 'query', { query, time: String(timeMs / 1000) });
  return new Map(rows.map(({ metric, value }) => [JSON.stringify(metric), Number(value[1])]));
}

async function range(url: string, query: string, startMs: number, endMs: number, stepMs: number): Promise<readonly RangeSeries[]> {
  type Row = { readonly metric: Readonly<Record<string, string>>; readonly values: readonly Point[] };
  // as a duration: a fraction of seconds would lose its last millisecond
  const params = { query, start: String(startMs / 1000), end: String(endMs / 1000), step: `${stepMs}ms` };
  const rows = await ask<readonly Row[]>(url, 'query_range', params);
  return rows.map(({ metric, values }) => ({
    labels: metric,
    values: new Map(values.map(([seconds, value]) => [Math.round(seconds * 1000), Number(value)])),
  }));
}
