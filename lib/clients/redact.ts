/** Shortest secret that is looked for: a shorter one would black out ordinary words. */
const MIN_SECRET = 4;

/** Blacks out known secrets in texts that come from outside: a receiver may repeat in its answer what it was sent. */
export class Redactor {
  readonly #secrets: readonly string[];

  constructor(secrets: readonly string[]) {
    const forms = secrets
      .filter((secret) => secret.length >= MIN_SECRET)
      .flatMap((secret) => [secret, encodeURIComponent(secret.toWellFormed())]);
    // the longest first, so that a secret that contains another one disappears as a whole
    this.#secrets = [...new Set(forms)].sort((a, b) => b.length - a.length);
  }

  /** The text with `[redacted]` in place of each secret. */
  redact(text: string): string {
    return this.#secrets.reduce((clean, secret) => clean.replaceAll(secret, '[redacted]'), text);
  }
}
