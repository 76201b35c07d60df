import { relative } from 'node:path';

/** A path as people in this folder would write it: relative to it if it lies below, else as it is. */
export function shownPath(path: string): string {
  const near = relative('', path);
  return near === '' || near.startsWith('..') ? path : near;
}
