/**
 * Stands in the bundles of the functions for `re2js`, whose tables are half of what a reading function would load (150 KB, 7 ms) and which only a few
 * rules need: it is loaded when a pattern first meets a value. That patterns are right was seen at synth, where they are compiled.
 */
import { createRequire } from 'node:module';
import type { RE2JS as Re2 } from 're2js';

/** Name of the file beside the handler. */
export const RE2_FILE = 're2.cjs';

type Library = { readonly RE2JS: { compile(pattern: string, flags?: number): Re2 } };

let library: Library | undefined;

/** As much of the library as the rule engine uses. */
export const RE2JS: { readonly MULTILINE: number; compile(pattern: string, flags?: number): { matches(value: string): boolean } } = {
  /** The value of the library's own constant, which a test compares. */
  MULTILINE: 4,
  compile: (pattern, flags) => {
    let compiled: Re2 | undefined;
    return {
      matches: (value) => {
        library ??= createRequire(import.meta.url)(`./${RE2_FILE}`) as Library;
        compiled ??= library.RE2JS.compile(pattern, flags);
        return compiled.matches(value);
      },
    };
  },
};
