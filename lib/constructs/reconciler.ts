import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledgeStar, acknowledgeWildcard } from './acknowledge.ts';
import type { DeadLetters } from './dead-letters.ts';
import { DriftwireFunction, type FunctionDefaults } from './driftwire-function.ts';
import { FunctionTarget } from './function-target.ts';
import type { Ledger } from './ledger.ts';
import { maySend, type WorkQueue } from './work-queue.ts';

export interface ReconcilerProps {
  readonly defaults: FunctionDefaults;
  readonly deadLetters: DeadLetters;
  readonly ledger: Ledger;
  readonly findings: WorkQueue;
  readonly logGroups: readonly string[];
}

/** Every hour: what the streams should have brought, asked for a second time at the source. */
export class Reconciler extends Construct {
  readonly reconcile: DriftwireFunction;

  constructor(scope: Construct, id: string, { defaults, deadLetters, ledger, findings, logGroups }: ReconcilerProps) {
    super(scope, id);
    const { undelivered } = deadLetters;
    this.reconcile = new DriftwireFunction(this, 'reconcile', {
      defaults,
      description: 'What the streams missed, every hour',
      memoryMb: 512,
      // LookupEvents gives two pages of 50 a second (CloudTrail User Guide, quotas, read 2026-11); the function stops before its limit.
      timeoutSeconds: 600,
      environment: { DRIFTWIRE_TABLE: ledger.tableName, DRIFTWIRE_FINDINGS_QUEUE_URL: findings.queueUrl },
      may: [mayLookUp(), ...mayFilter(this, logGroups), maySend(findings), ledger.may('GetItem', 'BatchGetItem', 'Query', 'PutItem')],
      // No concurrency is reserved: a new account has none to reserve, and its first deployment would fail for that. Two runs at once do no harm, the
      // place of each source is replaced only by whoever has read it last.
      asynchronous: { retries: 1, onFailure: undelivered },
    });
    acknowledgeStar(this, 'CloudTrail knows no resource for LookupEvents');
    for (const name of logGroups) {
      const reason = 'all streams of this one log group: EKS makes a new one whenever it likes';
      acknowledgeWildcard(this, `arn:PARTITION:logs:REGION:ACCOUNT:log-group:${name}:*`, reason);
    }
    new events.Rule(this, 'hour', {
      description: 'What Driftwire missed, every hour',
      schedule: events.Schedule.rate(Duration.hours(1)),
      targets: [new FunctionTarget(this.reconcile, undelivered)],
    });
  }
}

/** CloudTrail knows no resource for LookupEvents (Service Authorization Reference, read 2026-11). */
function mayLookUp(): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: ['cloudtrail:LookupEvents'], resources: ['*'] });
}

function mayFilter(scope: Construct, logGroups: readonly string[]): readonly iam.PolicyStatement[] {
  if (logGroups.length === 0) return [];
  const resources = logGroups.map((name) =>
    Stack.of(scope).formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: `${name}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    }),
  );
  return [new iam.PolicyStatement({ actions: ['logs:FilterLogEvents'], resources })];
}
