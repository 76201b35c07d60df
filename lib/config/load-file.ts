import { readFileSync, statSync } from 'node:fs';
import { type LoadedConfig, MAX_CONFIG_CHARS, parseConfig, unusableConfig } from './load.ts';
import { isRecord } from './schema-values.ts';

/** Name of the configuration file that is read when none is given. */
export const DEFAULT_CONFIG_FILE = 'driftwire.yaml';

/** The configuration of somebody who has written none: every default. */
export function defaultConfig(): LoadedConfig {
  return parseConfig('', DEFAULT_CONFIG_FILE);
}

/**
 * Reads a configuration file with all its problems.
 *
 * @param path - File to read; undefined: `driftwire.yaml` in the current folder if it is there, else built-in defaults.
 */
export function loadConfigFile(path: string | undefined): LoadedConfig {
  const file = path ?? DEFAULT_CONFIG_FILE;
  const fail = (message: string): LoadedConfig => unusableConfig(file, message);
  try {
    const stat = statSync(file);
    if (!stat.isFile()) return fail('not a file: give the path of a YAML file');
    // UTF-8 takes at most 4 bytes a character; a bigger file is refused before it is read into memory
    if (stat.size > MAX_CONFIG_CHARS * 4) return fail(`too large: ${stat.size} bytes, at most ${MAX_CONFIG_CHARS} characters are read`);
    return parseConfig(readFileSync(file, 'utf8'), file);
  } catch (cause) {
    const code = isRecord(cause) && typeof cause['code'] === 'string' ? cause['code'] : 'unknown error';
    if (code === 'ENOENT' && path === undefined) return defaultConfig();
    return fail(`cannot be read (${code}): check path and rights`);
  }
}
