/**
 * Slack's rate limits (https://docs.slack.dev/apis/web-api/rate-limits, read 2026-11-20): about a message a second and channel
 * with short bursts, and tiers of calls a minute for each method. Slack does not tell its exact accounting; a bucket that fills
 * steadily is the strictest reading that still lets through who keeps to the words.
 */

/** Calls a minute of each tier. */
const TIER: Readonly<Record<number, number>> = { 1: 1, 2: 20, 3: 50, 4: 100 };

/** The tier of each method that has one. */
const METHODS: Readonly<Record<string, number>> = {
  'chat.update': 3,
  'chat.delete': 3,
  'chat.postEphemeral': 4,
  'chat.getPermalink': 4,
  'conversations.info': 3,
  'conversations.list': 2,
  'conversations.history': 3,
  'conversations.replies': 3,
  'usergroups.users.list': 2,
};

/** How strict the fake is. */
export interface RateOptions {
  /** Messages of a burst in one channel, and then one a second. */
  readonly postBurst: number;
  /** Apps that are distributed without the Marketplace have one `conversations.history` and `.replies` a minute since 2025-05-29. */
  readonly isHistoryScarce: boolean;
}

export const DEFAULT_RATES: RateOptions = { postBurst: 4, isHistoryScarce: false };

interface Bucket {
  tokens: number;
  atMs: number;
  blockedUntilMs: number;
}

/** Says of each call whether Slack would still take it. */
export class RateLimits {
  readonly #options: RateOptions | undefined;
  readonly #buckets = new Map<string, Bucket>();
  readonly #violate: (text: string) => void;

  /** @param options - Undefined: no limits, but what a 429 of the schedule asked for is still held against the caller. */
  constructor(options: RateOptions | undefined, violate: (text: string) => void) {
    this.#options = options;
    this.#violate = violate;
  }

  /** Takes note of a call; gives the seconds of `Retry-After` when it is one too many. */
  take(method: string, channel: string, nowMs: number): number | undefined {
    const { name, capacity, perSecond } = this.#limitOf(method, channel);
    const bucket = this.#bucket(name, capacity, nowMs);
    if (nowMs < bucket.blockedUntilMs) {
      this.#violate(`${name} was called ${bucket.blockedUntilMs - nowMs} ms before its Retry-After had ended`);
      return Math.ceil((bucket.blockedUntilMs - nowMs) / 1_000);
    }
    if (this.#options === undefined || capacity === Number.POSITIVE_INFINITY) return undefined;
    bucket.tokens = Math.min(capacity, bucket.tokens + ((nowMs - bucket.atMs) / 1_000) * perSecond);
    bucket.atMs = nowMs;
    // what floating point loses is not held against anybody
    if (bucket.tokens >= 1 - 1e-6) {
      bucket.tokens -= 1;
      return undefined;
    }
    const seconds = Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond));
    bucket.blockedUntilMs = nowMs + seconds * 1_000;
    return seconds;
  }

  /** A 429 of the schedule: whoever calls again too early is told and noted. */
  block(method: string, channel: string, nowMs: number, seconds: number): void {
    const { name, capacity } = this.#limitOf(method, channel);
    const bucket = this.#bucket(name, capacity, nowMs);
    bucket.blockedUntilMs = Math.max(bucket.blockedUntilMs, nowMs + seconds * 1_000);
  }

  #bucket(name: string, capacity: number, nowMs: number): Bucket {
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    const made = { tokens: capacity, atMs: nowMs, blockedUntilMs: 0 };
    this.#buckets.set(name, made);
    return made;
  }

  #limitOf(method: string, channel: string): { readonly name: string; readonly capacity: number; readonly perSecond: number } {
    if (method === 'chat.postMessage' || method === 'webhook') {
      return { name: `${method} in ${channel}`, capacity: this.#options?.postBurst ?? 1, perSecond: 1 };
    }
    const isScarce = this.#options?.isHistoryScarce === true && /^conversations\.(?:history|replies)$/.test(method);
    const perMinute = TIER[isScarce ? 1 : (METHODS[method] ?? 0)] ?? Number.POSITIVE_INFINITY;
    return { name: method, capacity: perMinute, perSecond: perMinute / 60 };
  }
}
