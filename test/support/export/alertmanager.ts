/** Starts Debian's Alertmanager for one test, with a receiver that takes what it sends to Slack and PagerDuty. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { GeneratedFile } from '../../../lib/export/generated-file.ts';
import { writeFiles } from './promtool.ts';

/** Where Debian's package `prometheus-alertmanager` puts its programs. */
export const AMTOOL = '/usr/bin/amtool';
const ALERTMANAGER = '/usr/bin/prometheus-alertmanager';
const READY_MS = 30_000;
const TRIES = 3;

/** An alert as Prometheus posts it. */
export interface PostedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What Alertmanager says of an alert. */
export interface AlertStatus {
  readonly labels: Readonly<Record<string, string>>;
  readonly status: { readonly state: 'active' | 'suppressed' | 'unprocessed'; readonly inhibitedBy: readonly string[] };
}

/** One message it sent: the path it was posted to, and its JSON. */
export interface SentMessage {
  readonly path: string;
  readonly body: unknown;
}

/** A running Alertmanager. */
export interface Alertmanager {
  /** Host and port. */
  readonly address: string;
  readonly sent: readonly SentMessage[];
  post(alerts: readonly PostedAlert[]): Promise<void>;
  alerts(): Promise<readonly AlertStatus[]>;
  stop(): Promise<void>;
}

/**
 * Starts it with the generated configuration. Only addresses, files of secrets and waiting times are others; routes,
 * inhibitions, receivers and templates are as generated.
 */
export async function startAlertmanager(files: readonly GeneratedFile[]): Promise<Alertmanager> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(files);
    } catch (cause) {
      // another process may have taken the port between looking and listening
      if (attempt === TRIES) throw cause;
    }
  }
}

async function start(files: readonly GeneratedFile[]): Promise<Alertmanager> {
  const folder = mkdtempSync(join(tmpdir(), 'driftwire-alertmanager-run-'));
  const sent: SentMessage[] = [];
  const receiver = await receive(sent);
  const address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  writeFileSync(join(folder, 'slack'), `${address}/slack`);
  writeFileSync(join(folder, 'pagerduty'), 'routing-key-of-the-test');
  writeFiles(
    folder,
    files.map((file) => (file.path === 'alertmanager.yml' ? { ...file, text: adapted(file.text, folder, address) } : file)),
  );
  const port = await freePort();
  const child = spawn(
    ALERTMANAGER,
    [
      `--config.file=${join(folder, 'alertmanager.yml')}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
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
    await new Promise((resolve) => receiver.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}/api/v2/alerts`;
  if (!(await isReady(`http://127.0.0.1:${port}/-/ready`, child))) {
    await stop();
    throw new Error(`alertmanager did not start: ${said}`);
  }
  return {
    address: `127.0.0.1:${port}`,
    sent,
    stop,
    post: async (alerts) => {
      const response = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(alerts) });
      if (!response.ok) throw new Error(`alertmanager answered ${response.status}: ${await response.text()}`);
    },
    alerts: async () => (await (await fetch(url)).json()) as readonly AlertStatus[],
  };
}

function adapted(text: string, folder: string, address: string): string {
  const config = parse(text) as { global: Record<string, unknown>; route: Record<string, unknown>; receivers: Record<string, unknown>[] };
  delete config.global['smtp_auth_password_file'];
  Object.assign(config.global, {
    slack_api_url_file: join(folder, 'slack'),
    pagerduty_url: `${address}/pagerduty`,
    smtp_smarthost: '127.0.0.1:9',
  });
  Object.assign(config.route, { group_wait: '200ms', group_interval: '1s' });
  for (const { pagerduty_configs: pages } of config.receivers) {
    for (const page of (pages ?? []) as Record<string, unknown>[]) page['routing_key_file'] = join(folder, 'pagerduty');
  }
  return stringify(config);
}

async function receive(sent: SentMessage[]): Promise<Server> {
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    request.on('end', () => {
      sent.push({ path: request.url ?? '', body: JSON.parse(text) as unknown });
      response.writeHead(request.url === '/pagerduty' ? 202 : 200).end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function isReady(url: string, child: ChildProcess): Promise<boolean> {
  const endMs = Date.now() + READY_MS;
  while (Date.now() < endMs && child.exitCode === null) {
    try {
      if ((await fetch(url)).ok) return true;
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
  const killer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(killer);
}
