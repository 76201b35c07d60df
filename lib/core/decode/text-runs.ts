import type { DropReason, FailureCode } from '../errors.ts';
import type { Mode } from './item.ts';
import type { Place } from './split-handler.ts';
import { textKind } from './text-line.ts';

/** What is said of a line or of a run of lines. */
export type TextOutcome = DropReason | { readonly code: FailureCode; readonly hint: string };

/** So many lines of text before the first JSON are remembered one by one; beyond that the input is plainly no audit log so far. */
const MAX_PENDING = 4096;

/**
 * Counts what is no JSON. A line of text between records is dropped, a run of binary data is one failure however long it is, and text alone, with no
 * record before or behind it, is one failure: whoever hands in a file of prose has mixed up the files.
 */
export class TextRuns {
  private readonly say: (place: Place, outcome: TextOutcome) => void;
  private readonly isLog: boolean;
  private hasRecords = false;
  private pending: Place[] = [];
  private isOverfull = false;
  /** The kind of failure whose run is still going on. */
  private run: 'garbage' | 'fragment' | undefined;

  constructor(say: (place: Place, outcome: TextOutcome) => void, mode: Mode) {
    this.say = say;
    this.isLog = mode === 'log';
  }

  /** JSON was read: text before it stood between records. */
  json(): void {
    this.run = undefined;
    this.hasRecords = true;
    if (this.isOverfull) this.sayNoJson('before this');
    else for (const place of this.pending) this.say(place, 'text_line');
    this.pending = [];
    this.isOverfull = false;
  }

  /** A line that holds no JSON. */
  line(text: string, place: Place): void {
    const kind = textKind(text);
    if (kind === 'component_log' || this.isLog) {
      this.json();
      this.say(place, 'other_log');
    } else if (kind === 'garbage' || this.run === 'garbage') this.garbage(place);
    else if (kind === 'fragment') this.fragment(place);
    else this.text(place);
  }

  /** Binary data: one failure a run. */
  garbage(place: Place): void {
    if (this.run !== 'garbage') this.say(place, { code: 'bad_json', hint: 'binary data; expected JSON, gzip or text lines' });
    this.run = 'garbage';
  }

  end(): void {
    if (this.pending.length > 0) this.sayNoJson('in it');
    this.pending = [];
  }

  private fragment(place: Place): void {
    if (this.run !== 'fragment') this.say(place, { code: 'bad_json', hint: 'a piece of JSON without its beginning' });
    this.run = 'fragment';
  }

  private text(place: Place): void {
    this.run = undefined;
    if (this.hasRecords) this.say(place, 'text_line');
    else if (this.pending.length < MAX_PENDING) {
      this.pending.push(place);
    } else this.isOverfull = true;
  }

  private sayNoJson(where: string): void {
    const first = this.pending[0] as Place;
    this.say(first, {
      code: 'bad_json',
      hint: `text with no JSON ${where}; allowed are CloudTrail and Kubernetes audit records as JSON`,
    });
  }
}
