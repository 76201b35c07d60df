/**
 * How messages of one thread are sent so that none is lost and none stands twice. Posting is no idempotent call, so each message
 * is claimed in the store before it is sent, and committed after. Whoever finds a claim whose time is over asks Slack for the
 * message by the marker in its metadata. One that is not there is given up under its marker and sent anew under another; should
 * it appear after all, because it was slow, it is deleted: until that is certain the thread is in doubt, and what it tells is not settled.
 */

/** A message on its way. */
export interface Sending<C> {
  /** Unique to this message; of an edit, to the attempt. */
  readonly marker: string;
  readonly how: 'post' | 'edit';
  readonly place: 'parent' | 'below';
  readonly beganMs: number;
  /** Until then it belongs to who began it; after that anybody may find out what became of it. */
  readonly untilMs: number;
  /** What is told when it has arrived. */
  readonly carries: C;
}

/** A message that stands in Slack. */
export interface Posted {
  readonly marker: string;
  readonly ts: string;
}

/** A message that was given up and may still appear. */
export interface Doubt {
  readonly marker: string;
  readonly how: 'post' | 'edit';
  readonly place: 'parent' | 'below';
  readonly sinceMs: number;
  /** By then it has appeared or never will. */
  readonly checkMs: number;
}

/** What is known of a thread. */
export interface Thread<C> {
  /** Counts what was begun. */
  readonly begun: number;
  readonly parent?: Posted;
  /** Slack's id of the channel that the parent stands in. */
  readonly channelId?: string;
  readonly sending?: Sending<C>;
  /** The newest messages; enough to know one's own when its answer comes late. */
  readonly posted: readonly Posted[];
  readonly doubts: readonly Doubt[];
}

/** Messages that are remembered: more than are sent while one sender may still wait for its answer. */
const MAX_POSTED = 32;

/** A thread without messages. */
export const EMPTY_THREAD: Thread<never> = { begun: 0, posted: [], doubts: [] };

/** What is about to be sent. */
export interface Intent<C> {
  readonly how: 'post' | 'edit';
  readonly place: 'parent' | 'below';
  readonly carries: C;
  readonly nowMs: number;
  readonly leaseMs: number;
}

/** The thread with a claim for a message; only for one without a claim. */
export function begun<C>(thread: Thread<C>, prefix: string, intent: Intent<C>): Thread<C> {
  const { how, place, carries, nowMs, leaseMs } = intent;
  const number = thread.begun + 1;
  const sending = { marker: `${prefix}/${number}`, how, place, carries, beganMs: nowMs, untilMs: nowMs + leaseMs };
  return { ...thread, begun: number, sending };
}

/** A message as Slack has it. */
export interface Arrived extends Posted {
  readonly channelId: string;
  readonly how: 'post' | 'edit';
}

/** What the arrival of a message means. */
export type Arrival<C> =
  /** It is the one that was claimed. */
  | { readonly kind: 'committed'; readonly thread: Thread<C>; readonly carries: C; readonly place: 'parent' | 'below' }
  /** It was committed before, because somebody found it; or it is an edit that others have made good. */
  | { readonly kind: 'known' }
  /** It had been given up, and what it tells is told by another: it is to be deleted. */
  | { readonly kind: 'double' };

/** Takes note that a message has arrived. */
export function arrived<C>(thread: Thread<C>, { marker, ts, channelId, how }: Arrived): Arrival<C> {
  const { sending, ...rest } = thread;
  if (sending?.marker !== marker) {
    const isKnown = how === 'edit' || thread.parent?.ts === ts || thread.posted.some((each) => each.ts === ts);
    return { kind: isKnown ? 'known' : 'double' };
  }
  const { place, carries } = sending;
  if (how === 'edit') return { kind: 'committed', thread: rest, carries, place };
  const posted = [...rest.posted, { marker, ts }].slice(-MAX_POSTED);
  const parent = place === 'parent' ? { parent: { marker, ts }, channelId } : {};
  return { kind: 'committed', thread: { ...rest, posted, ...parent }, carries, place };
}

/** The claim is over and nothing was sent. */
export function unsent<C>(thread: Thread<C>, marker: string): Thread<C> {
  const { sending, ...rest } = thread;
  return sending?.marker === marker ? rest : thread;
}

/** Nobody knows what became of it; from `settleMs` on Slack may be asked. */
export function unknown<C>(thread: Thread<C>, marker: string, settleMs: number): Thread<C> {
  const { sending } = thread;
  return sending?.marker === marker ? { ...thread, sending: { ...sending, untilMs: settleMs } } : thread;
}

/** The message is not there: it is given up, and looked for once more at `checkMs`. */
export function givenUp<C>(thread: Thread<C>, marker: string, checkMs: number): Thread<C> {
  const { sending, ...rest } = thread;
  if (sending?.marker !== marker) return thread;
  const { how, place, beganMs } = sending;
  return { ...rest, doubts: [...rest.doubts, { marker, how, place, sinceMs: beganMs, checkMs }] };
}

/** The message that was given up does not stand in Slack, and will not. */
export function certain<C>(thread: Thread<C>, marker: string): Thread<C> {
  return { ...thread, doubts: thread.doubts.filter((doubt) => doubt.marker !== marker) };
}

/** What has to be found out before anything else is sent, if anything. */
export type ThreadStep<C> =
  /** Somebody is sending. */
  | { readonly kind: 'wait'; readonly untilMs: number }
  /** A claim whose time is over: ask Slack what became of it. */
  | { readonly kind: 'settle'; readonly sending: Sending<C> }
  /** One that was given up: see that it does not stand there, and delete it if it does. */
  | { readonly kind: 'verify'; readonly doubt: Doubt };

/** The next thing to find out about a thread; undefined: it may be sent to. */
export function threadStep<C>({ sending, doubts }: Thread<C>, nowMs: number): ThreadStep<C> | undefined {
  if (sending !== undefined) return nowMs < sending.untilMs ? { kind: 'wait', untilMs: sending.untilMs } : { kind: 'settle', sending };
  const doubt = doubts.find(({ checkMs }) => checkMs <= nowMs);
  return doubt === undefined ? undefined : { kind: 'verify', doubt };
}

/** When the doubts of a thread can be settled; undefined when there are none. */
export function doubtfulUntilMs<C>({ doubts }: Thread<C>): number | undefined {
  return doubts.length === 0 ? undefined : Math.min(...doubts.map(({ checkMs }) => checkMs));
}
