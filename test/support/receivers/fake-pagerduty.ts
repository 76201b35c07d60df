/** PagerDuty's Events API v2 as documented (https://developer.pagerduty.com/docs/send-alert-event and events-api-v2-overview, read 2026-11-21). */
import { type FakeAnswer, type FakeRequest, FakeServer, membersOf, parsed } from './fake-server.ts';

/** One alert of the service. */
export interface ShownIncident {
  status: 'triggered' | 'resolved';
  /** Events that went into it, repeats too: PagerDuty lists them in its log. */
  readonly events: unknown[];
}

const MAX_BYTES = 512 * 1024;
const SEVERITIES = ['critical', 'error', 'warning', 'info'];

/** The fake. An event of the class `Refused` is refused. */
export class FakePagerDuty {
  readonly server: FakeServer;
  /** By `dedup_key`, in the order in which they were triggered. */
  readonly incidents = new Map<string, ShownIncident>();
  readonly #routingKey: string;

  constructor(options: { readonly routingKey: string; readonly now?: () => number }) {
    this.#routingKey = options.routingKey;
    this.server = new FakeServer((request) => this.#answer(request), options.now);
  }

  #answer({ method, path, headers, body }: FakeRequest): FakeAnswer {
    if (path !== '/v2/enqueue' || method !== 'POST') return { status: 404, body: 'Not Found' };
    if (headers['content-type'] !== 'application/json') return { status: 415, body: 'not JSON' };
    if (Buffer.byteLength(body) > MAX_BYTES) return { status: 413, body: 'Request Entity Too Large' };
    const event = membersOf(parsed(body));
    const errors = errorsOf(event, this.#routingKey);
    if (errors.length > 0) return { status: 400, body: { status: 'invalid event', message: 'Event object is invalid', errors } };
    const key = String(event['dedup_key']);
    this.#take(key, event);
    return { status: 202, body: { status: 'success', message: 'Event processed', dedup_key: key } };
  }

  #take(key: string, event: Readonly<Record<string, unknown>>): void {
    const known = this.incidents.get(key);
    if (event['event_action'] === 'resolve') {
      // what nobody has triggered cannot be resolved, and nothing comes of it
      if (known !== undefined) known.status = 'resolved';
    } else if (known?.status === 'triggered') known.events.push(event);
    else this.incidents.set(key, { status: 'triggered', events: [event] });
  }
}

function errorsOf(event: Readonly<Record<string, unknown>>, routingKey: string): readonly string[] {
  const { routing_key: given, event_action: action, dedup_key: key } = event;
  if (given !== routingKey) return ["Length of 'routing_key' is incorrect (should be 32 characters)"];
  if (action !== 'trigger' && action !== 'resolve' && action !== 'acknowledge') return ["'event_action' is invalid"];
  if (key !== undefined && (typeof key !== 'string' || key.length > 255)) return ["'dedup_key' is invalid"];
  if (action !== 'trigger') return key === undefined ? ["'dedup_key' is missing"] : [];
  const { summary, source, severity, timestamp, class: kind } = membersOf(event['payload']);
  const links = Array.isArray(event['links']) ? event['links'].map(membersOf) : [];
  return [
    ...(typeof summary === 'string' && summary !== '' && summary.length <= 1_024 ? [] : ["'payload.summary' is missing or too long"]),
    ...(typeof source === 'string' && source !== '' ? [] : ["'payload.source' is missing or blank"]),
    ...(SEVERITIES.includes(String(severity))
      ? []
      : ["'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')"]),
    ...(typeof timestamp === 'string' && !Number.isNaN(Date.parse(timestamp)) ? [] : ["'payload.timestamp' is invalid"]),
    ...(links.every(({ href }) => typeof href === 'string' && URL.canParse(href)) ? [] : ["'links' is invalid"]),
    ...(kind === 'Refused' ? ['refused by the test'] : []),
  ];
}
