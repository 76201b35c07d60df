import type { Config } from '../config/schema.ts';
import type { AwsSettings } from '../config/schema-aws.ts';
import type { CompiledPatterns } from '../constructs/compiled-patterns.ts';
import type { FunctionName } from '../constructs/function-names.ts';

/** Everything that the stacks are made from: checked, compiled and bundled before the first construct. */
export interface Deployment {
  readonly config: Config;
  /** `config.aws` with its defaults, also where the file has none. */
  readonly settings: AwsSettings;
  readonly configHash: string;
  readonly patterns: CompiledPatterns;
  /** The folder with a function's bundle. */
  readonly codeOf: (name: FunctionName) => string;
}
