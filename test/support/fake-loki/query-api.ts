import { parseRfc3339 } from '../../../lib/core/time.ts';
import { type Answer, jsonAnswer, Refusal } from './answer.ts';
import type { Labels } from './labels.ts';
import type { LokiLimits } from './limits.ts';
import { durationNs, type LogQuery, parseQuery } from './logql-parse.ts';
import { allLabels, type Row, runLog, runMetric, type Sample, type VisibleStream } from './logql-run.ts';

/** A request to the query API. */
export interface QueryRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

const SECOND = 1_000_000_000n;
const MAX_POINTS = 11_000n;

interface Span {
  readonly fromNs: bigint;
  readonly toNs: bigint;
}

/** The answer to a query; undefined when the address is none of the query API. */
export function answerQuery(
  request: QueryRequest,
  streams: () => readonly VisibleStream[],
  limits: LokiLimits,
  nowNs: bigint,
): Answer | undefined {
  const isForm = request.method === 'POST' && request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  if (request.method !== 'GET' && !isForm) return undefined;
  const params = new URLSearchParams([...request.url.searchParams, ...(isForm ? new URLSearchParams(request.body.toString()) : [])]);
  const toNs = timeOf(params.get('end')) ?? nowNs;
  const span: Span = { fromNs: timeOf(params.get('start')) ?? toNs - 3600n * SECOND, toNs };
  const [, endpoint, name] = /^\/loki\/api\/v1\/(query_range|query|labels|label\/([^/]+)\/values|series)$/.exec(request.url.pathname) ?? [];
  const categorizes = request.headers['x-loki-response-encoding-flags'] === 'categorize-labels';
  if (endpoint === undefined) return undefined;
  const found = streams();
  if (endpoint === 'query_range') return queryRange(params, span, found, limits, categorizes);
  if (endpoint === 'query') return instant(params, found, limits, nowNs);
  const selected = labelsOf(params.get('query') ?? params.get('match[]') ?? '', found, span);
  if (endpoint === 'series') return jsonAnswer({ status: 'success', data: selected });
  const values = name === undefined ? selected.flatMap((labels) => Object.keys(labels)) : selected.flatMap((labels) => labels[name] ?? []);
  const sorted = [...new Set(values)].sort();
  return jsonAnswer({ status: 'success', ...(sorted.length === 0 ? {} : { data: sorted }) });
}

function queryRange(
  params: URLSearchParams,
  span: Span,
  streams: readonly VisibleStream[],
  limits: LokiLimits,
  categorizes: boolean,
): Answer {
  if (span.toNs < span.fromNs) throw new Refusal(400, 'end timestamp must not be before or equal to start time');
  const limit = limitOf(params.get('limit'));
  const direction = params.get('direction') ?? 'backward';
  if (direction !== 'forward' && direction !== 'backward') throw new Refusal(400, `invalid direction '${direction}'`);
  const stepNs = stepOf(params.get('step'), span);
  const query = parseQuery(params.get('query') ?? '');
  if (query.kind !== 'log') return matrix(query, span, stepNs, streams, limits);
  const most = limits.max_entries_limit_per_query;
  if (limit > most)
    throw new Refusal(400, `max entries limit per query exceeded, limit > max_entries_limit_per_query (${limit} > ${most})`);
  const length = span.toNs - span.fromNs;
  if (length > BigInt(limits.max_query_length_ms) * 1_000_000n) {
    throw new Refusal(400, `the query time range exceeds the limit (query length: ${length / SECOND / 3600n}h0m0s, limit: 30d1h)`);
  }
  const rows = runLog(query, streams, span.fromNs, span.toNs).toSorted((a, b) => (a.timeNs < b.timeNs ? -1 : Number(a.timeNs > b.timeNs)));
  const chosen = direction === 'forward' ? rows.slice(0, limit) : rows.toReversed().slice(0, limit);
  const flags = categorizes ? { encodingFlags: ['categorize-labels'] } : {};
  return jsonAnswer({ status: 'success', data: { resultType: 'streams', ...flags, result: grouped(chosen, categorizes) } });
}

function grouped(rows: readonly Row[], categorizes: boolean): readonly { readonly stream: Labels; readonly values: unknown[] }[] {
  const groups = new Map<string, { stream: Labels; values: unknown[] }>();
  for (const row of rows) {
    const labels = Object.entries(categorizes ? row.stream : allLabels(row)).sort(([a], [b]) => (a < b ? -1 : 1));
    const key = JSON.stringify(labels);
    const group = groups.get(key) ?? { stream: Object.fromEntries(labels), values: [] };
    groups.set(key, group);
    const has = (pairs: Labels): boolean => Object.keys(pairs).length > 0;
    const extra = {
      ...(has(row.metadata) ? { structuredMetadata: row.metadata } : {}),
      ...(has(row.parsed) ? { parsed: row.parsed } : {}),
    };
    group.values.push(categorizes ? [String(row.timeNs), row.line, extra] : [String(row.timeNs), row.line]);
  }
  return [...groups.values()];
}

function matrix(
  query: Exclude<ReturnType<typeof parseQuery>, LogQuery>,
  span: Span,
  stepNs: bigint,
  streams: readonly VisibleStream[],
  limits: LokiLimits,
): Answer {
  const series = new Map<string, { metric: Labels; values: (readonly [number, string])[] }>();
  // start and end are moved outwards to whole steps
  for (let at = span.fromNs - (span.fromNs % stepNs); at < span.toNs + stepNs; at += stepNs) {
    for (const { metric, value } of runMetric(query, streams, at, limits.max_query_series)) {
      const key = JSON.stringify(metric);
      const known = series.get(key) ?? { metric, values: [] };
      series.set(key, known);
      known.values.push([Number(at) / 1e9, String(value)]);
    }
  }
  return jsonAnswer({ status: 'success', data: { resultType: 'matrix', result: [...series.values()] } });
}

function instant(params: URLSearchParams, streams: readonly VisibleStream[], limits: LokiLimits, nowNs: bigint): Answer {
  const atNs = timeOf(params.get('time')) ?? nowNs;
  const query = parseQuery(params.get('query') ?? '');
  if (query.kind === 'log') {
    throw new Refusal(400, 'log queries are not supported as an instant query type, please change your query to a range query type');
  }
  const result = runMetric(query, streams, atNs, limits.max_query_series).map(({ metric, value }: Sample) => ({
    metric,
    value: [Number(atNs) / 1e9, String(value)],
  }));
  return jsonAnswer({ status: 'success', data: { resultType: 'vector', result } });
}

function labelsOf(selector: string, streams: readonly VisibleStream[], { fromNs, toNs }: Span): readonly Labels[] {
  const query = selector === '' ? undefined : parseQuery(selector);
  return streams
    .filter((stream) => {
      const rows =
        query?.kind === 'log'
          ? runLog(query, [stream], fromNs, toNs)
          : stream.entries.filter(({ timeNs }) => timeNs >= fromNs && timeNs < toNs);
      return rows.length > 0;
    })
    .map(({ labels }) => labels);
}

function limitOf(text: string | null): number {
  if (text === null) return 100;
  if (!/^-?\d+$/.test(text)) throw new Refusal(400, `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  if (Number(text) <= 0) throw new Refusal(400, 'limit must be a positive value');
  return Number(text);
}

function stepOf(text: string | null, { fromNs, toNs }: Span): bigint {
  if (text === null) return maximum(SECOND, ((toNs - fromNs) / 250n / SECOND) * SECOND);
  const stepNs = /^\d+(?:\.\d+)?$/.test(text) ? BigInt(Math.round(Number(text) * 1e9)) : durationNs(text);
  if (stepNs <= 0n) throw new Refusal(400, 'zero or negative query resolution step widths are not accepted. Try a positive integer');
  if ((toNs - fromNs) / stepNs > MAX_POINTS) {
    throw new Refusal(400, 'exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step parameter');
  }
  return stepNs;
}

function maximum(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** Seconds, seconds with a fraction, nanoseconds (more than ten digits, whatever they were meant to be) or RFC 3339. */
function timeOf(text: string | null): bigint | undefined {
  if (text === null) return undefined;
  if (/^\d{1,10}$/.test(text)) return BigInt(text) * SECOND;
  if (/^\d+$/.test(text)) return BigInt(text);
  if (/^\d+\.\d+$/.test(text)) return BigInt(Math.round(Number(text) * 1e6)) * 1000n;
  return parseRfc3339(text)?.ns;
}
