import type { ScanFailure } from './scanner.ts';

/** Where something begins: line from 1, and the path inside the outermost value of that line. */
export interface Place {
  readonly line: number;
  readonly path: string;
}

/** Takes what a splitter finds, in order; `C` is what the handler remembers for the elements of a container. */
export interface SplitHandler<C> {
  /** One whole object or string, grammatically closed. */
  value(text: string, place: Place, container: C | undefined): void;
  /** A value that did not end properly, or broke a bound; of one that is too large the text is not kept. */
  broken(text: string, fault: ScanFailure, place: Place, container: C | undefined): void;
  /** An element that is neither object, array nor string. */
  bare(text: string, place: Place): void;
  /** A line that is no JSON; `isWhole` is false when only its beginning was kept. */
  line(text: string, place: Place, isWhole: boolean): void;
  /** An array member of an object begins; undefined: it is to be read as part of the object. `head` is the object's text so far. */
  enter(name: string, head: string, place: Place, isAgain: boolean): C | undefined;
  /** A container did not end. */
  unclosed(place: Place): void;
  /** The text has ended. */
  end(): void;
  /** Values were read by somebody else (`advance`). */
  passed(): void;
}

/** Where a splitter rests: between two values, so that a faster reader may read on by itself. */
export interface Rest<C> {
  /** The line of what comes next, from 1. */
  readonly line: number;
  /** The array whose elements come next; undefined at the top level. */
  readonly array: { readonly path: string; readonly index: number; readonly context: C | undefined } | undefined;
}
