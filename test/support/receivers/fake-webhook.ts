/** A receiver of findings as `docs/sinks/webhook.md` promises them to be, and strict about it. */
import { type FakeAnswer, type FakeRequest, FakeServer, membersOf, parsed } from './fake-server.ts';

/** Members that every finding has (contract §5). */
const MEMBERS = [
  ...['id', 'rule', 'priority', 'source', 'tags', 'time', 'hostname', 'message', 'output', 'output_fields', 'account', 'account_name'],
  ...['region', 'cluster', 'actor', 'action', 'target', 'reason', 'pipeline', 'labels', 'truncated'],
];

/** The fake. A finding of the rule `Refused` is refused. */
export class FakeWebhook {
  readonly server: FakeServer;
  /** Bodies that were taken, by their key. */
  readonly taken = new Map<string, string>();
  readonly #token: string | undefined;

  constructor(options: { readonly token?: string; readonly now?: () => number } = {}) {
    this.#token = options.token;
    this.server = new FakeServer((request) => this.#answer(request), options.now);
  }

  /** The findings of an event, by the id of the first one. */
  events(): ReadonlyMap<string, readonly unknown[]> {
    const events = [...this.taken.values()].map((text) => JSON.parse(text) as readonly unknown[]);
    return new Map(events.map((findings) => [String(membersOf(findings[0])['id']), findings]));
  }

  #answer({ method, headers, body }: FakeRequest): FakeAnswer {
    if (this.#token !== undefined && headers['authorization'] !== `Bearer ${this.#token}`) return { status: 401, body: 'who are you' };
    if (method !== 'POST') return { status: 405, body: 'post findings here' };
    if (headers['content-type'] !== 'application/json') return { status: 415, body: 'not JSON' };
    const key = headers['idempotency-key'] ?? '';
    if (!/^[0-9a-f]{28}$/.test(key)) return { status: 400, body: 'no Idempotency-Key' };
    const known = this.taken.get(key);
    if (known !== undefined) return known === body ? { status: 200 } : { status: 422, body: 'another body under the same key' };
    const fault = faultOf(parsed(body));
    if (fault !== undefined) return { status: 400, body: fault };
    this.taken.set(key, body);
    return { status: 201 };
  }
}

function faultOf(findings: unknown): string | undefined {
  if (!Array.isArray(findings) || findings.length === 0) return 'not an array with findings';
  for (const finding of findings.map(membersOf)) {
    const missing = MEMBERS.filter((name) => !Object.hasOwn(finding, name));
    if (missing.length > 0) return `a finding without ${missing.join(', ')}`;
    if (finding['rule'] === 'Refused') return 'this rule is refused';
  }
  return undefined;
}
