import type { Config } from '../config/schema.ts';
import type { AwsSettings } from '../config/schema-aws.ts';
import type { SecretReference } from '../config/schema-values.ts';
import type { DeliveryPlaces } from '../constructs/delivery.ts';
import { FUNCTION_NAMES, type FunctionName } from '../constructs/function-names.ts';
import type { MetricsPlace } from '../constructs/metrics.ts';

/** The functions that a configuration needs. */
export function functionNames(config: Config, settings: AwsSettings): readonly FunctionName[] {
  if (settings.mode === 'collector') return [];
  const needed: Readonly<Record<FunctionName, boolean>> = {
    cloudtrail: true,
    'eks-audit': settings.eks !== undefined,
    deliver: true,
    alert: deliveryPlaces(config).alerts !== undefined,
    metrics: metricsPlace(config) !== undefined,
    reconcile: settings.reconcile,
    webhook: webhookSecrets(config) !== undefined,
  };
  return FUNCTION_NAMES.filter((name) => needed[name]);
}

/** Where findings go, from the configuration. */
export function deliveryPlaces({ loki, slack, receivers }: Config): DeliveryPlaces {
  const recordSecrets = given(loki?.password, loki?.token);
  if (slack === undefined && receivers.length === 0) return { recordSecrets, alerts: undefined };
  const secrets = [...given(slack?.token, slack?.webhook_url), ...receivers.flatMap(receiverSecrets)];
  const topicArns = receivers.flatMap((receiver) => (receiver.type === 'sns' ? [receiver.topic_arn] : []));
  return { recordSecrets, alerts: { secrets, topicArns } };
}

/** Where the totals go, from the configuration; undefined without remote write. */
export function metricsPlace({ prometheus }: Config): MetricsPlace | undefined {
  if (prometheus === undefined) return undefined;
  const { url, password, token, sigv4 } = prometheus.remote_write;
  return { url, secrets: given(password, token), signedFor: sigv4?.region };
}

/** Secrets of the public address; undefined where nothing asks for one. */
export function webhookSecrets({ slack, serve, aws }: Config): readonly SecretReference[] | undefined {
  const buttons = slack?.signing_secret;
  const posts = aws?.webhook === true;
  if (buttons === undefined && !posts) return undefined;
  return given(buttons, buttons === undefined ? undefined : slack?.token, posts ? serve.ingest_token : undefined);
}

function receiverSecrets(receiver: Config['receivers'][number]): readonly SecretReference[] {
  switch (receiver.type) {
    case 'webhook':
      return given(receiver.token);
    case 'discord':
      return given(receiver.webhook_url);
    case 'pagerduty':
      return given(receiver.routing_key);
    case 'alertmanager':
      return given(receiver.password);
    case 'sns':
      return [];
  }
}

function given(...references: readonly (SecretReference | undefined)[]): readonly SecretReference[] {
  return references.filter((reference) => reference !== undefined);
}
