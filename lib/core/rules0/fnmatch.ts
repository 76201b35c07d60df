import { glob } from '../classify/glob.ts';
/** POSIX fnmatch over the whole value. */
export function fnmatch(pattern: string, value: string): boolean {
  return glob(pattern)(value);
}
