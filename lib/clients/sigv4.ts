/**
 * Signature version 4 over `@smithy/signature-v4`, for receivers on AWS. Each request is signed as it is sent, compressed, and
 * anew on each repeat: a signature holds its time and AWS takes it for five minutes.
 *
 * @see https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-onboard-ingest-metrics.html (read 2026-11-20)
 */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

/** Credentials as AWS gives them out; those of a role end. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Asked before each signature; keeps and renews what it has found. */
export type AwsCredentialSource = () => Promise<AwsCredentials>;

/** For whom requests are signed. */
export interface SignerOptions {
  readonly region: string;
  /** The name in the signature, which is not always the one in the address: `aps` for Amazon Managed Service for Prometheus. */
  readonly service: string;
  readonly credentials: AwsCredentialSource;
}

/** What of a request is signed. */
export interface SignedParts {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Signs requests. */
export class RequestSigner {
  readonly #signer: SignatureV4;

  constructor({ region, service, credentials }: SignerOptions) {
    this.#signer = new SignatureV4({ region, service, credentials: () => credentials().then(withoutUndefined), sha256: NodeSha256 });
  }

  /**
   * The headers to send: those given and those that sign them.
   *
   * @param nowMs - Time of the signature, in ms since 1970.
   * @throws When no credentials are found; the message is the AWS SDK's.
   */
  async sign({ method, url, headers, body }: SignedParts, nowMs: number): Promise<Readonly<Record<string, string>>> {
    const { protocol, hostname, port, host, pathname, searchParams } = new URL(url);
    const query: Record<string, string | string[]> = Object.create(null);
    for (const name of new Set(searchParams.keys())) query[name] = searchParams.getAll(name);
    const request = {
      method,
      protocol,
      hostname,
      ...(port === '' ? {} : { port: Number(port) }),
      path: pathname,
      query,
      headers: { ...headers, host },
      body,
    };
    return (await this.#signer.sign(request, { signingDate: new Date(nowMs) })).headers;
  }
}

function withoutUndefined({ accessKeyId, secretAccessKey, sessionToken }: AwsCredentials) {
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

/** The digest that the signer asks for, over Node's own. */
class NodeSha256 {
  readonly #secret: Uint8Array | string | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret === undefined || typeof secret === 'string' ? secret : bytesOf(secret);
    this.#hash = this.#fresh();
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof data === 'string' ? data : bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#fresh();
  }

  #fresh(): Hash | Hmac {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret);
  }
}

function bytesOf(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}
