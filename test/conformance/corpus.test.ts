import { afterAll, describe, expect, test } from 'vitest';
import { parseTree } from '../../lib/core/json/tree.ts';
import type { EventSource } from '../../lib/core/model/raw-record.ts';
import type { EventContext, RuleEngine } from '../../lib/core/rules/engine.ts';
import { contextsOf, falcoFile, hasFalcoCases, loadCase } from '../support/falco-cases.ts';

interface Corpus {
  readonly id: string;
  readonly source: EventSource;
  readonly path: string;
  readonly records_are: 'Records[]' | 'line' | 'line.event';
  readonly rules: readonly { readonly name: string; readonly path: string }[];
  readonly inputs: readonly { readonly path: string; readonly records: number }[];
}
/** Position of the input, and of the record in it. */
type Place = readonly [number, number];
interface Verdicts {
  readonly skipped_records: readonly Place[];
  readonly rule_names: readonly string[];
  readonly verdicts: readonly (readonly [...Place, readonly number[], number])[];
}

const corpora = hasFalcoCases ? (JSON.parse(falcoFile('corpus/manifest.json')) as { cases: readonly Corpus[] }).cases : [];

/** The texts of an input's records, as they are written there. */
function recordTexts(kind: Corpus['records_are'], text: string): readonly string[] {
  if (kind === 'Records[]') return membersOf(text, 'Records');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return kind === 'line' ? lines : lines.map((line) => memberOf(line, 'event'));
}

function memberOf(text: string, key: string): string {
  const root = parseTree(text, 1000);
  const member = root?.kind === 'object' ? root.members.get(key) : undefined;
  return text.slice(member?.start, member?.end);
}

function membersOf(text: string, key: string): readonly string[] {
  const list = memberOf(text, key);
  const root = parseTree(list, 1000);
  return root?.kind === 'array' ? root.items.map(({ start, end }) => list.slice(start, end)) : [];
}

function fired(engine: RuleEngine, context: EventContext): readonly string[] {
  const matches = engine.match(context, ({ rule, error }) => {
    throw new Error(`${rule.name}: ${error}`);
  });
  return matches.map(({ rule }) => rule.name);
}

describe.skipIf(!hasFalcoCases)('published rules over the samples fire as recorded from Falco', () => {
  const counts = { records: 0, alerts: 0 };

  test.each(corpora.map((corpus) => [corpus.id, corpus] as const))('%s', { timeout: 60_000 }, (_, corpus) => {
    const verdicts = JSON.parse(falcoFile(corpus.path)) as Verdicts;
    const [all, first] = [loadCase(corpus, 'all'), loadCase(corpus, 'first')] as [RuleEngine, RuleEngine];
    const key = (place: Place): string => `${corpus.inputs[place[0]]?.path} record ${place[1]}`;
    const skipped = new Set(verdicts.skipped_records.map(key));
    const wanted = new Map(
      verdicts.verdicts.map(([input, record, rules, firstRule]) => [
        key([input, record]),
        { all: rules.map((rule) => verdicts.rule_names[rule]), first: verdicts.rule_names[firstRule] },
      ]),
    );
    const got = new Map<string, unknown>();
    for (const [input, { path, records }] of corpus.inputs.entries()) {
      const texts = recordTexts(corpus.records_are, falcoFile(path));
      expect(texts.length).toBe(records);
      for (const [record, text] of texts.entries()) {
        counts.records++;
        const contexts = contextsOf(corpus.source, text);
        expect(contexts.length, `${key([input, record])} is an event`).toBe(skipped.has(key([input, record])) ? 0 : 1);
        const rules = contexts.flatMap((context) => fired(all, context));
        if (rules.length > 0) got.set(key([input, record]), { all: rules, first: contexts.flatMap((context) => fired(first, context))[0] });
      }
    }
    expect(got).toEqual(wanted);
    counts.alerts += got.size;
  });

  afterAll(() => {
    console.log(`corpus: ${counts.records} records, ${counts.alerts} with alerts, no known differences`);
    expect(counts.records).toBeGreaterThan(1000);
    expect(counts.alerts).toBeGreaterThan(20);
  });
});
