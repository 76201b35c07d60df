/** The result of one file as Falco prints it (`falco -V`): one text block, or one object of `falco_load_results`. */
import { CODES } from './codes.ts';
import type { Location } from './context.ts';
import { SCHEMA_OK } from './file-schema.ts';
import type { LoadIssue } from './issues.ts';

/** What came of one file. */
export interface FileResult {
  /** The file as it was named. */
  readonly name: string;
  /** What the schema of rule files says of each document; undefined when it was not asked. */
  readonly schema: readonly string[] | undefined;
  readonly errors: readonly LoadIssue[];
  /** Those of the file itself first, then those of everything loaded so far. */
  readonly warnings: readonly LoadIssue[];
  /** What Falco says nothing of. */
  readonly notes: readonly LoadIssue[];
  /** How many of the warnings are of the file itself. */
  readonly readWarnings: number;
}

/** One error or warning, its keys in Falco's order. */
export interface IssueJson {
  readonly code: string;
  readonly codedesc: string;
  readonly context: {
    readonly locations: readonly {
      readonly item_name: string;
      readonly item_type: string;
      readonly position: { readonly column: number; readonly line: number; readonly name: string; readonly offset: number };
    }[];
    readonly snippet: string;
  };
  readonly deprecated_field?: string;
  readonly message: string;
}

/** One object of `falco_load_results`, its keys in Falco's order. */
export interface ResultJson {
  readonly errors: readonly IssueJson[];
  readonly name: string;
  readonly schema_valid?: boolean;
  readonly schema_warnings?: readonly string[];
  readonly successful: boolean;
  readonly warnings: readonly IssueJson[];
}

/** The JSON form of one file. */
export function resultJson({ name, schema, errors, warnings }: FileResult): ResultJson {
  const isValid = schema?.[0] === SCHEMA_OK;
  return {
    errors: errors.map(issueJson),
    name,
    ...(schema === undefined ? {} : { schema_valid: isValid, schema_warnings: isValid ? [] : schema }),
    successful: errors.length === 0,
    warnings: warnings.map(issueJson),
  };
}

/** The text form of several files, as `falco -V` writes it: warnings of a file without errors are not shown. */
export function resultText(results: readonly FileResult[]): string {
  return `${results.map(blockOf).join('\n')}\n`;
}

function blockOf(result: FileResult): string {
  const { name, errors, warnings } = result;
  if (errors.length === 0 && warnings.length > 0) return `${name}: Ok, with warnings`;
  return `${name}: ${errors.length === 0 ? 'Ok' : 'Invalid'}${schemaText(result)}${issuesText(errors, 'Errors')}${issuesText(warnings, 'Warnings')}`;
}

function schemaText({ schema }: FileResult): string {
  if (schema === undefined || schema[0] === SCHEMA_OK) return '';
  return `\n${schema.length} Schema warnings:\n${schema.map((words) => `------\n${words}\n`).join('')}------\n`;
}

function issuesText(issues: readonly LoadIssue[], what: string): string {
  return issues.length === 0 ? '' : `\n${issues.length} ${what}:\n${issues.map(issueText).join('')}`;
}

function issueText({ code, message, context, deprecatedField }: LoadIssue): string {
  const field = deprecatedField === undefined ? '' : `: field '${deprecatedField}'`;
  return `In ${context.locations.map(locationText).join('    ')}------\n${context.snippet()}------\n${code} (${CODES[code].short}${field}): ${message}\n`;
}

function locationText({ itemType, itemName, name, mark }: Location): string {
  return `${itemType}${itemName === '' ? '' : ` '${itemName}'`}: (${name}:${mark.line}:${mark.column})\n`;
}

/** The JSON form of one error or warning. */
export function issueJson({ code, message, context, deprecatedField }: LoadIssue): IssueJson {
  return {
    code,
    codedesc: CODES[code].description,
    context: {
      locations: context.locations.map(({ itemType, itemName, name, mark: { line, column, offset } }) => ({
        item_name: itemName,
        item_type: itemType,
        position: { column, line, name, offset },
      })),
      snippet: context.snippet(),
    },
    ...(deprecatedField === undefined ? {} : { deprecated_field: deprecatedField }),
    message,
  };
}
