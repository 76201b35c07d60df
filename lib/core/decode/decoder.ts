import type { FailureCode } from '../errors.ts';
import type { JsonObject } from '../model/audit-event.ts';
import type { Decoded, Envelope } from '../model/raw-record.ts';
import { isObject } from '../normalise/access.ts';
import type { ReadLimits } from '../ports.ts';
import { type Container, containerOf } from './containers.ts';
import { FORMATS } from './formats.ts';
import { type Decoder, type Inflate, originOf, type Surroundings } from './item.ts';
import { parsed, recoverAuditEvent } from './recover.ts';
import type { ScanFailure } from './scanner.ts';
import type { Place, Rest, SplitHandler } from './split-handler.ts';
import { Splitter } from './splitter.ts';
import { hasBinary, shown, textKind } from './text-line.ts';
import { TextRuns } from './text-runs.ts';
import { unknownObject } from './unknown.ts';

export interface DecoderOptions {
  /** Name of the input, for origins. */
  readonly input: string;
  /** Line at which the text begins, from 1. */
  readonly line: number;
  /** What the caller knows of all records. */
  readonly envelope: Envelope;
  readonly limits: ReadLimits;
  readonly inflate: Inflate;
  /** Takes each item, once, in the order of the input. */
  take(item: Decoded): void;
}

/** A decoder of one input whose text comes in pieces. */
export interface TextDecoding {
  push(piece: string): void;
  /** Ends the text; gives the line on which it ends, counted from 1 whatever line the input began at. */
  end(): number;
  /** Where decoding rests between two values; undefined while it is inside one. */
  rest(): Rest<Container> | undefined;
  /** Takes note, at rest, that so many records and line feeds were read by somebody else. */
  advance(records: number, lines: number): void;
}

/** Opens the decoder of one input: text in, counted items out; nothing in the text can make it throw. */
export function openDecoder(options: DecoderOptions): TextDecoding {
  const around: Surroundings = { input: options.input, line: options.line, path: '', envelope: options.envelope, level: 0, mode: 'input' };
  const decoder: Decoder = {
    limits: options.limits,
    inflate: options.inflate,
    emit: (item) => options.take(item),
    text: (text, where) => decodeText(decoder, text, where),
    value: (text, value, where) => decodeValue(decoder, text, value, where),
  };
  return new Splitter(new Decoding(decoder, around), options.limits);
}

function decodeText(decoder: Decoder, text: string, around: Surroundings): void {
  if (around.level > decoder.limits.maxEnvelopes) {
    decoder.emit(failure(around, 'bad_envelope', `envelopes lie in one another more than ${decoder.limits.maxEnvelopes} deep`));
  } else if (around.mode === 'log' && !/^\s*[{[]/.test(text)) {
    decoder.emit({ kind: 'dropped', reason: 'other_log', origin: originOf(around) });
  } else if (text.trim() === '') {
    decoder.emit(failure(around, 'bad_json', 'an empty text where a record or an envelope should be'));
  } else {
    const splitter = new Splitter(new Decoding(decoder, around), decoder.limits);
    splitter.push(text);
    splitter.end();
  }
}

function decodeValue(decoder: Decoder, text: string, value: JsonObject, around: Surroundings): void {
  if (around.level > decoder.limits.maxEnvelopes) {
    decoder.emit(failure(around, 'bad_envelope', `envelopes lie in one another more than ${decoder.limits.maxEnvelopes} deep`));
    return;
  }
  const item = { text, value, around, decoder };
  if (FORMATS.some((format) => format(item))) return;
  // A log group carries every program's lines; one that is no audit record is no failure.
  if (around.mode === 'log') decoder.emit({ kind: 'dropped', reason: 'other_log', origin: originOf(around) });
  else decoder.emit(failure(around, 'unknown_format', unknownObject(value)));
}

function failure(around: Surroundings, code: FailureCode, hint: string): Decoded {
  return { kind: 'failed', code, origin: originOf(around), hint };
}

/** What is done with the parts of one text. */
class Decoding implements SplitHandler<Container> {
  private readonly decoder: Decoder;
  private readonly around: Surroundings;
  private readonly runs: TextRuns;

  constructor(decoder: Decoder, around: Surroundings) {
    this.decoder = decoder;
    this.around = around;
    this.runs = new TextRuns((place, outcome) => {
      const where = this.at(place, undefined);
      decoder.emit(
        typeof outcome === 'string'
          ? { kind: 'dropped', reason: outcome, origin: originOf(where) }
          : failure(where, outcome.code, outcome.hint),
      );
    }, around.mode);
  }

  value(text: string, place: Place, container: Container | undefined): void {
    const where = this.at(place, container);
    const value = parsed(text);
    if (value === undefined) {
      this.unreadable(text, place, where);
      return;
    }
    this.runs.json();
    if (typeof value === 'string')
      this.decoder.text(value, { ...where, level: where.level + 1, mode: where.mode === 'log' ? 'log' : 'body' });
    else if (isObject(value)) this.decoder.value(text, value, where);
    else this.decoder.emit(failure(where, 'not_an_event', 'an audit record is a JSON object'));
  }

  broken(text: string, fault: ScanFailure, place: Place, container: Container | undefined): void {
    const where = this.at(place, container);
    const { maxRecordBytes, maxDepth } = this.decoder.limits;
    if (fault === 'bad_json') {
      this.unreadable(text, place, where);
      return;
    }
    this.runs.json();
    const hint = fault === 'too_large' ? `a record may have ${maxRecordBytes} bytes` : `a record may be nested ${maxDepth} deep`;
    this.decoder.emit(failure(where, fault, hint));
  }

  bare(text: string, place: Place): void {
    const where = this.at(place, undefined);
    const isJson = parsed(text) !== undefined;
    if (where.mode === 'log') {
      this.decoder.emit({ kind: 'dropped', reason: 'other_log', origin: originOf(where) });
      return;
    }
    this.decoder.emit(
      failure(
        where,
        isJson ? 'not_an_event' : 'bad_json',
        `expected a JSON object, saw ${isJson ? 'a number, true, false or null' : 'something that is no JSON'}`,
      ),
    );
  }

  line(text: string, place: Place, isWhole: boolean): void {
    const inner = isWhole ? jsonIn(text) : undefined;
    if (inner === undefined) {
      this.runs.line(text, place);
      return;
    }
    this.runs.json();
    this.decoder.text(inner, { ...this.at(place, undefined), level: this.around.level + 1, mode: 'log' });
  }

  enter(name: string, head: string, place: Place, isAgain: boolean): Container | undefined {
    const value = parsed(`${head}0}`);
    const container = containerOf(name, isObject(value) ? value : {});
    if (container === undefined) return undefined;
    this.runs.json();
    if (isAgain) this.decoder.emit(failure(this.at(place, undefined), 'bad_envelope', `the key ${name} stands twice in one object`));
    return container;
  }

  unclosed(place: Place): void {
    this.decoder.emit(
      failure(
        this.at(place, undefined),
        'bad_json',
        `the text ends or breaks before ${place.path === '' ? 'the array' : place.path} is closed`,
      ),
    );
  }

  passed(): void {
    this.runs.json();
  }

  end(): void {
    this.runs.end();
  }

  /** A value that is no JSON: a cut audit event is recovered as far as it goes. */
  private unreadable(text: string, place: Place, where: Surroundings): void {
    if (recoverAuditEvent(text) !== undefined) {
      this.runs.json();
      this.decoder.emit({
        kind: 'record',
        record: { source: 'k8s_audit', text, origin: originOf(where), envelope: where.envelope, truncated: true },
      });
    } else if (hasBinary(text)) this.runs.garbage(place);
    else if (where.mode === 'log' && !/^\s*\{\s*"/.test(text))
      this.decoder.emit({ kind: 'dropped', reason: 'other_log', origin: originOf(where) });
    else {
      this.decoder.emit(
        failure(where, 'bad_json', `${text.length} characters that are not JSON, or cut beyond recovery${firstName(text)}`),
      );
    }
  }

  private at(place: Place, container: Container | undefined): Surroundings {
    const { around } = this;
    const isOuter = around.level === 0;
    const path =
      around.path === '' || place.path === ''
        ? around.path + place.path
        : `${around.path}${place.path.startsWith('[') ? '' : '.'}${place.path}`;
    return {
      ...around,
      line: isOuter ? around.line + place.line - 1 : around.line,
      path,
      envelope: container === undefined ? around.envelope : { ...around.envelope, ...container.envelope },
      level: container === undefined ? around.level : around.level + 1,
    };
  }
}

/** The first key of a broken object; what stands behind it may be secret. */
function firstName(text: string): string {
  const name = /^\{\s*"([^"\\]{1,64})"/.exec(text)?.[1];
  return name === undefined ? '' : `; its first key is ${shown(name, 40)}`;
}

/**
 * What may stand before the JSON of a line: time, host, stream, or the zeros that a log cut off under its writer leaves; no quotes, no braces.
 * A line of a control plane component is none of these: its words may come from a caller, so nothing in it is taken for a record.
 */
const PREFIX = /^[^"{]{0,256}$/;

/** The JSON in a text line: a JSON string, or what stands behind a prefix such as a container runtime's time and stream. */
function jsonIn(line: string): string | undefined {
  if (line.startsWith('"')) {
    const value = parsed(line.replace(/,$/, ''));
    return typeof value === 'string' && /^\s*\{/.test(value) ? value : undefined;
  }
  const begin = line.indexOf('{"');
  if (begin < 0 || !PREFIX.test(line.slice(0, begin)) || textKind(line) === 'component_log') return undefined;
  const text = line.slice(begin);
  const value = parsed(text);
  return isObject(value) ? text : undefined;
}
