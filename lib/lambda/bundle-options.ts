/** How functions are bundled, as plain data: the deployment and the tests of bundles use the same. */

/** Options of esbuild for every function; entry, folder and folder of the program are the caller's. */
export const FUNCTION_BUNDLE_OPTIONS = {
  bundle: true,
  // What is loaded late (the SDK, what works an event off) stays in files of its own, and what two of them share is there once.
  splitting: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  chunkNames: '[name]-[hash]',
  // The SDK's modules instead of its CommonJS: 331 kB instead of 501 (facts, lambda-and-cdk §5).
  mainFields: ['module', 'main'],
  legalComments: 'none',
  metafile: true,
  // A package that is CommonJS asks for node's own modules by `require`, which modules do not have.
  banner: { js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);" },
  logLevel: 'silent',
} as const;
