import { globsOverlap } from './globs-overlap.ts';
import type { LeftOut } from './left-out.ts';
import type { PrincipalEntry } from './policy.ts';

/** A name of IAM (`[\w+=,.@-]`, IAM User Guide, "Names and lengths") with stars in it. */
const NAME = /^[\w+=,.@*-]+$/;

/** Names with an entry's name each, shortest first: so the most of them fit. */
export interface IamNames {
  readonly names: readonly { readonly glob: string; readonly entry: string }[];
  readonly leftOut: readonly LeftOut[];
}

/** The roles or users of entries whose events a pattern may leave out, as far as they may be written in one. */
export function iamNames(entries: readonly PrincipalEntry[], breakGlass: readonly PrincipalEntry[], kind: 'role' | 'user'): IamNames {
  const names: { glob: string; entry: string }[] = [];
  const leftOut: LeftOut[] = [];
  const denied = breakGlass.flatMap(({ [kind]: glob }) => (glob === undefined ? [] : [glob]));
  for (const { name: entry, [kind]: glob } of entries) {
    if (glob === undefined) continue;
    const overlapping = denied.find((other) => globsOverlap(glob, other));
    if (overlapping !== undefined) leftOut.push({ entry, reason: `covers the break-glass ${kind} ${overlapping}` });
    else if (glob.includes('?')) leftOut.push({ entry, reason: 'has ?, which patterns have not' });
    else if (!NAME.test(glob)) leftOut.push({ entry, reason: `is no name of an IAM ${kind}` });
    else names.push({ glob: glob.replace(/\*+/g, '*'), entry });
  }
  return { names: names.sort((a, b) => a.glob.length - b.glob.length), leftOut };
}
