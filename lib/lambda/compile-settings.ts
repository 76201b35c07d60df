/** At synth: what a function reads at cold start (`settings.ts`), made by the code that `scan` and `check` load configuration and rules with. */
import { createHash } from 'node:crypto';
import { configHash } from '../config/hash.ts';
import { selectionOf } from '../config/rule-selection.ts';
import { toPolicy } from '../config/to-policy.ts';
import { attempt } from '../core/attempt.ts';
import type { EventSource } from '../core/model/raw-record.ts';
import { compileCondition } from '../core/rules/load-rules.ts';
import { parseCondition } from '../core/rules/parser.ts';
import { parseRfc3339 } from '../core/time.ts';
import type { OpenedScan } from '../wire.ts';
import { type PortableIgnore, portableRules } from './portable-rules.ts';
import type { FunctionSettings } from './settings.ts';

/** Digits of the rules' hash, as many as the configuration's has. */
const HASH_DIGITS = 16;

const DAY_MS = 86_400_000;

/** The settings of all functions; equal for equal files, to the byte. */
export function compileSettings(
  { config, engine, model, ruleTexts }: Extract<OpenedScan, { ok: true }>,
  version: string,
): FunctionSettings {
  const policy = toPolicy(config);
  const rulesHash = createHash('sha256');
  for (const { text } of ruleTexts) rulesHash.update(text).update('\0');
  return {
    version,
    config,
    configHash: configHash(config),
    rulesHash: rulesHash.digest('hex').slice(0, HASH_DIGITS),
    rules: engine.rules.filter(({ enabled }) => enabled).map(({ name, priority, source }) => ({ rule: name, priority, source })),
    detector: {
      policy,
      rules: portableRules(model, engine.rules, selectionOf(config)),
      ignores: policy.ignore.flatMap(({ name, until, condition }) => {
        const compiled = compileCondition(condition);
        const ast = attempt(Error, () => parseCondition(condition));
        // What does not compile was an error when the configuration was opened.
        return 'error' in compiled || !ast.ok ? [] : [ignoreOf(name, until, compiled.sources, ast.value)];
      }),
    },
  };
}

/** The same without what decides, for functions that only hand on. */
export function withoutDetector({ detector: _, ...settings }: FunctionSettings): FunctionSettings {
  return settings;
}

function ignoreOf(
  name: string,
  until: string | undefined,
  sources: readonly EventSource[],
  condition: PortableIgnore['condition'],
): PortableIgnore {
  const begin = until === undefined ? undefined : parseRfc3339(`${until}T00:00:00Z`);
  return { name, ...(begin === undefined ? {} : { endsMs: begin.ms + DAY_MS }), sources, condition };
}
