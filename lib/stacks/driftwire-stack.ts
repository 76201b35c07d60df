import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms, type Watched } from '../constructs/alarms.ts';
import { Dashboard } from '../constructs/dashboard.ts';
import { DeadLetters } from '../constructs/dead-letters.ts';
import { Delivery } from '../constructs/delivery.ts';
import { Detector } from '../constructs/detector.ts';
import type { FunctionDefaults } from '../constructs/driftwire-function.ts';
import { Ledger } from '../constructs/ledger.ts';
import { Metrics } from '../constructs/metrics.ts';
import { Reconciler } from '../constructs/reconciler.ts';
import { Webhook } from '../constructs/webhook.ts';
import type { Deployment } from './deployment.ts';
import { deliveryPlaces, metricsPlace, webhookSecrets } from './places.ts';

/** Everything in one account and region: modes `standalone` and `processor`. Wires constructs; has no resource of its own. */
export class DriftwireStack extends Stack {
  constructor(scope: Construct, id: string, deployment: Deployment) {
    const { settings } = deployment;
    super(scope, id, {
      description: `Driftwire, ${settings.mode}: tells about changes made by hand`,
      ...(settings.region === undefined ? {} : { env: { region: settings.region } }),
      terminationProtection: settings.termination_protection,
    });
    const parts = this.#parts(deployment);
    const { loki, slack, receivers } = deployment.config;
    const toldElsewhere = loki !== undefined || slack !== undefined || receivers.length > 0;
    const findingsLog = toldElsewhere ? undefined : parts.delivery.deliver.logName;
    const watched = { ...watch(parts, settings.eks !== undefined), findingsLog };
    if (settings.alarms.enabled) new Alarms(this, 'alarms', { watched, topicArn: settings.alarms.topic_arn });
    const dashboard = settings.dashboard ? new Dashboard(this, 'dashboard', watched) : undefined;
    this.#tell(parts, dashboard);
    if (findingsLog !== undefined) new CfnOutput(this, 'FindingsLogGroup', { value: findingsLog, description: 'Findings, one a line' });
  }

  #parts(deployment: Deployment): Parts {
    const { config, settings, patterns } = deployment;
    const defaults = functionDefaults(deployment);
    const deadLetters = new DeadLetters(this, 'aside');
    const ledger = new Ledger(this, 'ledger');
    const common = { defaults, deadLetters, ledger, secretsKeyArn: settings.secrets_key_arn };
    const delivery = new Delivery(this, 'delivery', { ...common, places: deliveryPlaces(config) });
    const { findings, alerts } = delivery;
    const detector = new Detector(this, 'detector', { settings, defaults, patterns, deadLetters, findings });
    const place = metricsPlace(config);
    const secrets = webhookSecrets(config);
    const logGroups = settings.eks?.log_groups ?? [];
    return {
      deadLetters,
      ledger,
      delivery,
      detector,
      metrics: place === undefined ? undefined : new Metrics(this, 'totals', { ...common, place }),
      reconciler: settings.reconcile ? new Reconciler(this, 'reconciler', { ...common, findings, logGroups }) : undefined,
      webhook: secrets === undefined ? undefined : new Webhook(this, 'inbound', { ...common, findings, alerts, secrets }),
    };
  }

  #tell({ deadLetters, ledger, detector, webhook }: Parts, dashboard: Dashboard | undefined): void {
    const tell = (id: string, value: string, description: string) => new CfnOutput(this, id, { value, description });
    tell('Table', ledger.tableName, 'The ledger; it stays when the stack is deleted');
    tell('DeadLettersQueueUrl', deadLetters.queue.queueUrl, 'What could not be worked off');
    tell('UndeliveredQueueUrl', deadLetters.undelivered.queueUrl, 'What could not be handed over');
    tell('EventsQueueArn', detector.intake.events.queueArn, 'Where CloudTrail events wait');
    const { objects } = detector.intake;
    if (objects !== undefined) tell('ObjectsQueueArn', objects.queueArn, 'Where notices of new objects of the trail wait');
    if (webhook !== undefined) {
      // The address itself would be an attribute that emulators of CloudFormation do not know, and they then make nothing at all.
      const command = `aws lambda get-function-url-config --function-name ${webhook.webhook.functionName} --query FunctionUrl --output text`;
      tell('WebhookUrlCommand', command, 'Says the address for Slack, Alertmanager, Falco and Kubernetes');
    }
    if (dashboard !== undefined) tell('DashboardName', dashboard.dashboardName, 'Dashboard in CloudWatch');
  }
}

interface Parts {
  readonly deadLetters: DeadLetters;
  readonly ledger: Ledger;
  readonly delivery: Delivery;
  readonly detector: Detector;
  readonly metrics: Metrics | undefined;
  readonly reconciler: Reconciler | undefined;
  readonly webhook: Webhook | undefined;
}

function functionDefaults({ settings, configHash, codeOf }: Deployment): FunctionDefaults {
  return {
    codeOf,
    environment: { DRIFTWIRE_CONFIG_HASH: configHash },
    logRetentionDays: settings.log_retention_days,
    xray: settings.xray,
    reserveConcurrency: settings.reserve_concurrency,
  };
}

function watch(
  { deadLetters, delivery, detector, metrics, reconciler, webhook }: Parts,
  subscribed: boolean,
): Omit<Watched, 'findingsLog'> {
  const { events, objects } = detector.intake;
  const { cloudtrail, audit } = detector;
  return {
    deadLetters: deadLetters.queue,
    undelivered: deadLetters.undelivered,
    incoming: there(events, objects),
    outgoing: there(delivery.findings, delivery.alerts),
    functions: there(cloudtrail, audit, delivery.deliver, delivery.alert, metrics?.metrics, reconciler?.reconcile, webhook?.webhook),
    failing: there(cloudtrail, detector.stream === undefined ? undefined : audit, delivery.deliver, delivery.alert, webhook?.webhook),
    throttled: there(cloudtrail, audit, webhook?.webhook),
    rule: detector.intake.rule,
    stream: detector.stream,
    subscribed,
    metrics: metrics?.metrics,
    reconcileLog: reconciler?.reconcile.logName,
  };
}

function there<T>(...values: readonly (T | undefined)[]): readonly T[] {
  return values.filter((value) => value !== undefined);
}
