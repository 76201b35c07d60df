/** The client of S3; see `aws.ts` for when it is loaded. */
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type AwsOptions, settingsOf } from './aws-options.ts';

/** An object of a bucket. */
export interface ObjectName {
  readonly bucket: string;
  /** As S3 knows it, not URL-encoded. */
  readonly key: string;
}

/** The calls of S3 that Driftwire makes; each rejects with the SDK's own errors. */
export interface S3 {
  /** The bytes of an object, as they come. Reading them may reject with errors of the connection. */
  object(name: ObjectName, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Lets go of connections. */
  close(): void;
}

/** A client of S3. */
export function s3(options: AwsOptions & { readonly forcePathStyle?: boolean } = {}): S3 {
  const { forcePathStyle, ...common } = options;
  // A trail's bucket may be in another region than the function.
  const client = new S3Client({
    ...settingsOf(common),
    followRegionRedirects: true,
    ...(forcePathStyle === undefined ? {} : { forcePathStyle }),
  });
  return {
    object: async ({ bucket, key }, signal) => {
      const { Body: body } = await client.send(
        new GetObjectCommand({ Bucket: bucket, Key: key }),
        signal === undefined ? {} : { abortSignal: signal },
      );
      // In Node the body is a stream; an object without bytes has none.
      return body === undefined ? empty() : (body as AsyncIterable<Uint8Array>);
    },
    close: () => client.destroy(),
  };
}

async function* empty(): AsyncGenerator<Uint8Array> {
  // nothing to give
}
