import { stringify } from 'yaml';

/** One file that `driftwire export` writes. */
export interface GeneratedFile {
  /** Below the output folder, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** A YAML file below a head of comment lines; equal values give equal text. */
export function generatedYaml(path: string, head: readonly string[], value: unknown): GeneratedFile {
  const comment = head.map((line) => (line === '' ? '#' : `# ${line}`)).join('\n');
  // long lines stay whole: a folded expression or template reads worse than a long one, and some tools fold differently
  const body = stringify(value, { lineWidth: 0, blockQuote: 'literal', aliasDuplicateObjects: false });
  return { path, text: `${comment}\n\n${body}` };
}

/** A JSON file; equal values give equal text. */
export function generatedJson(path: string, value: unknown): GeneratedFile {
  return { path, text: `${JSON.stringify(value, null, 2)}\n` };
}
