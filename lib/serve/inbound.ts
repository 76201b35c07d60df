/**
 * The endpoints that take posts, for a process that has no spool of its own: the same routes as `serve`, over whatever keeps what was posted. A
 * 2xx means that it is kept. The only part of `serve` that the functions on AWS use.
 */
import type { Timing } from '../clients/retry.ts';
import type { AlertContext } from '../core/alerts/alert-finding.ts';
import type { Log } from '../core/model/log.ts';
import type { Detector } from '../core/pipeline.ts';
import type { Spool } from '../core/ports.ts';
import { AlertDesk } from './alert-desk.ts';
import { Desk } from './desk.ts';
import { type HttpAppOptions, httpApp } from './http-app.ts';

/** Keeps what was posted; rejects, or says that it is full, when it could not. */
export type Acceptor = Pick<Spool, 'accept'>;

export interface InboundOptions {
  readonly detector: Detector;
  /** Takes findings. */
  readonly findings: Acceptor;
  /** Takes alerts of an Alertmanager; undefined where nobody would be told. */
  readonly alerts: Acceptor | undefined;
  readonly alertContext: AlertContext;
  /** Bearer token that senders must show. */
  readonly ingestToken: string;
  readonly onRejected: HttpAppOptions['onRejected'];
  readonly timing: Timing;
  readonly log: Log;
}

/** Answers a request. */
export type Inbound = (request: Request) => Promise<Response>;

/** The endpoints. */
export function inbound({ detector, findings, alerts, alertContext, ingestToken, onRejected, timing, log }: InboundOptions): Inbound {
  const app = httpApp({
    desk: new Desk({ detector, spool: findings, sinks: [], onAccepted: () => undefined, timing }),
    alerts: new AlertDesk({
      ...alertContext,
      spool: alerts ?? findings,
      sinks: alerts === undefined ? [] : ['alerts'],
      onAccepted: () => undefined,
    }),
    ingestToken,
    onRejected,
    log,
  });
  return async (request) => app.fetch(request);
}
