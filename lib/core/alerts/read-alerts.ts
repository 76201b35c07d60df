/**
 * Alerts as an Alertmanager posts them (webhook version 4, https://prometheus.io/docs/alerting/latest/configuration/#webhook_config,
 * read 2026-11-20; measured on 0.25.0). Newer versions add members and Grafana's contact points post something alike, so only what is
 * needed is asked for. One alert that cannot be read is told, and the others go on.
 */
import type { FailureCode } from '../errors.ts';
import { fingerprint } from '../fingerprint.ts';
import type { AlertState } from '../model/alert.ts';
import type { Json, JsonObject } from '../model/audit-event.ts';
import type { Delivery } from '../model/delivery.ts';
import type { Failure } from '../model/raw-record.ts';
import { at, isObject, text } from '../normalise/access.ts';
import { parseRfc3339 } from '../time.ts';
import { type AlertContext, alertDelivery } from './alert-finding.ts';
import { textsOf } from './alert-texts.ts';

/** What a posted body came to. */
export type AlertsReading =
  | {
      readonly ok: true;
      /** One for each alert, in their order. */
      readonly deliveries: readonly Delivery[];
      /** Alerts that could not be read. */
      readonly failures: readonly Failure[];
      /** Alerts that the sender says it has left out (`max_alerts`). */
      readonly truncatedAlerts: number;
    }
  /** The body as a whole is no such message. */
  | { readonly ok: false; readonly code: FailureCode; readonly hint: string };

/** Largest body that is read, in bytes: a thousand alerts with long texts. Who posts more has `max_alerts` to set. */
export const MAX_ALERTS_BYTES: number = 4 * 1024 * 1024;

/** Alerts beyond so many in one message are failures. */
const MAX_ALERTS = 2_000;
const LABELS = { maxEntries: 64, maxName: 128, maxValue: 1_024 } as const;
const ANNOTATIONS = { maxEntries: 32, maxName: 128, maxValue: 4_096 } as const;
const MAX_FINGERPRINT = 64;
/** Longest key of a group that is kept as it is; a longer one keeps its beginning and its fingerprint. */
const MAX_GROUP_KEY = 1_024;
const MAX_URL = 2_000;
/** An address that people may follow: no credentials in it, and nothing that could end a link or a line. */
const URL_FORM = /^https?:\/\/[^\s/?#@<>|"'`\\^{}]+(?:[/?#][^\s<>|"`\\^]*)?$/i;
/** What Alertmanager writes for a time that is not set, and anything as old. */
const UNSET_BEFORE_MS = 0;

/**
 * Reads one posted body.
 *
 * @param name - The endpoint, as messages name it.
 */
export function readAlerts(body: string, name: string, context: AlertContext): AlertsReading {
  const value = parse(body);
  if (!isObject(value)) return { ok: false, code: 'bad_json', hint: 'the body is not a JSON object: post what an Alertmanager posts' };
  const alerts = at(value, 'alerts');
  if (!Array.isArray(alerts)) {
    return {
      ok: false,
      code: 'unknown_format',
      hint: 'no "alerts" in the body: post what the webhook of an Alertmanager posts (version 4)',
    };
  }
  const left = at(value, 'truncatedAlerts');
  const truncatedAlerts = typeof left === 'number' && Number.isSafeInteger(left) && left > 0 ? left : 0;
  const deliveries: Delivery[] = [];
  const failures: Failure[] = [];
  for (const [index, item] of alerts.entries()) {
    const origin = { input: name, line: 1, path: `alerts[${index}]` };
    const reading: AlertReading = index < MAX_ALERTS ? alertOf(item, value) : TOO_MANY;
    if (reading.ok) deliveries.push(alertDelivery(reading.alert, deliveries.length === 0 ? truncatedAlerts : 0, origin, context));
    else failures.push({ kind: 'failed', code: reading.code, hint: reading.hint, origin });
  }
  return { ok: true, deliveries, failures, truncatedAlerts };
}

type AlertReading =
  | { readonly ok: true; readonly alert: AlertState }
  | { readonly ok: false; readonly code: FailureCode; readonly hint: string };

const TOO_MANY: AlertReading = {
  ok: false,
  code: 'too_large',
  hint: `more than ${MAX_ALERTS} alerts in one message: set max_alerts in the receiver`,
};

function alertOf(item: Json, message: JsonObject): AlertReading {
  if (!isObject(item)) return { ok: false, code: 'not_an_event', hint: 'an alert is an object' };
  const status = text(item, 'status') ?? text(message, 'status');
  if (status !== 'firing' && status !== 'resolved') {
    return { ok: false, code: 'not_an_event', hint: 'an alert has a status, firing or resolved' };
  }
  const startsAt = parseRfc3339(text(item, 'startsAt') ?? '');
  if (startsAt === undefined) return { ok: false, code: 'bad_time', hint: 'an alert has an RFC 3339 time startsAt' };
  const endsAt = parseRfc3339(text(item, 'endsAt') ?? '');
  const labels = textsOf(at(item, 'labels'), LABELS);
  return {
    ok: true,
    alert: {
      status,
      groupKey: groupKeyOf(message, labels),
      fingerprint: fingerprintOf(item, labels),
      startsAtMs: startsAt.ms,
      endsAtMs: status === 'firing' || endsAt === undefined || endsAt.ms <= UNSET_BEFORE_MS ? null : endsAt.ms,
      labels,
      annotations: textsOf(at(item, 'annotations'), ANNOTATIONS),
      generatorUrl: urlOf(item),
    },
  };
}

/** A sender that names no group has its labels as the group; one that has no labels either speaks of one thing only. */
function groupKeyOf(message: JsonObject, labels: AlertState['labels']): string {
  const key = text(message, 'groupKey') ?? JSON.stringify(isObject(message['groupLabels']) ? message['groupLabels'] : labels);
  return key.length <= MAX_GROUP_KEY ? key : `${key.slice(0, MAX_GROUP_KEY)}… ${fingerprint(key)}`;
}

function fingerprintOf(alert: JsonObject, labels: AlertState['labels']): string {
  const given = text(alert, 'fingerprint');
  if (given !== undefined && given.length <= MAX_FINGERPRINT) return given;
  return fingerprint(given ?? JSON.stringify(Object.entries(labels).sort()));
}

/** Where the alert can be looked at; Grafana's alerts have pages of their own. */
function urlOf(alert: JsonObject): string | null {
  for (const name of ['generatorURL', 'panelURL', 'dashboardURL']) {
    const url = text(alert, name);
    if (url !== undefined && url.length <= MAX_URL && URL_FORM.test(url)) return url;
  }
  return null;
}

function parse(json: string): Json {
  try {
    return JSON.parse(json) as Json;
  } catch {
    return null;
  }
}
