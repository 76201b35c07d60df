import { functionEnvironment } from '../config/env.ts';
import type { Problem } from '../config/problem.ts';
import type { Config } from '../config/schema.ts';
import { DriftwireError } from '../core/errors.ts';
import { type OpenedSinks, openSinks } from '../wire-sinks.ts';
import { awsSecretReader } from './secrets.ts';
import type { FunctionSettings } from './settings.ts';

const PLACE = { line: 1, column: 1 };

/** One for the life of the environment: its clients keep their connections, and each opening reads the secrets anew. */
const readSecret = awsSecretReader();

/**
 * Opens the places that a part of the configuration names; the rest of it, and its secrets, are none of this function's business.
 *
 * @throws {DriftwireError} `DW_CONFIG_INVALID`, retryable, with every secret that cannot be read: the deployment cannot know them.
 */
export async function openFunctionSinks({ version }: FunctionSettings, config: Config): Promise<Extract<OpenedSinks, { ok: true }>> {
  const opened = await openSinks(config, {
    file: 'driftwire.yaml',
    placeOf: () => PLACE,
    version,
    instance: functionEnvironment().table ?? 'driftwire',
    readSecret,
  });
  if (opened.ok) return opened;
  const said = opened.problems.map(({ path, message }: Problem) => `${path}: ${message}`).join('; ');
  throw new DriftwireError('DW_CONFIG_INVALID', said, { retryable: true });
}
