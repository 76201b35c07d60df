import { cloudTrail } from '../../lib/clients/aws-cloudtrail.ts';
import { cloudWatchLogs } from '../../lib/clients/aws-logs.ts';
import { parseDelivery } from '../../lib/core/deliver/delivery-text.ts';
import type { Delivery } from '../../lib/core/model/delivery.ts';
import type { LogFields } from '../../lib/core/model/log.ts';
import { type Reconciled, Reconciliation, type ReconciliationParts } from '../../lib/lambda/reconciliation.ts';
import { logHistory } from '../../lib/sources/history/filter-log-events.ts';
import type { History } from '../../lib/sources/history/history.ts';
import { lookupHistory } from '../../lib/sources/history/lookup-events.ts';
import { MemoryStore } from '../../lib/stores/memory.ts';
import { detectorOf } from './detector.ts';
import type { TrailEvent } from './fake-aws/lookup-events.ts';
import { FakeAws, type FakeAwsOptions } from './fake-aws/server.ts';
import { cloudtrailRecord, kubernetesEvent, roleSession } from './records.ts';
import { type ManualTiming, manualTiming } from './timing.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** When the first run is. */
export const START_MS: number = Date.UTC(2026, 10, 20, 9, 0, 0);
export const REGION = 'eu-west-1';
export const GROUP = '/aws/eks/demo/cluster';

/** A change by hand in CloudTrail's history, or by a pipeline, or a read. */
export function trailEvent(eventId: string, timeMs: number, kind: 'change' | 'read' | 'pipeline' = 'change'): TrailEvent {
  const time = Math.floor(timeMs / 1_000) * 1_000;
  const readOnly = kind === 'read';
  const record = cloudtrailRecord({
    eventID: eventId,
    eventTime: new Date(time).toISOString().replace('.000Z', 'Z'),
    readOnly,
    ...(readOnly ? { eventName: 'DescribeInstances' } : {}),
    ...(kind === 'pipeline' ? { userIdentity: roleSession('gha-deploy', 'GitHubActions') } : {}),
  });
  return { eventId, timeMs: time, readOnly, record: JSON.stringify(record) };
}

/** A change by hand in the audit log of a cluster. */
export function auditLine(auditID: string, timestamp: number): { stream: string; timestamp: number; message: string } {
  const stageTimestamp = new Date(timestamp).toISOString();
  const event = kubernetesEvent({ auditID, stageTimestamp, requestReceivedTimestamp: stageTimestamp });
  return { stream: 'kube-apiserver-audit-0a1b', timestamp, message: JSON.stringify(event) };
}

/** Everything around a reconciliation: services, ledger, queue, clock. */
export class Bench {
  readonly timing: ManualTiming = manualTiming({ startMs: START_MS });
  readonly store = new MemoryStore({ nowMs: () => this.timing.now() });
  readonly aws: FakeAws;
  readonly logged: { readonly level: string; readonly message: string; readonly fields: LogFields | undefined }[] = [];
  /** What the queue has taken. */
  readonly sent: Delivery[] = [];
  /** False: the queue takes nothing. */
  takes = true;
  #endpoint = '';

  constructor(options: Partial<FakeAwsOptions> = {}) {
    this.aws = new FakeAws({ now: () => this.timing.now(), ...options });
    this.aws.trails.set(REGION, []);
    this.aws.logGroups.set(GROUP, []);
  }

  async start(): Promise<void> {
    this.#endpoint = await this.aws.start();
  }

  stop(): Promise<void> {
    return this.aws.stop();
  }

  trail(region = REGION): History {
    return lookupHistory({ region, changesOnly: true, open: async () => cloudTrail({ ...this.#access(), region }) });
  }

  group(logGroup = GROUP, filterPattern = ''): History {
    return logHistory({
      logGroup,
      owner: '111122223333',
      filterPattern,
      open: async () => cloudWatchLogs({ ...this.#access(), region: REGION }),
    });
  }

  parts(over: Partial<ReconciliationParts> = {}): ReconciliationParts {
    return {
      histories: [this.trail()],
      store: this.store,
      detector: detectorOf({ pipelines: [{ name: 'github-actions', role: 'gha-deploy' }] }),
      findings: {
        send: async (messages) => {
          if (!this.takes) return messages.map(() => ({ ok: false, message: 'AccessDenied' }));
          this.sent.push(...messages.map(({ body }) => deliveryIn(body)));
          return messages.map(() => ({ ok: true }));
        },
      },
      timing: this.timing,
      log: (level, message, fields) => {
        this.logged.push({ level, message, fields });
      },
      ...over,
    };
  }

  /** One run. */
  run(over: Partial<ReconciliationParts> = {}, lastsMs = 10 * MINUTE_MS): Promise<readonly Reconciled[]> {
    return new Reconciliation(this.parts(over)).run({ deadlineMs: this.timing.now() + lastsMs });
  }

  /** Ids of the events that were sent, in the order of their names. */
  sentIds(): readonly string[] {
    return this.sent.map(({ findings }) => findings[0].finding.id).toSorted();
  }

  #access() {
    return { endpoint: this.#endpoint, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  }
}

function deliveryIn(body: string): Delivery {
  const delivery = parseDelivery(body);
  if (delivery === undefined) throw new Error('not a delivery');
  return delivery;
}
