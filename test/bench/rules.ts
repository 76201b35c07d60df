/**
 * `npm run bench:rules`: what an event costs in the rule engine, with 100 and with 500 rules, with the index over rules and without it. One run,
 * interleaved rounds, user CPU; only the ratios mean something on another machine. `--check` fails above the goal, `--write` writes docs/bench/rules.md.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Decoded } from '../../lib/core/model/raw-record.ts';
import { Detector, normalise } from '../../lib/core/pipeline.ts';
import { EMPTY_POLICY } from '../../lib/core/policy/policy.ts';
import type { EventContext, RuleEngine } from '../../lib/core/rules/engine.ts';
import { fieldEvent } from '../../lib/core/rules/field-event.ts';
import { loadRules } from '../../lib/core/rules/load-rules.ts';
import { loadFiles } from '../../lib/core/rules/loader/load-files.ts';
import { DRIFTWIRE_SETTINGS } from '../../lib/core/rules/loader/settings.ts';
import { readAll } from '../support/reading.ts';
import { auditLines, cloudTrailObject } from './generate.ts';
import { ruleFile } from './rule-files.ts';

const DISTINCT = 20_000;
const PASSES = 5;
const ROUNDS = 4;
/** 500 rules may cost this many times what 100 cost. */
const GOAL = 2;
const SIZES = [100, 500] as const;

/** Events of both sources, as many of each. */
function events(): readonly EventContext[] {
  const engine: RuleEngine = { rules: [], match: () => [], mayMatch: () => false, needs: () => [] };
  const detector = new Detector({ policy: EMPTY_POLICY, engine, ignores: [] });
  const items = [
    ...take(readAll(cloudTrailObject(1, DISTINCT * 800)), DISTINCT / 2),
    ...take(readAll(`${auditLines(2, DISTINCT * 1_000).join('\n')}\n`), DISTINCT / 2),
  ];
  return items.flatMap((item, index) => {
    const normalised = item.kind === 'record' ? normalise(item.record) : undefined;
    return normalised?.ok === true ? [detector.decide(normalised.event, index + 1).context] : [];
  });
}

function take(items: readonly Decoded[], count: number): readonly Decoded[] {
  if (items.length < count) throw new Error(`only ${items.length} records were made`);
  return items.slice(0, count);
}

function engineOf(count: number): RuleEngine {
  const { engine, problems } = loadRules([{ name: 'bench.yaml', text: ruleFile(count) }], {
    minimumPriority: 'Debug',
    ruleMatching: 'all',
    disable: [],
  });
  if (engine === undefined) throw new Error(JSON.stringify(problems));
  return engine;
}

interface Contestant {
  readonly name: string;
  readonly run: (context: EventContext) => number;
}

function contestants(): readonly Contestant[] {
  const fail = (): never => {
    throw new Error('a rule failed');
  };
  const trees: Contestant = { name: 'reading the record only', run: (context) => (fieldEvent(context).root() === undefined ? 0 : 1) };
  const engines = SIZES.map((size): Contestant => {
    const engine = engineOf(size);
    return { name: `${size} rules`, run: (context) => engine.match(context, fail).length };
  });
  return [trees, ...engines, everyRule(500)];
}

/** Asks each rule of the event's source, as an engine without an index does. */
function everyRule(size: number): Contestant {
  const { compiled } = loadFiles([{ name: 'bench.yaml', text: ruleFile(size) }], DRIFTWIRE_SETTINGS, true);
  const rules = [...(compiled?.rules.values() ?? [])];
  const of = (source: string): typeof rules => rules.filter(({ entry }) => entry.source === source);
  const bySource = { aws_cloudtrail: of('aws_cloudtrail'), k8s_audit: of('k8s_audit') };
  return {
    name: `${size} rules, each asked`,
    run: (context) => {
      const event = fieldEvent(context);
      return bySource[context.event.source].filter(({ condition }) => condition.test(event)).length;
    },
  };
}

/** Microseconds of user CPU for each event, the best of some rounds. */
function measure(all: readonly Contestant[], contexts: readonly EventContext[]): ReadonlyMap<string, number> {
  const best = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, run } of all) {
      const before = process.cpuUsage();
      let matches = 0;
      for (let pass = 0; pass < PASSES; pass++) for (const context of contexts) matches += run(context);
      const { user } = process.cpuUsage(before);
      best.set(name, Math.min(best.get(name) ?? Number.POSITIVE_INFINITY, user / (PASSES * contexts.length)));
      if (matches === 0) throw new Error(`${name}: nothing matched`);
    }
  }
  return best;
}

function page(times: ReadonlyMap<string, number>, ratio: number, count: number): string {
  const cpu = cpus()[0]?.model.trim() ?? 'unknown processor';
  const rows = [...times].map(([name, time]) => `| ${name} | ${time.toFixed(1)} |`);
  return `# What rules cost

${new Date().toISOString().slice(0, 10)}, ${cpu}, Node ${process.version}. Made by \`npm run bench:rules -- --write\`; user CPU, ${ROUNDS} interleaved rounds,
the best of each, ${count.toLocaleString('en')} events (${DISTINCT.toLocaleString('en')} distinct ones, half CloudTrail, half Kubernetes, about 1.3 kB each). Compare the ratio, not the microseconds.

The rules (\`test/bench/rule-files.ts\`) are of the kinds that people publish: most ask for one or a few actions, or for a verb and a resource, one in twenty for nothing that could be
looked up. An index over the values that conditions need (\`lib/core/rules/rule-index.ts\`) leaves the few rules that an event can match.

| | microseconds an event |
| --- | ---: |
${rows.join('\n')}

500 rules cost ${ratio.toFixed(2)} times what 100 rules cost (goal: at most ${GOAL}).
`;
}

const contexts = events();
const times = measure(contestants(), contexts);
const [few, many] = SIZES.map((size) => times.get(`${size} rules`) as number) as [number, number];
const ratio = many / few;
for (const [name, time] of times) console.log(`${name.padEnd(30)} ${time.toFixed(1)} us an event`);
console.log(`500 rules cost ${ratio.toFixed(2)} times what 100 rules cost (goal: at most ${GOAL})`);
if (process.argv.includes('--write')) {
  writeFileSync(fileURLToPath(new URL('../../docs/bench/rules.md', import.meta.url)), page(times, ratio, PASSES * contexts.length));
}
if (process.argv.includes('--check') && ratio > GOAL) process.exitCode = 1;
