import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { PRIORITIES, type Priority } from '../../core/model/finding.ts';
import { UsageError } from '../context.ts';
import { parseTimeOption, TIME_FORMS } from '../time-option.ts';

/** Forms in which a scan's findings can be printed. */
export const FORMATS = ['table', 'jsonl', 'json', 'html'] as const;
export type Format = (typeof FORMATS)[number];

/** The priority that a user names in any case, in full or by its unambiguous beginning (`crit`, `info`). */
export function parsePriority(text: string, option = '--fail-on'): Priority {
  const asked = text.toLowerCase();
  const found = PRIORITIES.filter((priority) => priority.toLowerCase().startsWith(asked));
  const exact = PRIORITIES.find((priority) => priority.toLowerCase() === asked);
  const priority = exact ?? (asked !== '' && found.length === 1 ? found[0] : undefined);
  if (priority === undefined) {
    throw new UsageError(`${option}: unknown priority ${JSON.stringify(text)}: use one of ${PRIORITIES.join(', ').toLowerCase()}`);
  }
  return priority;
}

/** The window that `--since` and `--until` set, in ms since 1970; it holds its beginning and not its end. */
export interface TimeWindow {
  readonly sinceMs?: number;
  readonly untilMs?: number;
}

/** Reads both ends of the window. */
export function parseWindow(since: string | undefined, until: string | undefined, nowMs: number): TimeWindow {
  const sinceMs = moment('--since', since, nowMs);
  const untilMs = moment('--until', until, nowMs);
  if (sinceMs !== undefined && untilMs !== undefined && sinceMs >= untilMs) {
    throw new UsageError('--since must be before --until: no record can lie between them');
  }
  return { ...(sinceMs === undefined ? {} : { sinceMs }), ...(untilMs === undefined ? {} : { untilMs }) };
}

function moment(option: string, text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseTimeOption(text, nowMs);
  if (ms === undefined) throw new UsageError(`${option}: cannot read ${JSON.stringify(text)}: give ${TIME_FORMS}`);
  return ms;
}

/** Refuses a report file that could not be written, before anything is read. */
export function checkReportFile(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new UsageError(`--report: ${JSON.stringify(path)} is a folder: give the name of a file`);
  }
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch (cause) {
    throw new UsageError(`--report: cannot write ${JSON.stringify(path)}: the folder is not there or not writable`, { cause });
  }
}

/**
 * Lets `--rules a.yaml b.yaml` name several files without swallowing the paths to scan behind them: what follows a rule
 * file and ends in .yaml or .yml is a rule file too, for audit logs are never YAML.
 */
export function spreadRuleFiles(argv: readonly string[]): readonly string[] {
  const spread: string[] = [];
  let isAfterRuleFile = false;
  for (const [index, word] of argv.entries()) {
    if (word === '--') return [...spread, ...argv.slice(index)];
    const isRuleFile: boolean = isAfterRuleFile && !word.startsWith('-') && /\.ya?ml$/i.test(word);
    if (isRuleFile) spread.push('--rules');
    spread.push(word);
    isAfterRuleFile = isRuleFile || argv[index - 1] === '--rules' || word.startsWith('--rules=');
  }
  return spread;
}
