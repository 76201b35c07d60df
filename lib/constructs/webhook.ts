import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { SecretReference } from '../config/schema-values.ts';
import { DriftwireFunction, type FunctionDefaults } from './driftwire-function.ts';
import { mayReadSecrets } from './secret-grants.ts';
import { maySend, type WorkQueue } from './work-queue.ts';

export interface WebhookProps {
  readonly defaults: FunctionDefaults;
  readonly findings: WorkQueue;
  readonly alerts: WorkQueue | undefined;
  readonly secrets: readonly SecretReference[];
  readonly secretsKeyArn: string | undefined;
}

/**
 * The one public address: buttons of Slack, alerts of Alertmanager, events of Falco and of Kubernetes. None of these can sign a request
 * for AWS, so the address takes anybody and the function asks for a signature or a token first.
 */
export class Webhook extends Construct {
  readonly webhook: DriftwireFunction;

  constructor(scope: Construct, id: string, { defaults, findings, alerts, secrets, secretsKeyArn }: WebhookProps) {
    super(scope, id);
    this.webhook = new DriftwireFunction(this, 'webhook', {
      defaults,
      description: 'Buttons of Slack, alerts of Alertmanager, events of Falco and Kubernetes',
      memoryMb: 512,
      timeoutSeconds: 20,
      environment: {
        DRIFTWIRE_FINDINGS_QUEUE_URL: findings.queueUrl,
        ...(alerts === undefined ? {} : { DRIFTWIRE_ALERTS_QUEUE_URL: alerts.queueUrl }),
      },
      may: [maySend(findings), ...(alerts === undefined ? [] : [maySend(alerts)]), ...mayReadSecrets(this, secrets, secretsKeyArn)],
      // Anybody can call the address: a flood must not take the concurrency of the whole account.
      reservedConcurrency: 10,
    });
    this.webhook.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.NONE });
  }
}
