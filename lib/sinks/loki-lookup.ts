import type { HttpClient } from '../clients/http.ts';
import type { Placed } from '../core/deliver/loki-batch.ts';
import type { Pairs } from '../core/deliver/loki-entry.ts';

/** Entries that one query may return (`max_entries_limit_per_query`, 5,000 by default). */
const QUERY_LIMIT = 5000;
/** Lines of a query's entries, escapes included. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** Whether entries are in their stream already; undefined when Loki did not tell (no right to read, no answer, too many entries). */
export async function lookUp(
  client: HttpClient,
  queryRange: string,
  stream: Pairs,
  items: readonly Placed[],
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined; readonly headers: Readonly<Record<string, string>> },
): Promise<ReadonlySet<Placed> | undefined> {
  const times = items.map(({ entry }) => entry.timeNs);
  const address = new URL(queryRange);
  const [start, end] = [times.reduce((a, b) => (b < a ? b : a)), times.reduce((a, b) => (b > a ? b : a))];
  address.searchParams.set('query', selectorOf(stream));
  address.searchParams.set('start', String(start));
  // the end is exclusive
  address.searchParams.set('end', String(end + 1n));
  address.searchParams.set('limit', String(QUERY_LIMIT));
  address.searchParams.set('direction', 'forward');
  const outcome = await client.send({ method: 'GET', url: address.href, idempotent: true, maxResponseBytes: MAX_ANSWER_BYTES, ...limits });
  if (outcome.kind === 'failure' || outcome.status !== 200 || outcome.isCut) return undefined;
  const found = entriesOf(outcome.body);
  if (found === undefined) return undefined;
  if (found.length >= QUERY_LIMIT) {
    if (items.length === 1) return undefined;
    const middle = Math.ceil(items.length / 2);
    const first = await lookUp(client, queryRange, stream, items.slice(0, middle), limits);
    const second = first && (await lookUp(client, queryRange, stream, items.slice(middle), limits));
    return second && new Set([...first, ...second]);
  }
  const known = new Set(found.map(([time, line]) => `${time} ${line}`));
  return new Set(items.filter(({ entry }) => known.has(`${entry.timeNs} ${entry.line}`)));
}

/** The stream and its twin for late entries: wherever the entry stands, it is there. */
function selectorOf(stream: Pairs): string {
  // JSON.stringify is a right escaper for LogQL (measured), as long as no surrogate stands alone
  const matchers = Object.entries(stream)
    .filter(([name]) => name !== 'ingest')
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `{${matchers.join(', ')}}`;
}

/** Time and line of each entry of an answer; undefined when it is no such answer. */
function entriesOf(body: string): readonly (readonly [string, string])[] | undefined {
  const answer = parsed(body);
  const result = member(member(answer, 'data'), 'result');
  if (!Array.isArray(result)) return undefined;
  const entries: (readonly [string, string])[] = [];
  for (const stream of result) {
    const values = member(stream, 'values');
    if (!Array.isArray(values)) return undefined;
    for (const value of values) {
      if (!Array.isArray(value) || typeof value[0] !== 'string' || typeof value[1] !== 'string') return undefined;
      entries.push([value[0], value[1]]);
    }
  }
  return entries;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // not Loki's answer: as good as none
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}
