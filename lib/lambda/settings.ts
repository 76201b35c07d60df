/**
 * What a function knows when it starts: the configuration as it was checked at synth, and for functions that decide also the
 * rules. Written beside the handler as `settings.json` (`compile-settings.ts`); the hash in the environment says that it belongs
 * to this deployment.
 */
import { readFileSync } from 'node:fs';
import { configHash } from '../config/hash.ts';
import type { Config } from '../config/schema.ts';
import { DriftwireError } from '../core/errors.ts';
import type { Priority } from '../core/model/finding.ts';
import type { EventSource } from '../core/model/raw-record.ts';
import type { Policy } from '../core/policy/policy.ts';
import type { PortableIgnore, PortableRules } from './portable-rules.ts';

/** Name of the file beside the handler. */
export const SETTINGS_FILE = 'settings.json';

/** What decides; only for functions that read records. */
export interface DetectorSettings {
  readonly policy: Policy;
  readonly rules: PortableRules;
  readonly ignores: readonly PortableIgnore[];
}

/** The settings of a function. */
export interface FunctionSettings {
  /** Of the program that wrote them: a function never runs with those of another. */
  readonly version: string;
  /** With every default filled in. */
  readonly config: Config;
  readonly configHash: string;
  readonly rulesHash: string;
  /** Rules that run, as metrics declare them. */
  readonly rules: readonly { readonly rule: string; readonly priority: Priority; readonly source: EventSource }[];
  readonly detector?: DetectorSettings;
}

/**
 * Reads the settings of this function.
 *
 * @param deployedHash - Hash that the deployment put into the environment; undefined: none was given, and none is compared.
 * @throws {DriftwireError} `DW_CONFIG_INVALID`, not retryable, when the file is missing or belongs to another deployment.
 */
export function readSettings(deployedHash: string | undefined, file: URL = new URL(SETTINGS_FILE, import.meta.url)): FunctionSettings {
  const settings = parse(file);
  const actual = configHash(settings.config);
  for (const expected of [settings.configHash, deployedHash ?? actual]) {
    if (expected === actual) continue;
    const message = `${SETTINGS_FILE} has the configuration ${actual}, and ${expected} was deployed: deploy again`;
    throw new DriftwireError('DW_CONFIG_INVALID', message);
  }
  return settings;
}

function parse(file: URL): FunctionSettings {
  try {
    // Part of the code: whoever could change it could change the handler.
    const settings = JSON.parse(readFileSync(file, 'utf8')) as FunctionSettings | null;
    if (settings?.config !== undefined) return settings;
    throw new SyntaxError('no settings');
  } catch (cause) {
    throw new DriftwireError('DW_CONFIG_INVALID', `${SETTINGS_FILE} beside the handler cannot be read: deploy again`, { cause });
  }
}
