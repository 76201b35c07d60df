/**
 * What CloudWatch Logs says of a JSON filter pattern and a line (`{ ... }` alone; the other grammars are not written by the compiler, but
 * for one quoted phrase). Semantics: the recorded answers of the service. Checked over `../shared/conformance/cloudwatch-logs` where that is there.
 */
import { type Expression, parseCwl } from './cwl-parser.ts';
import { matchesTerm, readLine, type Value } from './cwl-terms.ts';

/** A pattern that the service accepts. */
export interface CompiledCwlPattern {
  matches(line: string): boolean;
}

/** Compiles a pattern: of JSON, a quoted phrase, or nothing, which matches all. @throws InvalidPattern */
export function compileCwlPattern(pattern: string): CompiledCwlPattern {
  const text = pattern.trim();
  if (text === '') return { matches: () => true };
  const phrase = /^"([^"]*)"$/.exec(text)?.[1];
  if (phrase !== undefined) return { matches: (line) => line.includes(phrase) };
  const expression = parseCwl(text);
  return {
    matches: (line) => {
      const value = readLine(line);
      return value !== undefined && holds(expression, value);
    },
  };
}

function holds(expression: Expression, value: Value): boolean {
  switch (expression.kind) {
    case 'and':
      return expression.parts.every((part) => holds(part, value));
    case 'or':
      return expression.parts.some((part) => holds(part, value));
    case 'term':
      return matchesTerm(expression.term, value);
  }
}
