import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { addRulesFields } from './rules-fields.ts';
import { addRulesLint } from './rules-lint.ts';
import { addRulesList } from './rules-list.ts';
import { addRulesTest } from './rules-test.ts';
import { addRulesValidate } from './rules-validate.ts';

/** Adds `driftwire rules` with everything below it. */
export function addRules(program: Command, context: CliContext): void {
  const rules = program.command('rules').description('Falco-format rules: what is loaded, what may stand in them, whether they are right');
  addRulesList(rules, context);
  addRulesFields(rules, context);
  addRulesLint(rules, context);
  addRulesTest(rules, context);
  addRulesValidate(rules, context);
}
