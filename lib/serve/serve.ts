/** The embedded system: everything on one machine, one folder of state (architecture §3). Starts and ends the parts in the order that loses nothing. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { SYSTEM_TIMING, type Timing } from '../clients/retry.ts';
import type { Config } from '../config/schema.ts';
import type { AlertContext } from '../core/alerts/alert-finding.ts';
import { Counting } from '../core/deliver/counting.ts';
import { FirstCopySink } from '../core/deliver/first-copy-sink.ts';
import { LedgerSink } from '../core/deliver/ledger-sink.ts';
import { DriftwireError } from '../core/errors.ts';
import type { Log } from '../core/model/log.ts';
import type { Detector } from '../core/pipeline.ts';
import type { Sink, Store } from '../core/ports.ts';
import type { RemoteWriteParts, RemoteWriteSink } from '../sinks/remote-write.ts';
import type { Refresh } from '../slack-actions/incident-desk.ts';
import type { OpenActions, OpenActionsParts } from '../slack-actions/open-slack-actions.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { AlertDesk } from './alert-desk.ts';
import { Desk } from './desk.ts';
import { Flusher } from './flusher.ts';
import { openFollowed } from './follow.ts';
import { httpApp } from './http-app.ts';
import { Outbox } from './outbox.ts';
import { PressDesk } from './press-desk.ts';
import { readMetrics } from './read-metrics.ts';

/** How long sinks get to take what waits when the process ends, in ms; what is left over then is in the store. */
const DRAIN_MS = 5_000;
const MINUTE_MS = 60_000;

export interface ServeParts {
  readonly config: NonNullable<Config['serve']>;
  readonly detector: Detector;
  readonly store: Store;
  /** Each must have every event; the ledger is added. */
  readonly sinks: readonly Sink[];
  readonly remoteWrite: ((parts: RemoteWriteParts) => RemoteWriteSink) | undefined;
  readonly metrics: Metrics;
  readonly ingestToken: string | undefined;
  readonly alertContext: AlertContext;
  /** Makes what takes presses of buttons; undefined where there are none. */
  readonly slackActions?: ((parts: OpenActionsParts) => OpenActions) | undefined;
  readonly log: Log;
}

/** A system that runs until it is stopped. */
export interface Serving {
  /** Where it listens, as `host:port`; the port is the real one when 0 was asked for. */
  readonly address: string;
  /** Takes no more posts, ends what was begun, gives the sinks a moment, closes the store. May be called again. */
  stop(): Promise<void>;
}

/** Starts everything. @throws {DriftwireError} `DW_USAGE` when the address cannot be listened on; store errors of `accept`. */
export async function serve(parts: ServeParts): Promise<Serving> {
  const { config, store, sinks, remoteWrite, metrics, log } = parts;
  const timing = SYSTEM_TIMING;
  const forgotten = await store.keepSinks(['ledger', ...sinks.map(({ name }) => name)]);
  if (forgotten > 0) log('warn', 'events that waited for sinks that are no longer configured are let go', { events: forgotten });
  const writer = remoteWrite?.({
    documents: store,
    log,
    timing,
    read: (status) => readMetrics(store, metrics, status).then(() => metrics.series()),
  });
  // before anything is counted: then the first event ever is an increase like any other
  await writer?.begin(Math.floor(timing.now() / MINUTE_MS) * MINUTE_MS);

  // where no place asks for the first copy, what is counted now may still be brought to one that is configured later
  const holds = sinks.some((sink) => sink instanceof FirstCopySink) ? 'kept' : undefined;
  const outboxes = [
    new Outbox({ sink: new LedgerSink(store, undefined, new Counting(store, { holds })), spool: store, isCounted: false, log, timing }),
    ...sinks.map((sink) => new Outbox({ sink, spool: store, isCounted: true, log, timing })),
  ];
  const intake = new AbortController();
  const delivery = new AbortController();
  const onAccepted = (): void => {
    for (const outbox of outboxes) outbox.wake();
  };
  const desk = new Desk({
    detector: parts.detector,
    spool: store,
    sinks: ['ledger', ...sinks.map(({ name }) => name)],
    onAccepted,
    timing,
  });
  const tellers = sinks.flatMap(({ name, takesAlerts }) => (takesAlerts === true ? [name] : []));
  const buttons = openButtons(parts, timing);
  const app = httpApp({
    desk,
    presses: buttons?.desk,
    alerts: new AlertDesk({ ...parts.alertContext, spool: store, sinks: tellers, onAccepted }),
    metrics: async () => {
      await readMetrics(store, metrics);
      return { text: await metrics.text(), contentType: metrics.contentType };
    },
    readiness: async () => (intake.signal.aborted ? ['the process is ending'] : spoolReasons(store)),
    ingestToken: parts.ingestToken,
    onRejected: (endpoint, reason) => store.add([{ metric: 'driftwire_rejected_posts_total', labels: { endpoint, reason }, by: 1 }]),
    log,
  });
  const followed = await Promise.all(config.follow.map((entry) => openFollowed(entry, { desk, store, log })));
  const server = createServer(getRequestListener(app.fetch));
  await listen(server, config.listen);

  const running = [
    ...outboxes.map((outbox) => outbox.run(delivery.signal)),
    ...followed.map((each) => each.run(intake.signal)),
    ...(writer === undefined ? [] : [new Flusher({ sink: writer, ledger: store, log, timing }).run(intake.signal)]),
  ];
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    intake.abort();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    });
    await drained(store, timing.now() + DRAIN_MS);
    delivery.abort();
    await Promise.all([...running, buttons?.desk.settled()]);
    buttons?.close();
    for (const sink of [...sinks, ...(writer === undefined ? [] : [writer])]) sink.close();
    await store.close();
  };
  return {
    address: addressOf(server.address() as AddressInfo),
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** The buttons in Slack's messages at work; undefined where there are none. */
function openButtons(
  { slackActions, store, sinks, log }: ServeParts,
  timing: Timing,
): { readonly desk: PressDesk; close(): void } | undefined {
  if (slackActions === undefined) return undefined;
  let close = (): void => undefined;
  const desk = new PressDesk((patience) => {
    const opened = slackActions({ store, refresh: refresherOf(sinks), patience, log });
    close = opened.close;
    return opened.actions;
  }, timing);
  return { desk, close: () => close() };
}

/** Brings messages in Slack up to date, where a sink can. */
function refresherOf(sinks: readonly Sink[]): Refresh {
  const slack = sinks.find((sink): sink is Sink & { readonly refresh: Refresh } => 'refresh' in sink);
  return async (marker) => slack?.refresh(marker);
}

async function spoolReasons(store: Store): Promise<readonly string[]> {
  const { usedBytes, limitBytes } = await store.usage();
  return usedBytes < limitBytes ? [] : ['the spool is full: a sink does not take deliveries'];
}

/** Waits until the sinks have everything, or the time is over. */
async function drained(store: Store, untilMs: number): Promise<void> {
  while (SYSTEM_TIMING.now() < untilMs && (await store.usage()).entries > 0) await SYSTEM_TIMING.sleep(50);
}

function listen(server: ReturnType<typeof createServer>, address: string): Promise<void> {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    server.once('error', (cause: Error & { readonly code?: string }) => {
      const why =
        cause.code === 'EADDRINUSE' ? 'something else listens there: end it, or choose another port under serve.listen' : cause.message;
      reject(new DriftwireError('DW_USAGE', `cannot listen on ${address}: ${why}`, { cause }));
    });
    server.listen(Number(address.slice(colon + 1)), host, () => resolve());
  });
}

function addressOf({ address, port, family }: AddressInfo): string {
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
}
