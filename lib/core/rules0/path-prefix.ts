import { glob } from '../classify/glob.ts';

const parts = (path: string): readonly string[] => path.split('/').filter((part) => part !== '');
/** `pmatch`: the pattern's components are a prefix of the value's. */
export function pathPrefix(pattern: string, value: string): boolean {
  const wanted = parts(pattern);
  const have = parts(value);
  return wanted.length <= have.length && wanted.every((part, index) => glob(part)(have[index] ?? ''));
}
