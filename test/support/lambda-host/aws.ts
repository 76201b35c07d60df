/** Calls of AWS that the host and its tests make of the emulator, where no client is a dependency of the project. */

export const REGION = 'eu-west-1';
export const ACCOUNT = '123456789012';
export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' } as const;

/** What a client of the SDK is made with. */
export function clientOptions(endpoint: string): {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
} {
  return { endpoint, region: REGION, credentials: CREDENTIALS };
}

/** One call of a service that speaks REST or the query protocol; gives the answer's text. */
export async function callAws(
  endpoint: string,
  service: string,
  path: string,
  { method = 'GET', body }: { readonly method?: string; readonly body?: string } = {},
): Promise<string> {
  const answer = await fetch(`${endpoint}${path}`, {
    method,
    headers: {
      // the emulator finds service and region in it, and checks no signature
      authorization: `AWS4-HMAC-SHA256 Credential=test/20261121/${REGION}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
      'content-type': service === 'lambda' ? 'application/json' : 'application/x-www-form-urlencoded',
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${service} ${method} ${path}: ${answer.status} ${text.slice(0, 500)}`);
  return text;
}

/** One call of Kinesis, whose client speaks HTTP/2, which the emulator does not. `Data` is base64. */
export async function callKinesis(endpoint: string, action: string, body: object): Promise<unknown> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `Kinesis_20131202.${action}`,
      authorization: `AWS4-HMAC-SHA256 Credential=test/20261121/${REGION}/kinesis/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`kinesis ${action}: ${answer.status} ${text.slice(0, 500)}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
