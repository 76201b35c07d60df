/** Turns zod's issues into sentences for people: what is wrong, what is allowed, what to do. */
import type * as z from 'zod';
import { didYouMean } from './did-you-mean.ts';
import { configJsonSchema, schemaNodesAt } from './json-schema.ts';
import { isRecord } from './schema-values.ts';

/** One explained issue; a list of unknown keys becomes one for each key. */
export interface ExplainedIssue {
  readonly path: readonly PropertyKey[];
  /** The place to point at is the key itself, not its value. */
  readonly atKey: boolean;
  readonly message: string;
}

/** Explains one issue that the schema found. */
export function explainIssue(issue: z.core.$ZodIssue): readonly ExplainedIssue[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: [...issue.path, key], atKey: true, message: unknownKey(key, keysAt(issue.path)) }));
    case 'invalid_key':
      return [{ path: issue.path, atKey: true, message: issue.issues.map((inner) => inner.message).join('; ') }];
    case 'invalid_type':
      return [{ path: issue.path, atKey: false, message: wrongType(issue) }];
    case 'invalid_value':
      return [{ path: issue.path, atKey: false, message: notOneOf(issue.values.map(String), issue.input) }];
    case 'invalid_union':
      return [{ path: issue.path, atKey: false, message: wrongVariant(issue) }];
    default:
      return [{ path: issue.path, atKey: false, message: isDefaultSize(issue) ? outOfRange(issue) : issue.message }];
  }
}

function keysAt(path: readonly PropertyKey[]): readonly string[] {
  const keys = schemaNodesAt(configJsonSchema(), path).flatMap((node) => Object.keys(node.properties ?? {}));
  return [...new Set(keys)];
}

function unknownKey(key: string, allowed: readonly string[]): string {
  const near = didYouMean(key, allowed);
  const hint = near === undefined ? '' : `did you mean ${near}? `;
  return `unknown key; ${hint}allowed: ${allowed.join(', ')}`;
}

const ZOD_TYPE_MESSAGE = /^Invalid input: expected /;

const TYPE_WORDS: Readonly<Record<string, string>> = {
  object: 'a mapping (key: value)',
  record: 'a mapping (key: value)',
  array: 'a list',
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function wrongType(issue: z.core.$ZodIssueInvalidType): string {
  if (issue.input === undefined) return `required: ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
  if (!ZOD_TYPE_MESSAGE.test(issue.message)) return issue.message;
  const quotes = issue.expected === 'string' && typeof issue.input !== 'object' ? '; put it in quotes' : '';
  return `${wordFor(issue.input)} where ${TYPE_WORDS[issue.expected] ?? issue.expected} belongs${quotes}`;
}

function wordFor(input: unknown): string {
  if (input === null) return 'nothing (null)';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object') return 'a mapping';
  return typeof input === 'string' ? 'a string' : `the ${typeof input} ${String(input)}`;
}

function notOneOf(allowed: readonly string[], input: unknown): string {
  const near = typeof input === 'string' ? didYouMean(input, allowed) : undefined;
  const hint = near === undefined ? '' : `did you mean ${near}? `;
  return `${input === undefined ? 'required' : 'not a value that is known here'}; ${hint}allowed: ${allowed.join(', ')}`;
}

/** The schema's only unions are told apart by `type`; the issue's path already ends in it. */
function wrongVariant(issue: z.core.$ZodIssueInvalidUnion): string {
  const options = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
  const input = isRecord(issue.input) && 'discriminator' in issue ? issue.input[String(issue.discriminator)] : issue.input;
  return notOneOf(options, input);
}

type SizeIssue = z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall;

function isDefaultSize(issue: z.core.$ZodIssue): issue is SizeIssue {
  return (issue.code === 'too_big' || issue.code === 'too_small') && issue.message.startsWith('Too ');
}

function outOfRange(issue: SizeIssue): string {
  const bound = issue.code === 'too_big' ? `at most ${issue.maximum}` : `at least ${issue.minimum}`;
  const unit = issue.origin === 'array' ? ' items' : issue.origin === 'string' ? ' characters' : '';
  return `out of range: ${bound}${unit}`;
}
