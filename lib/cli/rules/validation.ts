import { furtherErrors, type ValidatedFiles } from '../../core/rules/loader/load-files.ts';
import { issueJson, resultJson, resultText } from '../../core/rules/loader/load-result.ts';
import { visible, visibleJson } from '../escape.ts';

/** Forms in which Falco prints the result of a validation. */
export const VALIDATION_FORMATS = ['text', 'json'] as const;
export type ValidationFormat = (typeof VALIDATION_FORMATS)[number];

/**
 * The result as Falco prints it, made safe to show. Falco stops at the first error of a file; in JSON the others stand
 * beside it, under a key of our own.
 */
export function validationText(validated: ValidatedFiles, format: ValidationFormat): string {
  const { results } = validated.falco;
  if (format === 'text') return shown(resultText(results));
  const json = results.map((result, index) => {
    const further = furtherErrors(validated, index).map(issueJson);
    return { ...resultJson(result), ...(further.length === 0 ? {} : { further_errors: further }) };
  });
  return `${visibleJson(JSON.stringify({ falco_load_results: json }))}\n`;
}

/** Tabs and the line ends of other systems stay: a snippet is to look like the file. */
function shown(text: string): string {
  return text
    .split(/(\t|\r?\n)/)
    .map((part, index) => (index % 2 === 1 ? part : visible(part)))
    .join('');
}
