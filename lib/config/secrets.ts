/** Resolves references to secrets. Values are returned and never put into a message, a log line or an error. */
import { readFileSync, statSync } from 'node:fs';
import { secretFromEnv } from './env.ts';
import { formatPath } from './problem.ts';
import type { Config } from './schema.ts';
import { isRecord, type SecretReference } from './schema-values.ts';

/** What came of a reference: the secret, or why there is none. */
export type ResolvedSecret = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly message: string };

/** Largest secret file, in bytes; anything longer is some other file. */
const MAX_SECRET_BYTES = 64 * 1024;

/** Reads the secret that a reference names, from the environment or a file; what lives in AWS is not read here. */
export function resolveSecret(reference: SecretReference): ResolvedSecret {
  if (reference.env !== undefined) return fromEnvironment(reference.env);
  if (reference.file !== undefined) return fromFile(reference.file);
  const where = reference.ssm === undefined ? `Secrets Manager secret ${reference.secretsmanager}` : `SSM parameter ${reference.ssm}`;
  return { ok: false, message: `the ${where} is read on AWS only: use {env: NAME} or {file: PATH} on this machine` };
}

function fromEnvironment(name: string): ResolvedSecret {
  const value = secretFromEnv(name);
  if (value !== undefined) return { ok: true, value };
  return { ok: false, message: `the environment variable ${name} is not set or empty: set it before the start` };
}

function fromFile(path: string): ResolvedSecret {
  const refuse = (what: string): ResolvedSecret => ({ ok: false, message: `the secret file ${JSON.stringify(path)} ${what}` });
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return refuse('is not a file');
    if (stat.size > MAX_SECRET_BYTES) return refuse(`is too large: at most ${MAX_SECRET_BYTES} bytes`);
    const value = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    return value === '' ? refuse('is empty') : { ok: true, value };
  } catch (cause) {
    // only the code: the system's message repeats the path, and a code is what people search for
    const code = isRecord(cause) && typeof cause['code'] === 'string' ? cause['code'] : 'unknown error';
    return refuse(`cannot be read (${code}): check path and rights`);
  }
}

/** A reference to a secret and where it stands in the configuration. */
export interface PlacedSecret {
  readonly path: string;
  readonly reference: SecretReference;
}

/** Every reference to a secret in a configuration, in its order. */
export function secretReferences(config: Config): readonly PlacedSecret[] {
  const found: PlacedSecret[] = [];
  for (const part of ['loki', 'prometheus', 'serve', 'slack', 'receivers'] as const) collect(config[part], [part], found);
  return found;
}

const REFERENCE_KEYS = ['password', 'token', 'ingest_token', 'signing_secret', 'webhook_url', 'routing_key'];

function collect(value: unknown, path: readonly PropertyKey[], found: PlacedSecret[]): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      collect(item, [...path, index], found);
    });
    return;
  }
  if (!isRecord(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (REFERENCE_KEYS.includes(key) && isRecord(item)) found.push({ path: formatPath([...path, key]), reference: item });
    else collect(item, [...path, key], found);
  }
}

/** References that cannot be used on AWS, where only SSM and Secrets Manager are accepted; each with what to do. */
export function secretsNotForAws(config: Config): readonly { readonly path: string; readonly message: string }[] {
  return secretReferences(config)
    .filter(({ reference }) => reference.ssm === undefined && reference.secretsmanager === undefined)
    .map(({ path }) => ({
      path,
      message: 'on AWS a secret is {ssm: NAME} or {secretsmanager: NAME}: environment variables and files are not deployed',
    }));
}
