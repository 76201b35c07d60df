import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { findingOf } from '../../lib/core/finding-of.ts';
import type { Finding, FindingSource } from '../../lib/core/model/finding.ts';
import type { EventSource } from '../../lib/core/model/raw-record.ts';
import { Detector, normalise } from '../../lib/core/pipeline.ts';
import { EMPTY_POLICY } from '../../lib/core/policy/policy.ts';
import type { EventContext, RuleEngine } from '../../lib/core/rules/engine.ts';
import { loadRules, type RuleFile } from '../../lib/core/rules/load-rules.ts';
import { readAll } from './reading.ts';
import { sharedPath } from './shared.ts';

/** How rules were matched when a verdict was recorded. */
export type Mode = 'first' | 'all';
export const MODES: readonly Mode[] = ['first', 'all'];

/** An alert as recorded; only the keys that are given are compared. */
export interface Alert {
  readonly num: number;
  readonly source: EventSource;
  readonly rule: string;
  readonly [key: string]: unknown;
}

/** What a case expects of running with one way of matching. */
export interface Run {
  readonly fires?: Readonly<Record<string, readonly (readonly [FindingSource, number])[]>>;
  readonly counts?: Readonly<Record<string, number>>;
  readonly alerts?: readonly Alert[];
}

/** One case of the recorded verdicts (format 1). */
export interface FalcoCase {
  readonly id: string;
  readonly by: string;
  readonly needs?: readonly string[];
  readonly rules: readonly { readonly name: string; readonly text?: string; readonly path?: string }[];
  readonly input: Readonly<Partial<Record<EventSource, string>>>;
  readonly condition?: string;
  readonly output?: string;
  readonly expect: {
    readonly exit_code: number;
    readonly errors: readonly { readonly code: string; readonly message: string }[];
    /** Sorted; null: not recorded. */
    readonly warning_codes: readonly string[] | null;
    readonly fatal?: string;
  } & Readonly<Partial<Record<Mode, Run>>>;
}

const FOLDER = 'conformance/falco/';

/** Whether the recorded verdicts stand beside the project. */
export const hasFalcoCases: boolean = sharedPath(`${FOLDER}manifest.json`) !== undefined;

/** The text of a file among the recorded verdicts, inflated if it is packed. */
export function falcoFile(path: string): string {
  const found = sharedPath(`${FOLDER}${path}`);
  if (found === undefined) throw new Error(`no recorded file ${path}`);
  const bytes = readFileSync(found);
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** The cases of a set; none when they are not there. */
export function falcoCases(set: string): readonly FalcoCase[] {
  return hasFalcoCases ? (JSON.parse(falcoFile(`${set}/cases.json`)) as { cases: readonly FalcoCase[] }).cases : [];
}

/** What rules see of the events of a file, numbered as Falco numbers them. */
export function contextsOf(source: EventSource, text: string): readonly EventContext[] {
  const detector = new Detector({ policy: EMPTY_POLICY, engine: NO_RULES, ignores: [], hostname: 'falco-host' });
  const contexts: EventContext[] = [];
  for (const item of readAll(text)) {
    if (item.kind !== 'record' || item.record.source !== source) continue;
    const normalised = normalise(item.record);
    if (!normalised.ok) continue;
    const { context } = detector.decide(normalised.event, contexts.length + 1);
    contexts.push({ ...context, firstTimeNs: contexts[0]?.event.timeNs ?? context.event.timeNs });
  }
  return contexts;
}

const NO_RULES: RuleEngine = { rules: [], match: () => [], mayMatch: () => false, needs: () => [] };

/** The rule files of a case. */
export function filesOf({ rules }: Pick<FalcoCase, 'rules'>): readonly RuleFile[] {
  return rules.map(({ name, text, path }) => ({ name, text: text ?? falcoFile(path as string) }));
}

/** The engine of a case's rule files; undefined: they do not load. */
export function loadCase(falcoCase: Pick<FalcoCase, 'rules'>, ruleMatching: Mode): RuleEngine | undefined {
  return loadRules(filesOf(falcoCase), { minimumPriority: 'Debug', ruleMatching, disable: [] }).engine;
}

/** Every alert of an engine over events, in their order. */
export function alertsOf(
  engine: RuleEngine,
  contexts: readonly EventContext[],
): readonly { readonly num: number; readonly finding: Finding }[] {
  return contexts.flatMap((context) =>
    engine
      .match(context, ({ rule, error }) => {
        throw new Error(`${rule.name}: ${error}`);
      })
      .map((match) => ({ num: context.evtNum, finding: findingOf(context, match, EMPTY_POLICY).finding })),
  );
}

const inputs = new Map<string, readonly EventContext[]>();

/** The events of a case's inputs; read once. */
export function inputsOf({ input }: Pick<FalcoCase, 'input'>): readonly EventContext[] {
  return (Object.entries(input) as [EventSource, string][]).flatMap(([source, path]) => {
    const contexts = inputs.get(path) ?? contextsOf(source, falcoFile(path));
    inputs.set(path, contexts);
    return contexts;
  });
}

/** What running an engine over events gives, in the shape of what is expected. */
export function runOf(engine: RuleEngine, contexts: readonly EventContext[], wanted: Run): Run {
  const alerts = alertsOf(engine, contexts);
  const rules = [...new Set(alerts.map(({ finding }) => finding.rule))].sort();
  const of = (rule: string): typeof alerts => alerts.filter(({ finding }) => finding.rule === rule);
  const fires = rules.map((rule) => [rule, of(rule).map(({ num, finding }) => [finding.source, num] as const)] as const);
  return {
    ...(wanted.fires === undefined ? {} : { fires: Object.fromEntries(fires) }),
    ...(wanted.counts === undefined ? {} : { counts: Object.fromEntries(rules.map((rule) => [rule, of(rule).length])) }),
    ...(wanted.alerts === undefined
      ? {}
      : { alerts: alerts.map(({ num, finding }, index) => shaped({ ...finding, num }, wanted.alerts?.[index])) }),
  };
}

/** The alert with the keys that are expected of it; nanosecond integers as JSON readers see them. */
function shaped(alert: Readonly<Record<string, unknown>>, like: Alert | undefined): Alert {
  const keys = like === undefined ? Object.keys(alert) : Object.keys(like);
  const entries = keys.map((key) => [key, alert[key]]);
  return JSON.parse(
    JSON.stringify(Object.fromEntries(entries), (_, value) => (typeof value === 'bigint' ? Number(value) : value)),
  ) as Alert;
}
