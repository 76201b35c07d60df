import { readFileSync } from 'node:fs';
import { DriftwireError } from '../core/errors.ts';
import type { HttpTls } from './http.ts';

/**
 * Whom to believe, from what users write under `tls`.
 *
 * @throws DriftwireError `DW_CONFIG_INVALID` when the file of the certificate authority cannot be read or is none.
 */
export function tlsOf(
  settings: { readonly ca_file?: string | undefined; readonly insecure_skip_verify: boolean } | undefined,
): HttpTls | undefined {
  if (settings === undefined) return undefined;
  const { ca_file: file, insecure_skip_verify: insecure } = settings;
  return file === undefined ? { insecure } : { insecure, ca: authorityIn(file) };
}

function authorityIn(file: string): string {
  const refuse = (what: string, cause?: unknown): never => {
    throw new DriftwireError('DW_CONFIG_INVALID', `the certificate file ${JSON.stringify(file)} ${what}`, { cause });
  };
  try {
    const text = readFileSync(file, 'utf8');
    return text.includes('-----BEGIN CERTIFICATE-----') ? text : refuse('holds no certificate in PEM form');
  } catch (cause) {
    if (cause instanceof DriftwireError) throw cause;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    return refuse(`cannot be read (${code}): check path and rights`, cause);
  }
}
