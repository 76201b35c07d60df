/** Opens the function `webhook`: what it takes, and where that goes. */
import { SYSTEM_TIMING } from '../clients/retry.ts';
import { functionEnvironment } from '../config/env.ts';
import type { Config } from '../config/schema.ts';
import type { SecretReference } from '../config/schema-values.ts';
import { HeldCounts } from './counts.ts';
import { openDetector } from './detector.ts';
import { alertsQueue, findingsQueue, functionLog } from './function-parts.ts';
import { SecretCache } from './secret-cache.ts';
import { awsSecretReader } from './secrets.ts';
import { readSettings } from './settings.ts';
import { WebhookWork } from './webhook-work.ts';

/** Opens the function. Reads no secret and loads no SDK yet. */
export function openWebhook(): WebhookWork {
  const log = functionLog();
  const settings = readSettings(functionEnvironment().configHash);
  const { config } = settings;
  const read = awsSecretReader();
  const cached = (reference: SecretReference | undefined) =>
    reference === undefined ? undefined : new SecretCache(reference, read, SYSTEM_TIMING);
  return new WebhookWork({
    detector: openDetector(settings, log),
    findings: findingsQueue(),
    alerts: alertsQueue(),
    takesAlerts: tellsPeople(config),
    ingestToken: cached(config.aws?.webhook === true ? config.serve.ingest_token : undefined),
    signingSecret: cached(hasButtons(config) ? config.slack?.signing_secret : undefined),
    alertContext: { labels: config.labels, accounts: config.accounts },
    counts: new HeldCounts(),
    timing: SYSTEM_TIMING,
    log,
  });
}

/** Whether an alert of an Alertmanager reaches anybody: it never goes back to one. */
export function tellsPeople({ slack, receivers }: Pick<Config, 'slack' | 'receivers'>): boolean {
  return slack !== undefined || receivers.some(({ type }) => type !== 'alertmanager');
}

/** Whether messages have buttons: only a bot can be answered. */
export function hasButtons({ slack }: Pick<Config, 'slack'>): boolean {
  return slack?.token !== undefined && slack.signing_secret !== undefined;
}
