import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { configHash } from '../config/hash.ts';
import { Metrics } from '../telemetry/metrics.ts';
import type { OpenedScan } from '../wire.ts';
import type { OpenedSinks } from '../wire-sinks.ts';

/** Digits of the rules' hash, as many as the configuration's has. */
const HASH_DIGITS = 16;

/** Tells this machine's series from another's. */
export function instanceName(): string {
  return hostname();
}

/** The registry of a process with these rules and sinks. */
export function metricsOf(
  { config, engine, ruleTexts }: Extract<OpenedScan, { ok: true }>,
  { sinks, slack, remoteWrite }: Extract<OpenedSinks, { ok: true }>,
  version: string,
): Metrics {
  const rulesHash = createHash('sha256');
  for (const { text } of ruleTexts) rulesHash.update(text).update('\0');
  return new Metrics({
    sinks: [
      ...sinks.map(({ name }) => name),
      ...(slack === undefined ? [] : ['slack']),
      ...config.receivers.map(({ name, type }) => name ?? type),
      ...(remoteWrite === undefined ? [] : ['remote_write']),
    ],
    rules: engine.rules.filter(({ enabled }) => enabled).map(({ name, priority, source }) => ({ rule: name, priority, source })),
    labels: config.labels,
    build: { version, configHash: configHash(config), rulesHash: rulesHash.digest('hex').slice(0, HASH_DIGITS) },
    isProcessShown: true,
  });
}
