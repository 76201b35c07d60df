import type { Config } from '../config/schema.ts';
import type { AwsSettings } from '../config/schema-aws.ts';
import type { SecretReference } from '../config/schema-values.ts';
import { secretReferences } from '../config/secrets.ts';
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
export function deliveryPlaces(config: Config): DeliveryPlaces {
  const { slack, receivers } = config;
  const recordSecrets = secretsBelow(config, 'loki.');
  if (slack === undefined && receivers.length === 0) return { recordSecrets, alerts: undefined };
  const secrets = [...secretsBelow(config, 'slack.'), ...secretsBelow(config, 'receivers[')];
  const topicArns = receivers.flatMap((receiver) => (receiver.type === 'sns' ? [receiver.topic_arn] : []));
  return { recordSecrets, alerts: { secrets, topicArns } };
}

/** Where the totals go, from the configuration; undefined without remote write. */
export function metricsPlace(config: Config): MetricsPlace | undefined {
  if (config.prometheus === undefined) return undefined;
  const { url, sigv4 } = config.prometheus.remote_write;
  return { url, secrets: secretsBelow(config, 'prometheus.'), signedFor: sigv4?.region };
}

/** Secrets of the public address; undefined where nothing asks for one. Only a bot's messages have buttons. */
export function webhookSecrets(config: Config): readonly SecretReference[] | undefined {
  const buttons = config.slack?.token !== undefined && config.slack.signing_secret !== undefined;
  const posts = config.aws?.webhook === true;
  if (!buttons && !posts) return undefined;
  return [...(buttons ? secretsBelow(config, 'slack.signing_secret') : []), ...(posts ? secretsBelow(config, 'serve.ingest_token') : [])];
}

/** The secrets whose place begins so. */
function secretsBelow(config: Config, place: string): readonly SecretReference[] {
  return secretReferences(config).flatMap(({ path, reference }) => (path.startsWith(place) ? [reference] : []));
}
