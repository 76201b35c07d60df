import type { DropReason } from '../../core/errors.ts';
import type { Prefilter } from '../../core/model/facts.ts';
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

/** Text of a tuple's fields; absent ones are undefined. */
interface Tuple {
  readonly shape: number;
  readonly context: number;
  readonly values: readonly (string | undefined)[];
}

const ABSENT = 0xffff;
/** Marks a pair: the number of a tuple, and of a verbatim identity, whose text begins at TEXT_AT (`assembly/tuples.ts`). */
const PAIR = 0xffffffff;
const TEXT_AT = 8;
/** How many surroundings (accounts, clusters) are told apart before all is forgotten. */
const MAX_CONTEXTS = 4096;

/**
 * Asks the prefilter about each distinct tuple of facts once. The answer must be a function of the facts alone, of a valid time only
 * that it is valid; whether it needed the verbatim identity is seen from whether it asked for it.
 */
export class Judge {
  readonly kernel: Kernel = new Kernel(SHAPES);
  readonly #prefilter: Prefilter;
  /** By number of a tuple; `ask`: the verbatim identity decides. */
  #known: (Judgement | 'ask' | undefined)[] = [];
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
  }

  /** What is to be done with the record of a row. */
  judge(row: number): Judgement {
    const tuple = this.kernel.words[row + ROW.tuple] ?? -1;
    if (tuple < 0) return FEED;
    const known = this.#known[tuple];
    return known === undefined || known === 'ask' ? this.#ask(row, tuple) : known;
  }

  #ask(row: number, number: number): Judgement {
    const bytes = this.kernel.tuple(number);
    if (bytes.readUInt32LE(4) === PAIR) {
      const first = bytes.readUInt32LE(0);
      const text = this.kernel.tuple(bytes.readUInt32LE(8));
      const judgement = this.#answer(row, this.#tuple(this.kernel.tuple(first)), () => text.toString('utf8', TEXT_AT));
      this.#known[number] = judgement;
      return judgement;
    }
    let hasAsked = false;
    const judgement = this.#answer(row, this.#tuple(bytes), () => {
      hasAsked = true;
      return this.#slice(row + ROW.textStart);
    });
    if (!hasAsked) this.#known[number] = judgement;
    else if (this.#known[number] === undefined) {
      this.#known[number] = 'ask';
      this.kernel.askText(number);
    }
    return judgement;
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

  #answer(row: number, tuple: Tuple, identity: () => string | undefined): Judgement {
    return tuple.shape === SHAPE.cloudtrail ? this.#cloudtrail(row, tuple, identity) : this.#kubernetes(row, tuple, identity);
  }

  #cloudtrail(row: number, { values }: Tuple, identity: () => string | undefined): Judgement {
    const [eventType = '', eventSource = '', eventName = '', readOnly, errorCode, eventCategory = ''] = values;
    if (eventSource.startsWith('aws:') || FOREIGN_TYPES.has(eventType) || FOREIGN_CATEGORIES.has(eventCategory)) return FEED;
    const reason = this.#prefilter.cloudtrail({
      eventTime: this.#slice(row + ROW.timeStart) ?? '',
      eventType,
      eventSource,
      eventName,
      readOnly: readOnly === undefined ? undefined : readOnly === 'true',
      errorCode: orAbsent(errorCode),
      get identityText() {
        return identity();
      },
    });
    return reason === undefined ? TAKE.aws_cloudtrail : { action: 'skip', source: 'aws_cloudtrail', reason };
  }

  #kubernetes(row: number, { values, context }: Tuple, identity: () => string | undefined): Judgement {
    const [stage = '', verb = '', resource, subresource, namespace, code, , apiVersion] = values;
    if (orAbsent(apiVersion)?.startsWith('audit.k8s.io/') === false || (verb === '' && stage === '')) return FEED;
    const { cluster, account } = this.#envelopes[context] ?? {};
    const reason = this.#prefilter.kubernetes(
      {
        stage,
        stageTimestamp: this.#slice(row + ROW.timeStart) ?? '',
        verb,
        resource: orAbsent(resource),
        subresource: orAbsent(subresource),
        namespace: orAbsent(namespace),
        code: code === undefined ? undefined : Number(code),
        get userText() {
          return identity();
        },
      },
      cluster,
      account,
    );
    return reason === undefined ? TAKE.k8s_audit : { action: 'skip', source: 'k8s_audit', reason };
  }
}

/** Records that the full reader drops for what they are (`lib/core/decode/cloudtrail.ts`). */
const FOREIGN_TYPES: ReadonlySet<string> = new Set(['AwsCloudTrailInsight', 'AwsVpceEvent']);
const FOREIGN_CATEGORIES: ReadonlySet<string> = new Set(['Insight', 'NetworkActivity']);

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
