import type { Labels } from './labels.ts';

const KEYS = [
  'level',
  'LEVEL',
  'Level',
  'log.level',
  'severity',
  'SEVERITY',
  'Severity',
  'SeverityText',
  'lvl',
  'LVL',
  'Lvl',
  'severity_text',
];
const WORDS: Readonly<Record<string, string>> = {
  trace: 'trace',
  debug: 'debug',
  info: 'info',
  information: 'info',
  informational: 'info',
  warn: 'warn',
  warning: 'warn',
  err: 'error',
  error: 'error',
  critical: 'critical',
  fatal: 'fatal',
};
/** OpenTelemetry's severity numbers, four to a level. */
const NUMBERS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

/** The level that Loki adds to an entry as metadata. */
export function detectedLevel(labels: Labels, metadata: Labels, line: string): string {
  for (const key of KEYS) {
    const given = labels[key] ?? metadata[key];
    if (given !== undefined) return given;
  }
  const number = Number(metadata['severity_number'] ?? Number.NaN);
  if (number >= 1 && number <= 24) return NUMBERS[Math.floor((number - 1) / 4)] ?? 'unknown';
  const said = line.trimStart().startsWith('{') ? inJson(line) : /\b(?:level|severity|lvl)="?(\w+)/i.exec(line)?.[1];
  if (said !== undefined) return WORDS[said.toLowerCase()] ?? 'unknown';
  const [, word] = /(?<![A-Za-z])(trace|debug|info|warn(?:ing)?|err(?:or)?|critical|fatal)(?![A-Za-z])/i.exec(line) ?? [];
  return word === undefined ? 'unknown' : (WORDS[word.toLowerCase()] ?? 'unknown');
}

/** A level among the keys of a JSON line, down to depth 2. */
function inJson(line: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const found = (object: unknown, depth: number): string | undefined => {
    if (typeof object !== 'object' || object === null || depth > 2) return undefined;
    for (const [key, each] of Object.entries(object)) {
      if (KEYS.includes(key) && typeof each === 'string') return each;
      const inner = found(each, depth + 1);
      if (inner !== undefined) return inner;
    }
    return undefined;
  };
  return found(value, 1);
}
