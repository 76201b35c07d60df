/** A request's body. */
export type Body = Readonly<Record<string, unknown>>;

/** An answer that is an error of the service. */
export class AwsRefusal extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Refuses members that the service does not know: the SDK would not send them, a client of its own might. */
export function onlyKnown(input: Body, known: readonly string[]): void {
  const unknown = Object.keys(input).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new AwsRefusal('SerializationException', `unknown members: ${unknown.join(', ')}`);
}

/** A token that belongs to one question and says where its next page begins. */
export function tokenOf(question: Body, at: number): string {
  return Buffer.from(JSON.stringify({ question: JSON.stringify(question), at })).toString('base64');
}

/** Where the page of a token begins; undefined for a token of another question, or of nobody. */
export function placeOfToken(token: string, question: Body): number | undefined {
  try {
    const { question: of, at } = JSON.parse(Buffer.from(token, 'base64').toString('utf8')) as { question: string; at: number };
    return of === JSON.stringify(question) ? at : undefined;
  } catch {
    return undefined;
  }
}
