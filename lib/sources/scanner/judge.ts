import type { DropReason } from '../../core/errors.ts';
import type { CallerClass, CallerClassifier, CallerQuestion, Prefilter } from '../../core/model/facts.ts';
import type { Envelope, EventSource } from '../../core/model/raw-record.ts';
import { Kernel, ROW } from './kernel.ts';
import { SHAPE, SHAPES, TUPLE_FIELDS } from './shapes.ts';

/** What is to be done with a record: skip it, take it as a plain record of its source, or let the full reader see it. */
export interface Judgement {
  readonly action: 'skip' | 'take' | 'feed';
  readonly source: EventSource;
  /** Why it is skipped; meaningless for the others. */
  readonly reason: DropReason;
}

const FEED: Judgement = { action: 'feed', source: 'aws_cloudtrail', reason: 'read' };
const TAKE: Readonly<Record<EventSource, Judgement>> = {
  aws_cloudtrail: { action: 'take', source: 'aws_cloudtrail', reason: 'read' },
  k8s_audit: { action: 'take', source: 'k8s_audit', reason: 'read' },
};

/** The full reader does not take the record for one of its source. */
const FED = 'feed';
type Answer = ReturnType<Prefilter['cloudtrail']> | typeof FED;

/** Text of a tuple's fields; absent ones are undefined. */
interface Tuple {
  readonly shape: number;
  readonly context: number;
  readonly values: readonly (string | undefined)[];
}

/** What is known of a tuple: what is to be done with its records, or what to ask about their callers. */
interface Known {
  readonly judgement: Judgement | undefined;
  readonly source: EventSource;
  readonly question: CallerQuestion | undefined;
  /** Classes of callers by number of the verbatim identity. */
  readonly classes: Map<number, CallerClass>;
  /** What is to be done, by class. */
  readonly byClass: (Judgement | undefined)[];
}

const ABSENT = 0xffff;
/** In place of a class: records of this caller are parsed. */
const PARSED = -1;
const NO_CLASSES: Known['classes'] = new Map();
/** How many surroundings (accounts, clusters) are told apart before all is forgotten. */
const MAX_CONTEXTS = 4096;

/**
 * Asks the prefilter about each distinct tuple of facts once, and where the caller decides, about each distinct identity once: no text is made of what
 * was seen before. The answer must be a function of the facts alone, of a valid time only that it is valid.
 */
export class Judge {
  readonly kernel: Kernel = new Kernel(SHAPES);
  readonly #prefilter: Prefilter;
  /** By number of a tuple. */
  #known: (Known | undefined)[] = [];
  #classes = new Map<CallerClassifier, Map<number, CallerClass>>();
  #contexts = new Map<string, number>();
  #envelopes: Envelope[] = [];

  constructor(prefilter: Prefilter) {
    this.#prefilter = prefilter;
  }

  /** The number that stands for an envelope's account and cluster, until the next `context` or `forget`. */
  context(envelope: Envelope): number {
    const key = JSON.stringify([envelope.account, envelope.cluster]);
    const known = this.#contexts.get(key);
    if (known !== undefined) return known;
    if (this.#envelopes.length === MAX_CONTEXTS) {
      this.forget();
      this.#contexts.clear();
      this.#envelopes = [];
    }
    this.#contexts.set(key, this.#envelopes.length);
    return this.#envelopes.push(envelope) - 1;
  }

  /** Forgets all tuples; their numbers mean nothing any more. */
  forget(): void {
    this.kernel.resetTuples();
    this.#known = [];
    this.#classes.clear();
  }

  /** What is to be done with the record of a row. */
  judge(row: number): Judgement {
    const tuple = this.kernel.words[row + ROW.tuple] ?? -1;
    if (tuple < 0) return FEED;
    const known = this.#known[tuple] ?? this.#ask(row, tuple);
    return known.judgement ?? this.#ofCaller(row, known);
  }

  #ofCaller(row: number, { source, question, classes, byClass }: Known): Judgement {
    const number = this.kernel.words[row + ROW.textNumber] ?? -1;
    let callerClass = classes.get(number);
    if (callerClass === undefined) {
      const identity = this.#slice(row + ROW.textStart);
      callerClass = (identity === undefined ? undefined : question?.callers.classOf(identity)) ?? PARSED;
      if (number >= 0) classes.set(number, callerClass);
    }
    if (callerClass === PARSED) return TAKE[source];
    const known = byClass[callerClass];
    if (known !== undefined) return known;
    const judgement = judgementOf(question?.skipFor(callerClass), source);
    byClass[callerClass] = judgement;
    return judgement;
  }

  #ask(row: number, number: number): Known {
    const tuple = this.#tuple(this.kernel.tuple(number));
    const source: EventSource = tuple.shape === SHAPE.cloudtrail ? 'aws_cloudtrail' : 'k8s_audit';
    const answer = source === 'aws_cloudtrail' ? this.#cloudtrail(row, tuple) : this.#kubernetes(row, tuple);
    const known: Known =
      typeof answer === 'object'
        ? { judgement: undefined, source, question: answer, classes: this.#classesOf(answer.callers), byClass: [] }
        : { judgement: answer === FED ? FEED : judgementOf(answer, source), source, question: undefined, classes: NO_CLASSES, byClass: [] };
    if (typeof answer === 'object') this.kernel.askText(number);
    this.#known[number] = known;
    return known;
  }

  #classesOf(callers: CallerClassifier): Map<number, CallerClass> {
    const known = this.#classes.get(callers) ?? new Map<number, CallerClass>();
    this.#classes.set(callers, known);
    return known;
  }

  #slice(word: number): string | undefined {
    const { words, bytes } = this.kernel;
    const start = words[word] ?? 0;
    const length = words[word + 1] ?? 0;
    return length === 0 ? undefined : bytes.toString('utf8', start, start + length);
  }

  #tuple(bytes: Buffer): Tuple {
    const head = bytes.readUInt32LE(0);
    const shape = head & 0xff;
    const names = shape === SHAPE.cloudtrail ? TUPLE_FIELDS.cloudtrail : TUPLE_FIELDS.kubernetes;
    let at = 8;
    const values = names.map(() => {
      const length = bytes.readUInt16LE(at);
      at += 2;
      if (length === ABSENT) return undefined;
      at += length;
      return bytes.toString('latin1', at - length, at);
    });
    return { shape, context: head >>> 8, values };
  }

  #cloudtrail(row: number, { values }: Tuple): Answer {
    const [eventType = '', eventSource = '', eventName = '', readOnly, errorCode, eventCategory = ''] = values;
    if (eventSource.startsWith('aws:') || FOREIGN_TYPES.has(eventType) || FOREIGN_CATEGORIES.has(eventCategory)) return FED;
    return this.#prefilter.cloudtrail({
      eventTime: this.#slice(row + ROW.timeStart) ?? '',
      eventType,
      eventSource,
      eventName,
      readOnly: readOnly === undefined ? undefined : readOnly === 'true',
      errorCode: orAbsent(errorCode),
    });
  }

  #kubernetes(row: number, { values, context }: Tuple): Answer {
    const [stage = '', verb = '', resource, subresource, namespace, code, , apiVersion] = values;
    if (orAbsent(apiVersion)?.startsWith('audit.k8s.io/') === false || (verb === '' && stage === '')) return FED;
    const { cluster, account } = this.#envelopes[context] ?? {};
    const facts = {
      stage,
      stageTimestamp: this.#slice(row + ROW.timeStart) ?? '',
      verb,
      resource: orAbsent(resource),
      subresource: orAbsent(subresource),
      namespace: orAbsent(namespace),
      code: code === undefined ? undefined : Number(code),
    };
    return this.#prefilter.kubernetes(facts, cluster, account);
  }
}

function judgementOf(reason: DropReason | undefined, source: EventSource): Judgement {
  return reason === undefined ? TAKE[source] : { action: 'skip', source, reason };
}

/** Records that the full reader drops for what they are (`lib/core/decode/cloudtrail.ts`). */
const FOREIGN_TYPES: ReadonlySet<string> = new Set(['AwsCloudTrailInsight', 'AwsVpceEvent', 'AwsAggregatedEvent']);
const FOREIGN_CATEGORIES: ReadonlySet<string> = new Set(['Insight', 'NetworkActivity', 'Aggregated']);

/** An empty string counts as absent, as it does in a parsed record. */
function orAbsent(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

const judges = new WeakMap<Prefilter, Judge>();

/** The judge of a prefilter; what it has learnt serves all inputs that are read with it. */
export function judgeOf(prefilter: Prefilter): Judge {
  const known = judges.get(prefilter);
  if (known !== undefined) return known;
  const judge = new Judge(prefilter);
  judges.set(prefilter, judge);
  return judge;
}
