/**
 * Asks sources again for what they have told before, and sends what no stream has brought. Whether an event was brought is read from its mark in the ledger;
 * whether it was missed is decided there too, when it is counted (`Delivery.missed`): what overtakes us meanwhile was not.
 */
import { awsErrorName, isPassingAwsError } from '../clients/aws-failure.ts';
import { retry, type Timing } from '../clients/retry.ts';
import { DriftwireError } from '../core/errors.ts';
import { Intake } from '../core/intake.ts';
import type { Log } from '../core/model/log.ts';
import type { EventSource } from '../core/model/raw-record.ts';
import type { Detector } from '../core/pipeline.ts';
import type { Documents, Marks } from '../core/ports.ts';
import {
  afterPage,
  firstPlace,
  nextSlice,
  OLDEST_MS,
  type Place,
  parsePlace,
  placeText,
  SETTLED_MS,
  type Slice,
  withoutToken,
} from '../core/reconcile/place.ts';
import { type History, type HistoryPage, TokenLost } from '../sources/history/history.ts';
import type { Queue } from './queue.ts';
import { deliveryMessage } from './queue-message.ts';
import { readBody } from './read-body.ts';

export interface ReconciliationParts {
  readonly histories: readonly History[];
  readonly store: Marks & Documents;
  readonly detector: Detector;
  readonly findings: Pick<Queue, 'send'>;
  readonly timing: Timing;
  readonly log: Log;
}

/** Bounds of one run. */
export interface RunLimits {
  /** Nothing goes on after this time, in ms since 1970; the last page is asked for so early that its findings can be sent. */
  readonly deadlineMs: number;
}

/** What asking one source came to. */
export interface Reconciled {
  readonly name: string;
  readonly source: EventSource;
  /** Events that the source told. */
  readonly read: number;
  /** Events with findings that nobody had counted; sent. */
  readonly missed: number;
  /** All up to here has been asked, in ms since 1970. */
  readonly doneToMs: number;
}

/** How often the place within a slice is kept, in ms: what a killed run has to do again. */
const KEEP_MS = 60_000;
/** A source is asked until the time is over: throttling ends, and the next run is an hour away. */
const PAGE_RETRY = { maxAttempts: 1_000, baseMs: 1_000, capMs: 15_000 } as const;
/** What a page may take with everything that follows from it, in ms; of a short run a quarter. */
const PAGE_MS = 45_000;
/** Behind by more than two runs and what is never settled: there is more to be read than is read. */
const BEHIND_MS = 2 * 60 * 60_000 + SETTLED_MS;

/** Asks all sources at the same time; each goes as far as it comes. */
export class Reconciliation {
  readonly #parts: ReconciliationParts;

  constructor(parts: ReconciliationParts) {
    this.#parts = parts;
  }

  /**
   * Runs once.
   *
   * @throws {DriftwireError} When a source could not be asked at all, after all others have ended; what was reached is kept.
   */
  async run(limits: RunLimits): Promise<readonly Reconciled[]> {
    const { histories, log } = this.#parts;
    const ended = await Promise.allSettled(histories.map((history) => new HistoryRun(history, this.#parts, limits).run()));
    const failures = ended.flatMap((each, at) => (each.status === 'rejected' ? [{ name: histories[at]?.name, cause: each.reason }] : []));
    for (const { name, cause } of failures) log('error', 'a source could not be asked again', { name, error: cause });
    const [first] = failures;
    if (first !== undefined) {
      const message = `${failures.length} of ${histories.length} sources could not be asked again; the first: ${first.name}: ${textOf(first.cause)}`;
      throw new DriftwireError('DW_INPUT_UNREADABLE', message, { retryable: true, cause: first.cause });
    }
    return ended.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  }
}

/** One source in one run. */
class HistoryRun {
  readonly #history: History;
  readonly #parts: ReconciliationParts;
  readonly #limits: RunLimits;
  readonly #lastPageMs: number;
  #version = 0;
  #keptMs = 0;
  #calledMs = Number.NEGATIVE_INFINITY;
  #pages = 0;
  #read = 0;
  /** Keys of what was sent: slices meet in a moment that both have, before anybody has counted it. */
  readonly #sent = new Set<string>();

  constructor(history: History, parts: ReconciliationParts, limits: RunLimits) {
    this.#history = history;
    this.#parts = parts;
    this.#limits = limits;
    const lastsMs = limits.deadlineMs - parts.timing.now();
    this.#lastPageMs = limits.deadlineMs - Math.min(PAGE_MS, lastsMs / 4);
  }

  async run(): Promise<Reconciled> {
    const { store, timing } = this.#parts;
    const nowMs = timing.now();
    const document = await store.document(this.#history.name);
    this.#version = document?.version ?? 0;
    this.#keptMs = nowMs;
    let place = document === undefined ? firstPlace(nowMs) : parsePlace(new TextDecoder().decode(document.body), nowMs);
    if (nowMs - place.doneToMs > OLDEST_MS) {
      const { name } = this.#history;
      this.#parts.log('error', 'asking again was off for so long that a part of the time is left out', { name });
    }
    if (document === undefined) await this.#keep(place);
    else place = await this.#goOn(place, nowMs);
    this.#tell(place, nowMs);
    const { name, source } = this.#history;
    return { name, source, read: this.#read, missed: this.#sent.size, doneToMs: place.doneToMs };
  }

  async #goOn(begin: Place, nowMs: number): Promise<Place> {
    let place = begin;
    let kept = begin;
    try {
      for (;;) {
        const slice = nextSlice(place, nowMs);
        if (slice === undefined) break;
        const next = await this.#page(place, slice);
        if (next === undefined) break;
        place = next;
        const isDue = place.slice === undefined || this.#parts.timing.now() - this.#keptMs >= KEEP_MS;
        if (!isDue) continue;
        kept = place;
        if (!(await this.#keep(place))) return place;
      }
    } finally {
      // Whatever ended it: what was sent need not be read again.
      if (place !== kept) await this.#keep(place);
    }
    return place;
  }

  /** Reads one page and sends what nobody had; undefined when the time is over. */
  async #page(place: Place, slice: Slice): Promise<Place | undefined> {
    try {
      const page = await this.#ask(slice);
      if (page === undefined) return undefined;
      this.#pages++;
      this.#read += page.events;
      if (page.text !== '') await this.#send(page.text);
      return afterPage(place, slice, page.left, page.token);
    } catch (cause) {
      if (cause instanceof TokenLost) return { ...place, slice: withoutToken(slice) };
      throw cause;
    }
  }

  async #ask({ asked, left, token }: Slice): Promise<HistoryPage | undefined> {
    const { timing } = this.#parts;
    const attempt = async (): Promise<{ readonly page: HistoryPage } | { readonly error: unknown } | undefined> => {
      const waitMs = this.#calledMs + this.#history.paceMs - timing.now();
      if (timing.now() + Math.max(waitMs, 0) >= this.#lastPageMs) return undefined;
      if (waitMs > 0) await timing.sleep(waitMs);
      this.#calledMs = timing.now();
      try {
        return { page: await this.#history.page(asked, left, token) };
      } catch (error) {
        return { error };
      }
    };
    const judge = (tried: Awaited<ReturnType<typeof attempt>>) => ({
      again: tried !== undefined && 'error' in tried && isPassingAwsError(tried.error),
    });
    const totalMs = this.#lastPageMs - timing.now();
    const { outcome, gaveUp } = await retry(attempt, judge, { ...PAGE_RETRY, totalMs }, timing);
    if (outcome === undefined) return undefined;
    if ('page' in outcome) return outcome.page;
    // Throttled until the end: the next run goes on here, unless nothing was to be had at all.
    if (gaveUp && this.#pages > 0) return undefined;
    throw outcome.error;
  }

  /** Nothing but findings counts here: the record itself was counted when the stream brought it, or will be when its finding is. */
  async #send(text: string): Promise<void> {
    const { detector, store, findings, log } = this.#parts;
    const intake = new Intake(detector, 'backfill');
    readBody(this.#history.name, text, intake);
    const { deliveries, failures } = intake.batch();
    const [failure] = failures;
    if (failure !== undefined)
      log('warn', 'a record that was asked for again cannot be read', { code: failure.code, hint: failure.hint, name: this.#history.name });
    const events = new Map(deliveries.map((delivery) => [delivery.key, delivery]));
    if (events.size === 0) return;
    const marked = await store.marked([...events.keys()]);
    const missed = [...events.values()].filter(({ key }) => !marked.has(key) && !this.#sent.has(key));
    if (missed.length === 0) return;
    const answers = await findings.send(
      missed.map((delivery) => ({ body: deliveryMessage({ ...delivery, missed: true }) })),
      this.#limits,
    );
    const refused = missed.findIndex((_, at) => answers[at]?.ok !== true);
    if (refused >= 0) {
      const answer = answers[refused];
      const said = answer === undefined || answer.ok ? 'no answer' : answer.message;
      throw new DriftwireError('DW_STORE_UNAVAILABLE', `the findings queue does not take what was missed (${said})`, { retryable: true });
    }
    for (const { key } of missed) this.#sent.add(key);
  }

  /** @returns false when another run has kept its place meanwhile: what it does need not be done twice. */
  async #keep(place: Place): Promise<boolean> {
    const { store, timing } = this.#parts;
    const isKept = await store.replaceDocument(this.#history.name, new TextEncoder().encode(placeText(place)), this.#version);
    if (isKept) this.#version++;
    this.#keptMs = timing.now();
    return isKept;
  }

  #tell({ doneToMs }: Place, nowMs: number): void {
    const { log } = this.#parts;
    const { name } = this.#history;
    if (this.#sent.size > 0) log('warn', 'events that no stream had brought were found and sent', { name, events: this.#sent.size });
    if (nowMs - doneToMs > BEHIND_MS)
      log('warn', 'asking again has not caught up: the next runs go on', { name, behindMinutes: Math.round((nowMs - doneToMs) / 60_000) });
  }
}

function textOf(cause: unknown): string {
  if (cause instanceof DriftwireError) return cause.message;
  return cause instanceof Error ? `${awsErrorName(cause)}: ${cause.message}` : String(cause);
}
