/** Settings of the deployment on AWS, read at synth and at cold start. */
import * as z from 'zod';
import { accountId, always, isRecord, region, text } from './schema-values.ts';

const organization = z.string().regex(/^o-[a-z0-9]{3,32}$/, 'not the id of an organisation, such as o-abc1234567');

const collectors = z
  .strictObject({
    organization: organization.optional().describe('Every account of this organisation may send.'),
    accounts: z.array(accountId).min(1, 'empty list: nobody may send').optional().describe('These accounts may send.'),
  })
  .superRefine(
    (value, context) => {
      if (!isRecord(value)) return;
      const given = (['organization', 'accounts'] as const).filter((key) => value[key] !== undefined).length;
      if (given === 1) return;
      context.addIssue({
        code: 'custom',
        message: `exactly one of organization and accounts says who may send: ${given === 0 ? 'none is' : 'both are'} given`,
      });
    },
    { when: always },
  )
  .meta({ oneOf: [{ required: ['organization'] }, { required: ['accounts'] }] });

/** Days that CloudWatch Logs can keep a group (API reference, PutRetentionPolicy, read 2026-11). */
const LOG_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653] as const;

const arnOf = (service: string, rest: string, example: string) =>
  text.regex(new RegExp(`^arn:aws[a-z-]*:${service}:${rest}$`), `not such an ARN: write it as in ${example}`);

const topicArn = arnOf('sns', '[a-z0-9-]+:\\d{12}:[\\w-]+', 'arn:aws:sns:eu-west-1:111122223333:on-call');
const keyArn = arnOf(
  'kms',
  '[a-z0-9-]+:\\d{12}:key/[\\w-]+',
  'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
);

const eks = z.strictObject({
  log_groups: z
    .array(text.max(512).regex(/^[\w./#-]+$/, 'not the name of a log group, such as /aws/eks/demo/cluster'))
    .min(1, 'empty list: name a log group or leave eks out')
    .refine((groups) => new Set(groups).size === groups.length, 'a log group stands here twice: remove one')
    .describe('Control plane log groups to subscribe to, such as `/aws/eks/demo/cluster`. They must be there already.'),
  through: z
    .enum(['lambda', 'kinesis'])
    .default('lambda')
    .describe(
      '`lambda`: the subscription calls the function; `kinesis`: over a stream, for clusters with hundreds of GB a day (about 29 USD a month more).',
    ),
  truncated_lines: z
    .boolean()
    .default(false)
    .describe(
      'Also subscribe to lines that CloudWatch cut, which no pattern for JSON matches. Takes the second of the two subscriptions a log group has.',
    ),
});

const cloudtrail = z
  .strictObject({
    bucket: z
      .string()
      .regex(
        /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
        'not the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens, no s3:// before it',
      )
      .describe('Bucket of the existing trail.'),
    account: accountId
      .optional()
      .describe('Account of the bucket, if it is not the one that is deployed to. Looked at with `notices: s3` only.'),
    prefix: text.optional().describe('Key prefix of the trail, before `AWSLogs/`.'),
    notices: z
      .enum(['eventbridge', 's3', 'sns'])
      .default('eventbridge')
      .describe(
        'How new objects are announced. `eventbridge`: the bucket sends its events there (a switch on the bucket); `s3`: a notification of the bucket to the queue `ObjectsQueueArn`; `sns`: the topic `topic_arn`.',
      ),
    topic_arn: topicArn.optional().describe('Topic that announces new objects; needed with `notices: sns`.'),
    kms_key_arn: keyArn.optional().describe("Key that the trail's objects are encrypted with, if it is not S3's own."),
  })
  .superRefine(
    (value, context) => {
      if (!isRecord(value)) return;
      const given = value['topic_arn'] !== undefined;
      if (given === (value['notices'] === 'sns')) return;
      const message = given ? 'only with notices: sns; remove it or change notices' : 'required with notices: sns';
      context.addIssue({ code: 'custom', path: ['topic_arn'], message });
    },
    { when: always },
  );

const alarms = z.strictObject({
  enabled: z.boolean().default(true).describe('Each metric that an alarm watches costs 0.10 USD a month (docs/deploy/cost.md).'),
  topic_arn: topicArn.optional().describe('Existing topic that alarms are sent to; without it they only show in CloudWatch.'),
});

/** `aws:` */
export const aws = z
  .strictObject({
    mode: z
      .enum(['standalone', 'collector', 'processor'])
      .default('standalone')
      .describe('`standalone`: everything in one account; `collector`: forwards to a processor; `processor`: receives from collectors.'),
    processor: z
      .strictObject({ account: accountId.describe('Account of the processor.') })
      .optional()
      .describe('Where a collector sends; needed with `mode: collector`.'),
    collectors: collectors.optional().describe('Who may send to a processor; needed with `mode: processor`.'),
    region: region
      .optional()
      .describe('Region to deploy to. Without it: the one your AWS profile or `AWS_REGION` says. Needed with `forward_regions`.'),
    forward_regions: z
      .array(region)
      .min(1, 'empty list: name a region or leave the key out')
      .refine((regions) => new Set(regions).size === regions.length, 'a region stands here twice: remove one')
      .optional()
      .describe(
        'Other regions whose events are forwarded to this one, each by a small stack of its own. `us-east-1` has IAM, the global STS and sign-ins; sign-ins by an account alias are in `us-east-2`, `eu-north-1` and `ap-southeast-2`.',
      ),
    eks: eks.optional().describe('EKS audit logs.'),
    cloudtrail: cloudtrail.optional().describe("Also read the existing trail's objects."),
    webhook: z
      .boolean()
      .default(false)
      .describe(
        'A public address for Alertmanager, Falco and Kubernetes audit webhooks; they show `serve.ingest_token`. With `slack.signing_secret` the address is there anyway, for buttons.',
      ),
    reconcile: z
      .boolean()
      .default(true)
      .describe(
        'Ask CloudTrail and CloudWatch Logs every hour for what the stream may have missed. Off for accounts with more than about 10 changes a second.',
      ),
    alarms: alarms.default({ enabled: true }).describe('Alarms about Driftwire itself.'),
    dashboard: z.boolean().default(true).describe('A CloudWatch dashboard (an account has three for nothing, then 3 USD a month each).'),
    xray: z.boolean().default(false).describe('Trace the functions with X-Ray.'),
    log_retention_days: z.literal(LOG_DAYS).default(30).describe("Days to keep the functions' own logs."),
    reserve_concurrency: z
      .boolean()
      .default(true)
      .describe(
        'Reserve concurrency where a single writer is promised. Off only for accounts that have none to reserve (new ones with a limit of 10).',
      ),
    secrets_key_arn: keyArn.optional().describe("Key that the secrets are encrypted with, if it is not the service's own."),
    termination_protection: z.boolean().default(false).describe('Refuse to delete the stack until this is off again.'),
    tags: z
      .record(z.string().regex(/^(?!aws:)[\w\s.:/=+@-]{1,128}$/i, 'not the key of a tag, or one that begins with aws:'), text.max(256))
      .default({})
      .describe('Tags for every resource.'),
  })
  .superRefine(checkMode, { when: always });

function checkMode(value: unknown, context: z.RefinementCtx): void {
  if (!isRecord(value)) return;
  const partners = [
    { key: 'processor', mode: 'collector', needed: 'the account that takes the events, such as { account: "444455556666" }' },
    {
      key: 'collectors',
      mode: 'processor',
      needed: 'who may send, such as { organization: o-abc1234567 } or { accounts: ["111122223333"] }',
    },
  ] as const;
  for (const { key, mode, needed } of partners) {
    const given = value[key] !== undefined;
    if (given === (value['mode'] === mode)) continue;
    const message = given ? `only with mode: ${mode}; remove it or change the mode` : `required with mode: ${mode}: ${needed}`;
    context.addIssue({ code: 'custom', path: [key], message });
  }
  for (const key of ['eks', 'cloudtrail', 'forward_regions'] as const) {
    if (value['mode'] !== 'collector' || value[key] === undefined) continue;
    const message = 'a collector only forwards events of its own region: configure this in the processor, or use mode: standalone here';
    context.addIssue({ code: 'custom', path: [key], message });
  }
  if (value['forward_regions'] !== undefined && value['region'] === undefined) {
    context.addIssue({ code: 'custom', path: ['region'], message: 'required with forward_regions: the region that they forward to' });
  }
  if (Array.isArray(value['forward_regions']) && value['forward_regions'].includes(value['region'])) {
    context.addIssue({ code: 'custom', path: ['forward_regions'], message: 'names the region of the deployment itself: remove it there' });
  }
}

/** Settings of a deployment, every default filled in. */
export type AwsSettings = z.output<typeof aws>;

/** The settings of somebody who wrote none. */
export function defaultAwsSettings(): AwsSettings {
  return aws.parse({});
}
