import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { SecretReference } from '../config/schema-values.ts';
import type { DeadLetters } from './dead-letters.ts';
import { DriftwireFunction, type FunctionDefaults } from './driftwire-function.ts';
import type { Ledger } from './ledger.ts';
import { mayReadSecrets } from './secret-grants.ts';
import { DELIVERY_RECEIVES, mayConsume, mayPostpone, maySend, WorkQueue } from './work-queue.ts';

/** Seconds a batch may take: a sink may ask for a pause, and every request has its own limit of 10 s. */
const DELIVER_TIMEOUT = 60;
const ALERT_TIMEOUT = 60;

/** Where findings go, as far as the stack must know. */
export interface DeliveryPlaces {
  /** Secrets of Loki. */
  readonly recordSecrets: readonly SecretReference[];
  /** Undefined: neither Slack nor another receiver is configured, and there are no alerts. */
  readonly alerts: { readonly secrets: readonly SecretReference[]; readonly topicArns: readonly string[] } | undefined;
}

export interface DeliveryProps {
  readonly defaults: FunctionDefaults;
  readonly deadLetters: DeadLetters;
  readonly ledger: Ledger;
  readonly places: DeliveryPlaces;
  readonly secretsKeyArn: string | undefined;
}

/** From the findings queue to the record, the ledger and the alerts queue, and from there to people. */
export class Delivery extends Construct {
  readonly findings: WorkQueue;
  readonly alerts: WorkQueue | undefined;
  readonly deliver: DriftwireFunction;
  readonly alert: DriftwireFunction | undefined;

  constructor(scope: Construct, id: string, props: DeliveryProps) {
    super(scope, id);
    const deadLetters = props.deadLetters.queue;
    this.findings = new WorkQueue(this, 'findings', {
      deadLetters,
      consumerTimeoutSeconds: DELIVER_TIMEOUT,
      windowSeconds: 2,
      retentionDays: 14,
      maxReceives: DELIVERY_RECEIVES,
    });
    const { alerts } = props.places;
    this.alerts =
      alerts === undefined
        ? undefined
        : new WorkQueue(this, 'alerts', {
            deadLetters,
            consumerTimeoutSeconds: ALERT_TIMEOUT,
            windowSeconds: 1,
            retentionDays: 14,
            maxReceives: DELIVERY_RECEIVES,
          });
    this.deliver = this.#deliver(props);
    this.alert = alerts === undefined || this.alerts === undefined ? undefined : this.#alert(props, alerts, this.alerts);
  }

  #deliver({ defaults, deadLetters, ledger, places, secretsKeyArn }: DeliveryProps): DriftwireFunction {
    const { findings, alerts } = this;
    const deliver = new DriftwireFunction(this, 'deliver', {
      defaults,
      description: 'Findings to Loki, the ledger and the alerts queue',
      memoryMb: 512,
      timeoutSeconds: DELIVER_TIMEOUT,
      environment: {
        DRIFTWIRE_TABLE: ledger.tableName,
        DRIFTWIRE_FINDINGS_QUEUE_URL: findings.queueUrl,
        ...(alerts === undefined ? {} : { DRIFTWIRE_ALERTS_QUEUE_URL: alerts.queueUrl }),
      },
      aside: deadLetters.undelivered,
      may: [
        mayConsume(findings),
        mayPostpone(findings),
        ledger.may('BatchGetItem', 'PutItem', 'UpdateItem'),
        ...(alerts === undefined ? [] : [maySend(alerts)]),
        ...mayReadSecrets(this, places.recordSecrets, secretsKeyArn),
      ],
    });
    // Few at a time: Loki refuses what comes out of order beyond its window, and a ledger total is one item.
    deliver.feedFrom('findings', findings, { batchSize: 100, windowSeconds: 2, maxConcurrency: 5 });
    return deliver;
  }

  #alert(
    { defaults, deadLetters, ledger, secretsKeyArn }: DeliveryProps,
    places: NonNullable<DeliveryPlaces['alerts']>,
    alerts: WorkQueue,
  ): DriftwireFunction {
    const alert = new DriftwireFunction(this, 'alert', {
      defaults,
      description: 'Alerts to Slack and the other receivers',
      memoryMb: 512,
      timeoutSeconds: ALERT_TIMEOUT,
      environment: { DRIFTWIRE_TABLE: ledger.tableName, DRIFTWIRE_ALERTS_QUEUE_URL: alerts.queueUrl },
      aside: deadLetters.undelivered,
      may: [
        mayConsume(alerts),
        mayPostpone(alerts),
        ledger.may('GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
        ...mayReadSecrets(this, places.secrets, secretsKeyArn),
        ...(places.topicArns.length === 0 ? [] : [mayPublish(places.topicArns)]),
      ],
    });
    alert.feedFrom('alerts', alerts, { batchSize: 50, windowSeconds: 1, maxConcurrency: 2 });
    return alert;
  }
}

function mayPublish(topicArns: readonly string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: ['sns:Publish'], resources: [...topicArns] });
}
