import type { HttpClient } from '../clients/http.ts';
import { judgeHttp } from '../clients/retry.ts';
import type { Placed } from '../core/deliver/loki-batch.ts';
import type { Pairs } from '../core/deliver/loki-entry.ts';
import { answerText } from './loki-push.ts';

/** Entries that one query may return (`max_entries_limit_per_query`, 5,000 by default). */
const QUERY_LIMIT = 5000;
/** Lines of a query's entries, escapes included. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** What a query tells of entries. */
export type LookUp =
  | { readonly kind: 'known'; readonly found: ReadonlySet<Placed> }
  /** Not now: no answer, or one that may be another later. */
  | { readonly kind: 'later'; readonly pauseMs: number | undefined; readonly message: string }
  /** Never: no right to read, or more entries at one time than a query gives. */
  | { readonly kind: 'denied' };

/** Asks which entries are in their stream already. */
export async function lookUp(
  client: HttpClient,
  queryRange: string,
  stream: Pairs,
  items: readonly Placed[],
  limits: {
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
    readonly headers: Readonly<Record<string, string>>;
    readonly nowMs: number;
  },
): Promise<LookUp> {
  const times = items.map(({ entry }) => entry.timeNs);
  const address = new URL(queryRange);
  const [start, end] = [times.reduce((a, b) => (b < a ? b : a)), times.reduce((a, b) => (b > a ? b : a))];
  address.searchParams.set('query', selectorOf(stream));
  address.searchParams.set('start', String(start));
  // the end is exclusive
  address.searchParams.set('end', String(end + 1n));
  address.searchParams.set('limit', String(QUERY_LIMIT));
  address.searchParams.set('direction', 'forward');
  const { nowMs, ...request } = limits;
  const outcome = await client.send({ method: 'GET', url: address.href, idempotent: true, maxResponseBytes: MAX_ANSWER_BYTES, ...request });
  const advice = judgeHttp(outcome, nowMs);
  if (advice.again) {
    const message = outcome.kind === 'failure' ? outcome.message : answerText(outcome, queryRange);
    return { kind: 'later', pauseMs: advice.afterMs, message };
  }
  if (outcome.kind === 'failure') return { kind: 'later', pauseMs: undefined, message: outcome.message };
  const entries = outcome.status === 200 && !outcome.isCut ? entriesOf(outcome.body) : undefined;
  if (entries === undefined) return { kind: 'denied' };
  if (entries.length >= QUERY_LIMIT) return items.length === 1 ? { kind: 'denied' } : inHalves(client, queryRange, stream, items, limits);
  const known = new Set(entries.map(([time, line]) => `${time} ${line}`));
  return { kind: 'known', found: new Set(items.filter(({ entry }) => known.has(`${entry.timeNs} ${entry.line}`))) };
}

async function inHalves(...[client, queryRange, stream, items, limits]: Parameters<typeof lookUp>): Promise<LookUp> {
  const middle = Math.ceil(items.length / 2);
  const first = await lookUp(client, queryRange, stream, items.slice(0, middle), limits);
  if (first.kind !== 'known') return first;
  const second = await lookUp(client, queryRange, stream, items.slice(middle), limits);
  return second.kind === 'known' ? { kind: 'known', found: new Set([...first.found, ...second.found]) } : second;
}

/** The stream and those of late entries beside it: wherever the entry stands, it is there. */
function selectorOf(stream: Pairs): string {
  // JSON.stringify is a right escaper for LogQL (measured), as long as no surrogate stands alone
  const matchers = Object.entries(stream)
    .filter(([name]) => name !== 'ingest' && name !== 'ingest_hour')
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
