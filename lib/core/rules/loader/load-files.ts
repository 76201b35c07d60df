/** Rule files loaded one after the other onto what was there before, everything compiled again after each (Falco's engine). */
import { Collection } from './collection.ts';
import { type CompiledCollection, compileCollection } from './compile-collection.ts';
import { FirstError, IssueSink, type LoadIssue } from './issues.ts';
import type { FileResult } from './load-result.ts';
import { readRuleFile } from './read-file.ts';
import { type Unmet, unmetRequirement } from './read-requirements.ts';
import type { LoadSettings } from './settings.ts';
import { SourceText } from './source-text.ts';

/** A rule file's name, as messages show it, and its text. */
export interface RuleFile {
  readonly name: string;
  readonly text: string;
}

/** What came of loading files. */
export interface LoadedFiles {
  readonly results: readonly FileResult[];
  /** A plugin that the rules ask for and that is not there: Falco then gives no other result. */
  readonly fatal: Unmet | undefined;
  readonly collection: Collection;
  /** Of the last compilation that went through; undefined when there was none. */
  readonly compiled: CompiledCollection | undefined;
}

/**
 * Loads files in order.
 *
 * @param stopsAtFirst - As Falco does: the first error of a file ends the file, and what stood before it counts for the next.
 * Otherwise all errors are named, and a file goes on behind each.
 */
export function loadFiles(files: readonly RuleFile[], settings: LoadSettings, stopsAtFirst: boolean): LoadedFiles {
  const collection = new Collection();
  const results: FileResult[] = [];
  let compiled: CompiledCollection | undefined;
  let fatal: Unmet | undefined;
  for (const { name, text } of files) {
    const sink = new IssueSink(stopsAtFirst);
    const schema = readRuleFile(new SourceText(name, text), collection, sink, settings);
    const readWarnings = sink.warnings.length;
    if (sink.errors.length === 0 || !stopsAtFirst) {
      try {
        compiled = compileCollection(collection, sink);
      } catch (cause) {
        if (!(cause instanceof FirstError)) throw cause;
      }
    }
    results.push({ name, schema, errors: sink.errors, warnings: sink.warnings, readWarnings });
    fatal ??= unmetRequirement(collection, settings);
    if (fatal !== undefined && stopsAtFirst) break;
  }
  return { results, fatal, collection, compiled };
}

/**
 * The results of files as Falco gives them, with the other errors of each file behind the first.
 *
 * Falco stops at the first error of a file. Reading on tells people what else is to be changed; the first of each file stays
 * Falco's.
 */
export function validateFiles(files: readonly RuleFile[], settings: LoadSettings): LoadedFiles {
  const loaded = loadFiles(files, settings, true);
  if (loaded.results.every(({ errors }) => errors.length === 0)) return loaded;
  const all = loadFiles(files, settings, false).results;
  const results = loaded.results.map((result, index): FileResult => {
    if (result.errors.length === 0) return result;
    const others = (all[index]?.errors ?? []).filter((issue) => !result.errors.some((first) => isSame(issue, first)));
    return { ...result, errors: [...result.errors, ...others] };
  });
  return { ...loaded, results };
}

function isSame(a: LoadIssue, b: LoadIssue): boolean {
  return a.message === b.message && JSON.stringify(a.context.locations) === JSON.stringify(b.context.locations);
}
