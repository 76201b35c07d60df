/** What `POST /api/v2/alerts` of an Alertmanager takes and refuses, and when its alerts fire (measured against 0.25.0 by its own test). */
import { type FakeAnswer, type FakeRequest, FakeServer, membersOf, parsed } from './fake-server.ts';

/** An alert as it holds it; times in ms since 1970. */
export interface HeldAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  /** How often it began to fire anew. */
  readonly times: number;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** The fake. An alert of the rule `Refused` is refused. */
export class FakeAlertmanager {
  readonly server: FakeServer;
  /** By its labels. */
  readonly alerts = new Map<string, HeldAlert>();
  readonly #authorization: string | undefined;
  readonly #now: () => number;

  constructor(options: { readonly authorization?: string; readonly now?: () => number } = {}) {
    this.#authorization = options.authorization;
    this.#now = options.now ?? Date.now;
    this.server = new FakeServer((request) => this.#answer(request), options.now);
  }

  #answer({ method, path, headers, body }: FakeRequest): FakeAnswer {
    if (this.#authorization !== undefined && headers['authorization'] !== this.#authorization) return { status: 401, body: 'Unauthorized' };
    if (method === 'GET' && path === '/api/v2/status') return { status: 200, body: { versionInfo: { version: '0.25.0' } } };
    if (method !== 'POST' || path !== '/api/v2/alerts') return { status: 404, body: 'not found' };
    const alerts = parsed(body);
    if (headers['content-type'] !== 'application/json' || !Array.isArray(alerts))
      return { status: 400, body: 'parsing alerts body failed' };
    const posted = alerts.map(membersOf);
    const faults = posted.flatMap((alert) => faultOf(alert));
    // the good ones of a batch are taken all the same
    for (const alert of posted) if (faultOf(alert).length === 0) this.#take(alert);
    return faults.length === 0 ? { status: 200, body: '' } : { status: 400, body: JSON.stringify(faults.join('; ')) };
  }

  #take(posted: Readonly<Record<string, unknown>>): void {
    const labels = textsOf(posted['labels']);
    const key = JSON.stringify(Object.entries(labels).sort());
    const [startsAtMs, endsAtMs] = [Date.parse(String(posted['startsAt'])), Date.parse(String(posted['endsAt']))];
    const known = this.alerts.get(key);
    const goesOn = known !== undefined && startsAtMs <= known.endsAtMs && known.startsAtMs <= endsAtMs;
    const isFiring = endsAtMs > this.#now();
    this.alerts.set(key, {
      labels,
      annotations: textsOf(posted['annotations']),
      startsAtMs: goesOn ? Math.min(known.startsAtMs, startsAtMs) : startsAtMs,
      endsAtMs: goesOn ? Math.max(known.endsAtMs, endsAtMs) : endsAtMs,
      times: (known?.times ?? 0) + (isFiring && !(known !== undefined && known.endsAtMs > this.#now()) ? 1 : 0),
    });
  }
}

function faultOf(alert: Readonly<Record<string, unknown>>): readonly string[] {
  const { labels, annotations, startsAt, endsAt, generatorURL } = alert;
  const named = Object.entries(textsOf(labels));
  const texts = [...Object.entries(membersOf(labels)), ...Object.entries(membersOf(annotations))];
  return [
    ...(named.some(([, value]) => value !== '') ? [] : ['at least one label pair required']),
    ...texts.filter(([name]) => !NAME.test(name)).map(([name]) => `invalid label name ${name}`),
    ...texts.filter(([, value]) => typeof value !== 'string' || !value.isWellFormed()).map(([name]) => `invalid value of ${name}`),
    ...(TIME.test(String(startsAt)) && TIME.test(String(endsAt)) ? [] : ['parsing time failed']),
    ...(Date.parse(String(startsAt)) <= Date.parse(String(endsAt)) ? [] : ['start time must be before end time']),
    ...(generatorURL === undefined || URL.canParse(String(generatorURL)) ? [] : ['generatorURL must be of type uri']),
    ...(textsOf(labels)['alertname'] === 'Refused' ? ['refused by the test'] : []),
  ];
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(membersOf(value)).map(([name, each]) => [name, String(each)]));
}
