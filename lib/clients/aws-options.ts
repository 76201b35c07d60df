/** What all clients of AWS have in common: where the service is, and how long to wait for it. */

/** Where and how to reach AWS; without anything the environment says it, as in a Lambda function. */
export interface AwsOptions {
  readonly region?: string;
  /** Another address of the service (tests, private endpoints). */
  readonly endpoint?: string;
  /** Longest wait for an answer, in ms. */
  readonly timeoutMs?: number;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Longest time for a connection and for an answer, in ms: AWS answers such calls in tens, and a caller has its own limit. */
const CONNECTION_MS = 2_000;
const ANSWER_MS = 5_000;

/** What the constructor of a client takes. */
export interface ClientSettings extends Omit<AwsOptions, 'timeoutMs'> {
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: boolean;
  };
}

/** Settings of a client. Connections are kept alive and failed calls are repeated twice: both are the SDK's own defaults. */
export function settingsOf({ timeoutMs = ANSWER_MS, ...options }: AwsOptions): ClientSettings {
  // Without the last of these a request that takes too long is only warned about.
  return { ...options, requestHandler: { connectionTimeout: CONNECTION_MS, requestTimeout: timeoutMs, throwOnRequestTimeout: true } };
}
