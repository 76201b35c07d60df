/**
 * Builds the kernel from `assembly/` and writes it as `kernel-wasm.ts` (`npm run build:scanner`). The binary is committed as text so
 * that a bundle carries it without a file beside it; a test compares it with a fresh build.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

/** Pages of 64 KiB; `assembly/layout.ts` says what lies where. */
const PAGES = '84';
const OPTIONS = [
  '-O3',
  '--noAssert',
  '--runtime',
  'stub',
  '--enable',
  'simd',
  '--initialMemory',
  PAGES,
  '--maximumMemory',
  PAGES,
  '--memoryBase',
  '6144',
];
const TARGET = new URL('./kernel-wasm.ts', import.meta.url);
/** Bytes of base64 in one line of the generated file. */
const LINE = 120;

/** Compiles the kernel and gives the module that holds it. */
export async function kernelModule(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'driftwire-kernel-'));
  const file = join(folder, 'kernel.wasm');
  try {
    // The compiler wants paths below its base folder, and their names end up nowhere in the binary.
    const base = fileURLToPath(new URL('./', import.meta.url));
    const { error, stderr } = await main(['assembly/index.ts', '--baseDir', base, ...OPTIONS, '--outFile', relative(base, file)]);
    if (error !== null) throw new Error(`the kernel does not compile: ${stderr.toString()}`, { cause: error });
    return moduleOf(readFileSync(file).toString('base64'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function moduleOf(base64: string): string {
  const lines = base64.match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return [
    "/** The scanner's kernel as WebAssembly, base64; made by `npm run build:scanner` from `assembly/`. */",
    'export const KERNEL_WASM: string = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  writeFileSync(TARGET, await kernelModule());
}
