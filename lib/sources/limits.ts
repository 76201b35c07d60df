import type { ReadLimits } from '../core/ports.ts';

/**
 * The bounds on foreign input that hold everywhere unless a caller sets others.
 *
 * - Records: CloudTrail events have at most 256 KB (User Guide, "record contents", read 2026-11-21). An audit event holds the request's and the
 *   response's object, each at most 1.5 MiB (etcd's request limit), and the escaping of a string in an envelope can double that: 8 MiB holds all of them.
 * - Depth: real records are nested up to 20 deep; CustomResourceDefinitions with deep schemas come to about 60.
 * - Inflated size: input is streamed, so this bounds time and not memory. A day's audit log of a very large cluster has some 30 GiB.
 * - Ratio: audit logs are compressed 8 to 20 times, a file of one line repeated for ever about 190 times (deflate copies 258 bytes a step, with an offset),
 *   a file of one character 1030 times. 400 lets the second pass and stops the third.
 * - Envelopes: SQS of SNS of S3 and the like come to 8, arrays counted.
 */
export const DEFAULT_LIMITS: ReadLimits = {
  maxRecordBytes: 8 * 1024 * 1024,
  maxDepth: 200,
  maxInflatedBytes: 64 * 1024 ** 3,
  maxInflationRatio: 400,
  maxEnvelopes: 16,
};

/** Largest inflated size of one payload inside an envelope, which is held in memory whole: a Kinesis record has at most 10 MiB, a Lambda event 6 MB. */
export const MAX_PAYLOAD_BYTES: number = 128 * 1024 * 1024;
