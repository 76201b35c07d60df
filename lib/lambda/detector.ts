import { DriftwireError } from '../core/errors.ts';
import type { Log } from '../core/model/log.ts';
import { Detector } from '../core/pipeline.ts';
import { portableCondition, portableEngine } from './portable-rules.ts';
import type { FunctionSettings } from './settings.ts';

/** The detector of a function's settings. A rule that fails on an event is told in one line; the others go on. */
export function openDetector({ detector }: FunctionSettings, log: Log): Detector {
  if (detector === undefined) throw new DriftwireError('DW_CONFIG_INVALID', 'the settings of this function have no rules: deploy again');
  const { policy, rules, ignores } = detector;
  return new Detector({
    policy,
    engine: portableEngine(rules),
    ignores: ignores.map((entry) => ({ name: entry.name, endsMs: entry.endsMs, condition: portableCondition(entry) })),
    onRuleFailure: ({ rule, error }) => log('error', 'a rule failed on an event; the others went on', { rule: rule.name, error }),
  });
}
