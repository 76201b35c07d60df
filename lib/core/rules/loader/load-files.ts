/** Rule files loaded one after the other onto what was there before, everything compiled again after each (Falco's engine). */
import { attempt } from '../../attempt.ts';
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
      const made = attempt(FirstError, () => compileCollection(collection, sink));
      if (made.ok) compiled = made.value;
    }
    results.push({ name, schema, errors: sink.errors, warnings: sink.warnings, notes: sink.notes, readWarnings });
    fatal ??= unmetRequirement(collection, settings);
    if (fatal !== undefined && stopsAtFirst) break;
  }
  return { results, fatal, collection, compiled };
}

/** What a validation tells. */
export interface ValidatedFiles {
  /** As Falco gives them: one error a file at most. */
  readonly falco: LoadedFiles;
  /** The same files, read on behind each error: all that is to be changed. */
  readonly all: LoadedFiles;
}

/** Loads files as Falco does, and again to name every error if there is any. */
export function validateFiles(files: readonly RuleFile[], settings: LoadSettings): ValidatedFiles {
  const falco = loadFiles(files, settings, true);
  const isGood = falco.fatal === undefined && falco.results.every(({ errors }) => errors.length === 0);
  return { falco, all: isGood ? falco : loadFiles(files, settings, false) };
}

/** The errors of a file that Falco, which stops at the first, does not name. */
export function furtherErrors({ falco, all }: ValidatedFiles, index: number): readonly LoadIssue[] {
  const [first] = (falco.results[index] as FileResult).errors;
  return first === undefined ? [] : (all.results[index] as FileResult).errors.filter((issue) => !isSame(issue, first));
}

function isSame(a: LoadIssue, b: LoadIssue): boolean {
  return a.message === b.message && JSON.stringify(a.context.locations) === JSON.stringify(b.context.locations);
}
