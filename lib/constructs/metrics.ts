import { Duration, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { SecretReference } from '../config/schema-values.ts';
import { DriftwireFunction, type FunctionDefaults } from './driftwire-function.ts';
import { FunctionTarget } from './function-target.ts';
import type { Ledger } from './ledger.ts';
import { MissedMinutes } from './missed-minutes.ts';
import { mayReadSecrets } from './secret-grants.ts';

/** Where the totals are written, as far as the stack must know. */
export interface MetricsPlace {
  readonly url: string;
  readonly secrets: readonly SecretReference[];
  /** Region of the workspace where requests are signed for Amazon Managed Service for Prometheus. */
  readonly signedFor: string | undefined;
}

export interface MetricsProps {
  readonly defaults: FunctionDefaults;
  readonly ledger: Ledger;
  readonly place: MetricsPlace;
  readonly secretsKeyArn: string | undefined;
}

/** Once a minute the ledger's totals to Prometheus, by one writer. */
export class Metrics extends Construct {
  readonly metrics: DriftwireFunction;

  constructor(scope: Construct, id: string, { defaults, ledger, place, secretsKeyArn }: MetricsProps) {
    super(scope, id);
    const missed = new MissedMinutes(this, 'missed-minutes');
    this.metrics = new DriftwireFunction(this, 'metrics', {
      defaults,
      description: 'Totals of the ledger to Prometheus, once a minute',
      memoryMb: 512,
      // Less than the minute to the next run, so that one run never waits for the other.
      timeoutSeconds: 55,
      environment: { DRIFTWIRE_TABLE: ledger.tableName },
      may: [
        ledger.may('GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
        ...mayReadSecrets(this, place.secrets, secretsKeyArn),
        ...mayWrite(this, place),
      ],
      // Two writers would interleave their samples. The next minute carries what this one did not: no retry, and none that has waited for a minute.
      reservedConcurrency: 1,
      asynchronous: { retries: 0, maxAgeSeconds: 60, onFailure: missed },
    });
    new events.Rule(this, 'minute', {
      description: 'Totals of Driftwire, every minute',
      schedule: events.Schedule.rate(Duration.minutes(1)),
      targets: [new FunctionTarget(this.metrics, missed)],
    });
  }
}

/** A workspace is named in the path of its address: `/workspaces/ws-.../api/v1/remote_write`. */
function mayWrite(scope: Construct, { url, signedFor }: MetricsPlace): readonly iam.PolicyStatement[] {
  if (signedFor === undefined) return [];
  const workspace = /\/workspaces\/(ws-[\w-]+)\//.exec(url)?.[1];
  if (workspace === undefined) {
    throw new Error(
      'prometheus.remote_write.url names no workspace: with sigv4 it is https://aps-workspaces.REGION.amazonaws.com/workspaces/ws-.../api/v1/remote_write',
    );
  }
  const arn = Stack.of(scope).formatArn({ service: 'aps', region: signedFor, resource: 'workspace', resourceName: workspace });
  return [new iam.PolicyStatement({ actions: ['aps:RemoteWrite'], resources: [arn] })];
}
