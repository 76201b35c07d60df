/** Bundles the command for Node 24 (`npm run build`): one file in `dist/`, which starts without type stripping and needs less memory. */
import { cpSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** What `lib/cli/assets.ts` reads beside the code. */
const ASSETS = ['report.css', 'report.client.js'];

/** Writes the bundled command and the files it reads beside itself into a folder. */
export async function buildCommand(folder: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ['bin/driftwire.ts'],
    outfile: join(folder, 'driftwire.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // packages written for CommonJS ask for built-in modules by `require`
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
    legalComments: 'linked',
    logLevel: 'warning',
  });
  mkdirSync(join(folder, 'report'), { recursive: true });
  for (const asset of ASSETS) cpSync(join(root, 'lib/cli/report', asset), join(folder, 'report', asset));
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) await buildCommand(join(root, 'dist'));
