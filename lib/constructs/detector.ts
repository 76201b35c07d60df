import { Construct } from 'constructs';
import type { AwsSettings } from '../config/schema-aws.ts';
import { AuditLog, AuditStream, mayReadStream } from './audit-log.ts';
import type { CompiledPatterns } from './compiled-patterns.ts';
import type { DeadLetters } from './dead-letters.ts';
import { DriftwireFunction, type FunctionDefaults } from './driftwire-function.ts';
import { Intake, mayReadTrail } from './intake.ts';
import { mayConsume, maySend, type WorkQueue } from './work-queue.ts';

/** Seconds the function that reads CloudTrail may take: an object of 50 MB, the largest there is, with reserve. */
const CLOUDTRAIL_TIMEOUT = 120;
const AUDIT_TIMEOUT = 60;

export interface DetectorProps {
  readonly settings: AwsSettings;
  readonly defaults: FunctionDefaults;
  readonly patterns: CompiledPatterns;
  readonly deadLetters: DeadLetters;
  readonly findings: WorkQueue;
}

/** The hot path: the functions that read audit records and put findings into the queue. */
export class Detector extends Construct {
  readonly intake: Intake;
  readonly cloudtrail: DriftwireFunction;
  readonly audit: DriftwireFunction | undefined;
  readonly stream: AuditStream | undefined;

  constructor(scope: Construct, id: string, props: DetectorProps) {
    super(scope, id);
    const { settings, patterns, deadLetters } = props;
    this.intake = new Intake(this, 'intake', {
      settings,
      pattern: patterns.events,
      deadLetters,
      consumerTimeoutSeconds: CLOUDTRAIL_TIMEOUT,
    });
    this.cloudtrail = this.#readCloudTrail(props);
    const { eks } = settings;
    if (eks === undefined) return;
    this.stream = eks.through === 'kinesis' ? new AuditStream(this, 'audit-stream') : undefined;
    this.audit = this.#readAudit(props, this.stream);
    const { undelivered } = deadLetters;
    new AuditLog(this, 'audit-log', { eks, patterns, target: this.audit, stream: this.stream, undelivered });
  }

  #readCloudTrail({ settings, defaults, findings, deadLetters }: DetectorProps): DriftwireFunction {
    const { events, objects } = this.intake;
    const trail = settings.cloudtrail === undefined ? [] : mayReadTrail(this, settings.cloudtrail);
    const reader = new DriftwireFunction(this, 'cloudtrail', {
      defaults,
      description: 'CloudTrail events to findings',
      memoryMb: 512,
      timeoutSeconds: CLOUDTRAIL_TIMEOUT,
      environment: { DRIFTWIRE_FINDINGS_QUEUE_URL: findings.queueUrl },
      aside: deadLetters.undelivered,
      may: [mayConsume(events), ...(objects === undefined ? [] : [mayConsume(objects)]), maySend(findings), ...trail],
    });
    reader.feedFrom('events', events, { batchSize: 100, windowSeconds: 5 });
    // One object at a time: each may be large, and a failed one must not bring back its neighbours.
    if (objects !== undefined) reader.feedFrom('objects', objects, { batchSize: 1, windowSeconds: 0, maxConcurrency: 20 });
    return reader;
  }

  #readAudit({ defaults, findings, deadLetters }: DetectorProps, stream: AuditStream | undefined): DriftwireFunction {
    return new DriftwireFunction(this, 'eks-audit', {
      defaults,
      description: 'Kubernetes audit events to findings',
      memoryMb: 512,
      timeoutSeconds: AUDIT_TIMEOUT,
      environment: { DRIFTWIRE_FINDINGS_QUEUE_URL: findings.queueUrl },
      aside: deadLetters.undelivered,
      may: [maySend(findings), ...(stream === undefined ? [] : [mayReadStream(stream.streamArn)])],
      ...(stream === undefined ? { asynchronous: { retries: 2, onFailure: deadLetters.undelivered } } : {}),
    });
  }
}
