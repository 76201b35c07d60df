import { RE2JS } from 're2js';
import { Refusal } from './answer.ts';
import type { Labels } from './labels.ts';
import type { LogQuery, Matcher, MetricQuery, Stage } from './logql-parse.ts';
import type { StoredEntry } from './store.ts';

export interface VisibleStream {
  readonly labels: Labels;
  readonly entries: readonly StoredEntry[];
}

/** A line on its way through a pipeline; what it shows is told apart by where it came from. */
export interface Row {
  readonly timeNs: bigint;
  readonly line: string;
  readonly stream: Labels;
  readonly metadata: Labels;
  readonly parsed: Labels;
}
export interface Sample {
  readonly metric: Labels;
  readonly value: number;
}

/** The lines that a log query finds in a time span, `fromNs` included and `toNs` not. */
export function runLog(query: LogQuery, streams: readonly VisibleStream[], fromNs: bigint, toNs: bigint): readonly Row[] {
  const compatible = query.matchers.every(({ op, value }) => matches({ name: '', op, value }, ''));
  if (compatible) {
    throw new Refusal(
      400,
      'parse error : queries require at least one regexp or equality matcher that does not have an empty-compatible value. For instance, app=~".*" does not meet this requirement, but app=~".+" will',
    );
  }
  const rows: Row[] = [];
  for (const { labels, entries } of streams) {
    if (!query.matchers.every((matcher) => matches(matcher, labels[matcher.name] ?? ''))) continue;
    for (const entry of entries) {
      if (entry.timeNs < fromNs || entry.timeNs >= toNs) continue;
      let row: Row | undefined = rowOf(labels, entry);
      for (const stage of query.stages) row = row && through(stage, row);
      if (row !== undefined) rows.push(row);
    }
  }
  return rows;
}

/** The value of a metric query at a time. */
export function runMetric(query: MetricQuery, streams: readonly VisibleStream[], atNs: bigint, maxSeries: number): readonly Sample[] {
  const of = (inner: MetricQuery): readonly Sample[] => runMetric(inner, streams, atNs, maxSeries);
  switch (query.kind) {
    case 'range':
      return rangeOf(query, streams, atNs);
    case 'aggregate':
      return limited(aggregate(of(query.of), query.fn, query.by), maxSeries);
    case 'topk':
      return of(query.of)
        .toSorted((a, b) => b.value - a.value)
        .slice(0, query.k);
    case 'compare':
      return of(query.of).filter(({ value }) => value > query.above);
    case 'or_vector': {
      const samples = of(query.of);
      return samples.length > 0 ? samples : [{ metric: {}, value: query.value }];
    }
  }
}

function rangeOf(query: Extract<MetricQuery, { kind: 'range' }>, streams: readonly VisibleStream[], atNs: bigint): readonly Sample[] {
  const end = atNs - query.offsetNs;
  const rows = runLog(query.log, streams, end - query.rangeNs + 1n, end + 1n);
  if (query.fn === 'absent_over_time') {
    const named = query.log.matchers.filter(({ op }) => op === '=').map(({ name, value }) => [name, value]);
    return rows.length > 0 ? [] : [{ metric: Object.fromEntries(named), value: 1 }];
  }
  const seconds = query.fn === 'rate' ? Number(query.rangeNs) / 1e9 : 1;
  const samples = rows.map((row) => ({ metric: allLabels(row), value: 1 }));
  return aggregate(samples, 'sum', undefined).map(({ metric, value }) => ({ metric, value: value / seconds }));
}

function aggregate(samples: readonly Sample[], fn: 'sum' | 'count', by: readonly string[] | undefined): readonly Sample[] {
  const groups = new Map<string, { metric: Labels; value: number }>();
  for (const { metric, value } of samples) {
    const names = (by ?? Object.keys(metric)).filter((name) => metric[name] !== undefined).toSorted();
    const group = Object.fromEntries(names.map((name) => [name, metric[name] ?? '']));
    const key = JSON.stringify(group);
    const known = groups.get(key) ?? { metric: group, value: 0 };
    groups.set(key, { metric: group, value: known.value + (fn === 'sum' ? value : 1) });
  }
  return [...groups.values()];
}

function limited(samples: readonly Sample[], most: number): readonly Sample[] {
  if (samples.length <= most) return samples;
  throw new Refusal(
    400,
    `maximum number of series (${most}) reached for a single query; consider reducing query cardinality by adding more specific stream selectors, reducing the time range, or aggregating results with functions like sum(), count() or topk()`,
  );
}

/** A metadata name that is a stream label too is shown with a suffix; an error is shown as if a parser had met it. */
function rowOf(labels: Labels, { timeNs, line, metadata }: StoredEntry): Row {
  const named = Object.entries(metadata).map(([name, value]) => [labels[name] === undefined ? name : `${name}_extracted`, value] as const);
  const [errors, rest] = [named.filter(([name]) => name === '__error__'), named.filter(([name]) => name !== '__error__')];
  const { __error__: error, ...stream } = labels;
  const parsed = { ...(error === undefined ? {} : { __error__: error }), ...Object.fromEntries(errors) };
  return { timeNs, line, stream, metadata: Object.fromEntries(rest), parsed };
}

/** Everything a row is known by, merged. */
export function allLabels({ stream, metadata, parsed }: Row): Labels {
  return { ...stream, ...metadata, ...parsed };
}

function through(stage: Stage, row: Row): Row | undefined {
  switch (stage.kind) {
    case 'line':
      return lineMatches(stage.op, stage.value, row.line) ? row : undefined;
    case 'label':
      return matches(stage.matcher, allLabels(row)[stage.matcher.name] ?? '') ? row : undefined;
    case 'json':
      return { ...row, parsed: { ...row.parsed, ...jsonFields(stage.fields, row) } };
    case 'line_format':
      return { ...row, line: formatted(stage.template, allLabels(row), row.timeNs) };
    case 'keep':
    case 'drop': {
      const stays = (name: string): boolean => stage.names.includes(name) === (stage.kind === 'keep');
      const pick = (labels: Labels): Labels => Object.fromEntries(Object.entries(labels).filter(([name]) => stays(name)));
      return { ...row, stream: pick(row.stream), metadata: pick(row.metadata), parsed: pick(row.parsed) };
    }
  }
}

function matches({ op, value }: Matcher, actual: string): boolean {
  if (op === '=' || op === '!=') return (actual === value) === (op === '=');
  return RE2JS.compile(value, RE2JS.DOTALL).matches(actual) === (op === '=~');
}

function lineMatches(op: string, value: string, line: string): boolean {
  if (op === '|=' || op === '!=') return line.includes(value) === (op === '|=');
  return RE2JS.compile(value).matcher(line).find() === (op === '|~');
}

function jsonFields(fields: readonly (readonly [string, string])[], row: Row): Labels {
  let value: unknown;
  try {
    value = JSON.parse(row.line);
  } catch {
    return { __error__: 'JSONParserErr' };
  }
  if (fields.length > 0) {
    const at = (path: string): unknown =>
      path
        .split('.')
        .reduce<unknown>((inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined), value);
    return Object.fromEntries(fields.map(([name, path]) => [name, String(at(path) ?? '')]));
  }
  const found: Record<string, string> = {};
  const walk = (object: object, prefix: string): void => {
    for (const [key, each] of Object.entries(object)) {
      const name = `${prefix}${key.replace(/[^a-zA-Z0-9_]/g, '_')}`;
      if (Array.isArray(each)) continue;
      if (typeof each === 'object' && each !== null) walk(each, `${name}_`);
      else found[row.stream[name] === undefined && row.metadata[name] === undefined ? name : `${name}_extracted`] = String(each);
    }
  };
  if (typeof value === 'object' && value !== null) walk(value, '');
  return found;
}

function formatted(template: string, labels: Labels, timeNs: bigint): string {
  return template.replace(/\{\{\s*(?:\.(\w+)|`([^`]*)`|(__timestamp__))\s*\}\}/g, (_whole, name?: string, raw?: string) =>
    name === undefined ? (raw ?? String(timeNs)) : (labels[name] ?? ''),
  );
}
