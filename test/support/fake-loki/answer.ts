/** What the fake answers. */
export interface Answer {
  readonly status: number;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown where Loki stops and answers with an error. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

/** An error of the push API: plain text with a line end, as Go's `http.Error` writes it. */
export function errorAnswer(status: number, text: string, lineEnd = '\n'): Answer {
  return {
    status,
    body: `${text}${lineEnd}`,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  };
}

export function jsonAnswer(value: unknown): Answer {
  return { status: 200, body: JSON.stringify(value), headers: { 'content-type': 'application/json; charset=UTF-8' } };
}
