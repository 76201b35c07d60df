/**
 * Bundles the command for Node 24 (`npm run build`) into `dist/`: it starts without type stripping and needs less memory. What only some
 * commands load (the server, the dashboards, the report) is a part of its own beside it, because a module that is never run still takes memory to
 * be read: `driftwire scan` of an empty file takes 75 MB so, and 97 MB as one file (2026-11-21).
 */
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** What `lib/cli/assets.ts` reads beside the code. */
const ASSETS = ['report.css', 'report.client.js'];

/** Writes the bundled command and the files it reads beside itself into a folder. */
export async function buildCommand(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (/^part-.*\.mjs/.test(name)) rmSync(join(folder, name));
  await build({
    absWorkingDir: root,
    entryPoints: ['bin/driftwire.ts'],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    // beside the command itself: what they read lies where it would for one file
    chunkNames: 'part-[name]-[hash]',
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // packages written for CommonJS ask for built-in modules by `require`
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
    // half of what is read to start; names stay as they are, for the traces of internal errors
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'linked',
    logLevel: 'warning',
  });
  mkdirSync(join(folder, 'report'), { recursive: true });
  for (const asset of ASSETS) cpSync(join(root, 'lib/cli/report', asset), join(folder, 'report', asset));
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) await buildCommand(join(root, 'dist'));
