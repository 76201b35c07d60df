/** What the fake answers. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown where Slack stops and answers `ok: false`; the status is 200 all the same. */
export class Refusal extends Error {
  readonly error: string;
  readonly more: Readonly<Record<string, unknown>>;
  constructor(error: string, more: Readonly<Record<string, unknown>> = {}) {
    super(error);
    this.error = error;
    this.more = more;
  }
}

export function okAnswer(value: Readonly<Record<string, unknown>>): Answer {
  return jsonAnswer({ ok: true, ...value });
}

export function errorAnswer(error: string, more: Readonly<Record<string, unknown>> = {}): Answer {
  return jsonAnswer({ ok: false, error, ...more });
}

/** Over a rate limit: the body says so too. */
export function rateAnswer(retryAfterSeconds: number): Answer {
  const { body, headers } = errorAnswer('ratelimited');
  return { status: 429, body, headers: { ...headers, 'retry-after': String(retryAfterSeconds) } };
}

/** An incoming webhook answers in plain text. */
export function textAnswer(status: number, body: string): Answer {
  return { status, body, headers: { 'content-type': 'text/html' } };
}

function jsonAnswer(value: unknown): Answer {
  return { status: 200, body: JSON.stringify(value), headers: { 'content-type': 'application/json; charset=utf-8' } };
}
