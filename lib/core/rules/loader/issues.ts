import type { ErrorCode, WarningCode } from './codes.ts';
import type { Context } from './context.ts';
import type { SourceText } from './source-text.ts';

/** One thing that is wrong with a rule file, or that can hardly be meant. */
export interface LoadIssue {
  readonly severity: 'error' | 'warning';
  readonly code: ErrorCode | WarningCode;
  /** Falco's words. */
  readonly message: string;
  /** Falco's place. */
  readonly context: Context;
  /** What to do about it, in this program's words; empty where Falco's say it. */
  readonly hint: string;
  /** The place to look at and to change, where that is another than Falco's. */
  readonly where: Where | undefined;
  /** The deprecated field that a warning is about. */
  readonly deprecatedField?: string;
}

/** A character of a file. */
export interface Where {
  readonly source: SourceText;
  readonly at: number;
}

/** What may be said of an issue beside Falco's words. */
export interface Remark {
  readonly hint?: string;
  readonly where?: Where | undefined;
  readonly deprecatedField?: string;
}

/** Ends the reading or compiling of a file: at its first error, or where there are too many. */
export class FirstError extends Error {}

/** Nobody reads more errors of one file; they also cost time, as each is looked at for what may be meant. */
const MAX_ERRORS = 1000;

/**
 * Takes what is found wrong in one file. Falco stops at the first error of a file, and what later files mean follows from
 * that; people want to hear of all errors at once. So loading can be run in both ways.
 */
export class IssueSink {
  readonly errors: LoadIssue[] = [];
  readonly warnings: LoadIssue[] = [];
  /** What Falco passes over in silence, for people alone. */
  readonly notes: LoadIssue[] = [];
  /** Whether the file is read up to its first error only, as Falco does. */
  readonly stopsAtFirst: boolean;

  constructor(stopsAtFirst: boolean) {
    this.stopsAtFirst = stopsAtFirst;
  }

  /** @throws FirstError when the file is read up to its first error only. */
  error(code: ErrorCode, message: string, context: Context, remark: Remark = {}): void {
    this.errors.push({ severity: 'error', code, message, context, hint: remark.hint ?? '', where: remark.where });
    if (this.stopsAtFirst || this.errors.length >= MAX_ERRORS) throw new FirstError();
  }

  /** Something that Falco passes over in silence and that cannot be meant. */
  note(message: string, context: Context, hint: string, where: Where): void {
    this.notes.push({ severity: 'warning', code: 'LOAD_UNKNOWN_KEY', message, context, hint, where });
  }

  warning(code: WarningCode, message: string, context: Context, { hint = '', where, deprecatedField }: Remark = {}): void {
    const field = deprecatedField === undefined ? {} : { deprecatedField };
    this.warnings.push({ severity: 'warning', code, message, context, hint, where, ...field });
  }
}
