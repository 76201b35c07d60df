/** At synth: a folder for each function with its bundle and its settings. The same input gives the same bytes, so that nothing is deployed without a change. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';
import { FUNCTION_BUNDLE_OPTIONS } from './bundle-options.ts';
import { withoutDetector } from './compile-settings.ts';
import { RE2_FILE } from './late-re2.ts';
import { type FunctionSettings, SETTINGS_FILE } from './settings.ts';

/** Where the program is. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Functions that decide, and need the rules for it; the others hand on what was decided. */
const DECIDING: ReadonlySet<string> = new Set(['cloudtrail', 'eks-audit', 'reconcile', 'webhook']);

export interface BuildOptions {
  /** Folders below `functions/`. */
  readonly names: readonly string[];
  readonly settings: FunctionSettings;
  /** Gets a folder for each function; what was in it before goes. */
  readonly outDir: string;
}

/** What a handler loads late, beside it. */
const WORK = 'work';

/** A bundle that was made. */
export interface FunctionBundle {
  readonly name: string;
  readonly folder: string;
  /** What esbuild says of it: `outputs` by paths relative to the program's folder. */
  readonly metafile: Metafile;
}

/** Bundles functions. @throws what esbuild says is wrong. */
export async function buildFunctions({ names, settings, outDir }: BuildOptions): Promise<readonly FunctionBundle[]> {
  const re2 = await build({
    stdin: { contents: "export { RE2JS } from 're2js';", resolveDir: ROOT },
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    legalComments: 'none',
    write: false,
    logLevel: 'silent',
  });
  return Promise.all(
    names.map((name) => buildFunction(name, join(outDir, name), settings, re2.outputFiles[0]?.contents ?? new Uint8Array())),
  );
}

async function buildFunction(name: string, folder: string, settings: FunctionSettings, re2: Uint8Array): Promise<FunctionBundle> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const work: string[] = [];
  const { banner: _, ...withoutBanner } = FUNCTION_BUNDLE_OPTIONS;
  const handler = await bundle(folder, { handler: join(ROOT, 'functions', name, 'handler.ts') }, [workApart(work)], withoutBanner);
  const [entry] = work;
  const late = entry === undefined ? undefined : await bundle(folder, { [WORK]: entry }, [lateRe2()], FUNCTION_BUNDLE_OPTIONS);
  const decides = DECIDING.has(name);
  await writeFile(join(folder, SETTINGS_FILE), JSON.stringify(decides ? settings : withoutDetector(settings)));
  if (decides) await writeFile(join(folder, RE2_FILE), re2);
  const both = [handler, ...(late === undefined ? [] : [late])];
  return {
    name,
    folder,
    metafile: {
      inputs: Object.assign({}, ...both.map(({ inputs }) => inputs)),
      outputs: Object.assign({}, ...both.map(({ outputs }) => outputs)),
    },
  };
}

async function bundle(outdir: string, entryPoints: Record<string, string>, plugins: Plugin[], options: BundleData): Promise<Metafile> {
  const { outExtension, mainFields, banner } = options;
  const { metafile } = await build({
    ...options,
    outExtension: { ...outExtension },
    mainFields: [...mainFields],
    banner: { ...banner },
    absWorkingDir: ROOT,
    entryPoints,
    outdir,
    plugins,
  });
  return metafile;
}

type BundleData = Omit<typeof FUNCTION_BUNDLE_OPTIONS, 'banner'> & { readonly banner?: { readonly js: string } };

/** Leaves what the handler loads late out of its bundle: it is one file of 4 KB that imports nothing else. */
function workApart(work: string[]): Plugin {
  return {
    name: 'work-apart',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^\./ }, ({ kind, resolveDir, path }) => {
        if (kind !== 'dynamic-import') return undefined;
        work.push(join(resolveDir, path));
        return { path: `./${WORK}.mjs`, external: true };
      }),
  };
}

function lateRe2(): Plugin {
  return {
    name: 'late-re2',
    setup: ({ onResolve }) => onResolve({ filter: /^re2js$/ }, () => ({ path: join(ROOT, 'lib/lambda/late-re2.ts') })),
  };
}
