import { resolve } from 'node:path';
import type { Config } from '../config/schema.ts';

/** `serve:` of the configuration with its defaults. */
export type ServeSettings = NonNullable<Config['serve']>;

/**
 * What `serve` and `scan --push` take from the configuration.
 *
 * @param folder - Folder of the configuration file: its paths are relative to it, wherever the process is started.
 */
export function settingsOf({ serve: given }: Config, folder: string): ServeSettings {
  const settings: ServeSettings = given ?? { listen: '127.0.0.1:8787', state_dir: '.driftwire', follow: [] };
  return {
    ...settings,
    state_dir: resolve(folder, settings.state_dir),
    follow: settings.follow.map((entry) => ({ ...entry, path: resolve(folder, entry.path) })),
  };
}
