/**
 * A channel's webhook as Discord documents it (https://docs.discord.com/developers/resources/webhook#execute-webhook, limits of
 * messages and embeds, rate limits; read 2026-11-21). It refuses what Discord refuses, and notes what would disturb people.
 */
import { type FakeAnswer, type FakeRequest, FakeServer, membersOf, parsed } from './fake-server.ts';

/** One embed that stands in the channel. */
export interface ShownEmbed {
  readonly title: string;
  readonly description: string;
  readonly footer: string;
}

/** Posts that the webhook takes in a time; measured by many, documented by none. */
const BURST = { posts: 5, everyMs: 2_000 };
/** Seconds that lie in the body of a 429 are a float. */
const LIMITS: Readonly<Record<string, number>> = { title: 256, description: 4_096 };

/** The fake. A message with the word `moderated` is blocked by the server's rules. */
export class FakeDiscord {
  readonly server: FakeServer;
  /** Embeds of each message, in the order in which they were posted. */
  readonly messages: (readonly ShownEmbed[])[] = [];
  /** What a reader would be pinged by or could click although nobody of us wrote it. */
  readonly nuisances: string[] = [];
  readonly #token: string;
  readonly #now: () => number;
  readonly #isLimited: boolean;
  #posts: number[] = [];

  constructor(options: { readonly token: string; readonly now?: () => number; readonly isLimited?: boolean }) {
    this.#token = options.token;
    this.#now = options.now ?? Date.now;
    this.#isLimited = options.isLimited ?? true;
    this.server = new FakeServer((request) => this.#answer(request), options.now);
  }

  /** The path of the webhook, to be put behind the base address. */
  static path(token: string): string {
    return `/api/webhooks/1234567890/${token}`;
  }

  /** How often each event stands in the channel where each has an embed of its own, by the id in its footer. */
  counts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { footer } of this.messages.flat()) {
      const [, id = footer] = / · id (\S+)/.exec(footer) ?? [];
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    return counts;
  }

  #answer({ method, path, query, headers, body }: FakeRequest): FakeAnswer {
    if (path !== FakeDiscord.path(this.#token)) return { status: 401, body: { message: 'Invalid Webhook Token', code: 50027 } };
    if (method === 'GET') return { status: 200, body: { id: '1234567890', type: 1, name: 'Driftwire' } };
    if (method !== 'POST') return { status: 405, body: { message: '405: Method Not Allowed', code: 0 } };
    const limited = this.#limited();
    if (limited !== undefined) return limited;
    if (headers['content-type'] !== 'application/json') return { status: 400, body: { message: 'Invalid Content-Type', code: 50035 } };
    const errors = errorsOf(parsed(body));
    if (errors.length > 0) return { status: 400, body: { message: 'Invalid Form Body', code: 50035, errors } };
    if (body.includes('moderated')) return { status: 400, body: { message: 'Message was blocked by automatic moderation', code: 200000 } };
    const message = membersOf(parsed(body));
    const embeds = Array.isArray(message['embeds']) ? message['embeds'].map(membersOf) : [];
    this.messages.push(
      embeds.map(({ title, description, footer }) => ({
        title: String(title),
        description: String(description),
        footer: String(membersOf(footer)['text']),
      })),
    );
    this.nuisances.push(...nuisancesOf(message));
    const left = BURST.posts - this.#posts.length;
    const rate = this.#isLimited ? { 'x-ratelimit-remaining': String(left), 'x-ratelimit-reset-after': String(BURST.everyMs / 1000) } : {};
    return query.get('wait') === 'true'
      ? { status: 200, body: { id: String(this.messages.length) }, headers: rate }
      : { status: 204, headers: rate };
  }

  #limited(): FakeAnswer | undefined {
    const now = this.#now();
    this.#posts = this.#posts.filter((atMs) => now - atMs < BURST.everyMs);
    if (!this.#isLimited || this.#posts.length < BURST.posts) {
      this.#posts.push(now);
      return undefined;
    }
    const seconds = ((this.#posts[0] ?? now) + BURST.everyMs - now) / 1000;
    this.nuisances.push('posted into a rate limit');
    return {
      status: 429,
      body: { message: 'You are being rate limited.', retry_after: seconds, global: false },
      headers: { 'retry-after': '1' },
    };
  }
}

function errorsOf(value: unknown): readonly string[] {
  const message = membersOf(value);
  const content = message['content'] ?? '';
  const embeds = message['embeds'] ?? [];
  if (typeof content !== 'string' || !Array.isArray(embeds)) return ['content and embeds'];
  if (content === '' && embeds.length === 0) return ['BASE_TYPE_REQUIRED: an empty message'];
  const errors = embeds.flatMap((embed) => embedErrors(membersOf(embed)));
  const total = embeds.reduce((sum: number, embed) => sum + charsOf(membersOf(embed)), 0);
  return [
    ...errors,
    ...(content.length > 2_000 ? ['content: must be 2000 or fewer in length'] : []),
    ...(embeds.length > 10 ? ['embeds: must be 10 or fewer in length'] : []),
    ...(total > 6_000 ? ['MAX_EMBED_SIZE_EXCEEDED: 6000'] : []),
  ];
}

function embedErrors(embed: Readonly<Record<string, unknown>>): readonly string[] {
  const { color, timestamp, footer } = embed;
  const long = Object.entries(LIMITS).filter(([name, limit]) => typeof embed[name] === 'string' && embed[name].length > limit);
  return [
    ...long.map(([name, limit]) => `${name}: must be ${limit} or fewer in length`),
    ...(charsOf(embed) === 0 ? ['an empty embed'] : []),
    ...(Number.isInteger(color) && Number(color) >= 0 && Number(color) <= 0xffffff ? [] : ['color: not a color']),
    ...(typeof timestamp === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(timestamp) ? [] : ['timestamp: not ISO8601']),
    ...(String(membersOf(footer)['text'] ?? '').length > 2_048 ? ['footer.text: must be 2048 or fewer in length'] : []),
  ];
}

function charsOf({ title, description, footer }: Readonly<Record<string, unknown>>): number {
  return [title, description, membersOf(footer)['text']].reduce(
    (sum: number, text) => sum + (typeof text === 'string' ? text.length : 0),
    0,
  );
}

/** Mentions, links and emoji of the server, unless a backslash stands before them; links that the sender has made with a label are its own. */
function nuisancesOf(message: Readonly<Record<string, unknown>>): readonly string[] {
  const mentions = membersOf(message['allowed_mentions'])['parse'];
  const texts = [
    message['content'],
    ...[message['embeds']].flat().flatMap((embed) => [membersOf(embed)['title'], membersOf(embed)['description']]),
  ];
  const found = texts.flatMap((text) => {
    const shown = String(text).replace(/(?<!\\)\]\(https?:\/\/[^)\s]*\)/g, ']');
    return [...shown.matchAll(/(?<!\\)<[@#:a/]|https?:\/\/|(?<!\\)@(?:everyone|here)|(?<!\\)`|[\u202a-\u202e\u2066-\u2069]/g)].map(
      ([hit]) => hit,
    );
  });
  return [...found, ...(Array.isArray(mentions) && mentions.length === 0 ? [] : ['mentions are allowed'])];
}
