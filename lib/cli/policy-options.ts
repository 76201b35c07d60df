import type { Command } from 'commander';
import { falcoHostname } from '../config/env.ts';
import type { ScanOptions } from '../wire.ts';

/** What decides about a record, as the user names it: the options that `scan`, `explain` and `check` share. */
export interface PolicyFlags {
  readonly config?: string;
  readonly rules: readonly string[];
  readonly builtinRules: boolean;
}

/** What the user says of all inputs, where they do not say it themselves. */
export interface OriginFlags {
  readonly cluster?: string;
}

/** Adds the options that say by which configuration and rules records are judged. */
export function withPolicyOptions(command: Command): Command {
  return command
    .option('--config <file>', 'configuration (default: driftwire.yaml in the current folder, if it is there)')
    .option('--rules <file>', 'Falco-format rule file (a.yaml b.yaml, or repeated), loaded after the built-in ones', gather, [])
    .option('--no-builtin-rules', 'load only the rule files given');
}

/** Adds the option that says where records come from that do not say it themselves. */
export function withOriginOption(command: Command): Command {
  return command.option('--cluster <name>', 'the cluster of Kubernetes audit logs that do not name theirs');
}

// spreadRuleFiles gives every file an option of its own, so that the paths behind it stay paths
function gather(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** The same for the composition root. */
export function openOptions({ config, rules, builtinRules }: PolicyFlags): ScanOptions {
  const hostname = falcoHostname();
  return {
    ...(config === undefined ? {} : { configPath: config }),
    ruleFiles: rules,
    builtinRules,
    ...(hostname === undefined ? {} : { hostname }),
  };
}
