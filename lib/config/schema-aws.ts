/** Settings of the deployment on AWS, read at synth and at cold start. */
import * as z from 'zod';
import { accountId, always, isRecord, text } from './schema-values.ts';

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
    eks: z
      .strictObject({
        log_groups: z
          .array(text.max(512).regex(/^[\w./#-]+$/, 'not the name of a log group, such as /aws/eks/demo/cluster'))
          .min(1, 'empty list: name a log group or leave eks out')
          .describe('Control plane log groups to subscribe to, such as `/aws/eks/demo/cluster`.'),
      })
      .optional()
      .describe('EKS audit logs.'),
    cloudtrail: z
      .strictObject({
        bucket: z
          .string()
          .regex(
            /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
            'not the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens, no s3:// before it',
          )
          .describe('Bucket of the existing trail.'),
        prefix: text.optional().describe('Key prefix of the trail, before `AWSLogs/`.'),
      })
      .optional()
      .describe("Also read the existing trail's objects."),
  })
  .superRefine(checkMode, { when: always });

function checkMode(value: unknown, context: z.RefinementCtx): void {
  if (!isRecord(value)) return;
  const partner = { processor: 'collector', collectors: 'processor' } as const;
  for (const [key, mode] of Object.entries(partner)) {
    const given = value[key] !== undefined;
    if (given === (value['mode'] === mode)) continue;
    const message = given ? `only with mode: ${mode}; remove it or change the mode` : `required with mode: ${mode}`;
    context.addIssue({ code: 'custom', path: [key], message });
  }
}
