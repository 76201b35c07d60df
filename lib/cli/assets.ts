/**
 * The only place that knows where files beside the code lie, so that they are found from the sources (`lib/cli`) and from
 * the bundle (`dist`) alike: the bundle keeps the report's files in the same place relative to itself.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** Text of a file of the HTML report's template, with the line ends that a browser sees: its hash stands in the page. */
export function reportAsset(name: 'report.css' | 'report.client.js'): string {
  return readFileSync(join(here, 'report', name), 'utf8').replaceAll('\r\n', '\n');
}

/** Folder of the package, which holds `samples` and `rules`. */
export function packageFolder(): string {
  let folder = here;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) return here;
    folder = parent;
  }
  return folder;
}
