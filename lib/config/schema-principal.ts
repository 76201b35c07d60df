/** Whose changes are expected (`pipelines`, `workloads`) and whose are always reported (`break_glass`). */
import * as z from 'zod';
import { accountId, always, glob, identityProviderGlob, isRecord, roleGlob, serviceAccountGlob, text, userGlob } from './schema-values.ts';

/** The keys that name a principal; an entry has exactly one. */
export const PRINCIPAL_KEYS = ['role', 'user', 'service_account', 'kubernetes_user'] as const;

/** One declared principal with what narrows it. */
export const principalEntry = z
  .strictObject({
    name: text.describe('Name of the entry; shown as `drift.pipeline` and in `explain`. Unique in its list.'),
    role: roleGlob
      .optional()
      .describe('Principal: IAM role name (glob). Also matches a Kubernetes identity that an IAM role is mapped to.'),
    user: userGlob.optional().describe('Principal: IAM user name (glob). One user shared by a pipeline and a person hides the person.'),
    service_account: serviceAccountGlob.optional().describe('Principal: Kubernetes service account, `namespace/name` (glob).'),
    kubernetes_user: glob
      .optional()
      .describe('Principal: Kubernetes user name (glob). Never matches an identity that carries an IAM ARN in `user.extra`.'),
    accounts: z
      .array(accountId)
      .min(1, 'empty list: matches nothing; leave the key out')
      .optional()
      .describe("Narrows: the caller's account."),
    clusters: z
      .array(glob)
      .min(1, 'empty list: matches nothing; leave the key out')
      .optional()
      .describe(
        'Narrows: the cluster (glob). Known from the log group of the control plane and from `serve.follow`; a bare audit log file does not tell it.',
      ),
    session: glob
      .optional()
      .describe(
        'Narrows: name of the role session (glob). Chosen by whoever assumes the role: it keeps honest use apart, it proves nothing.',
      ),
    source_identity: glob
      .optional()
      .describe('Narrows: source identity (glob). Worth something only where the trust policy of the role enforces it.'),
    identity_provider: identityProviderGlob
      .optional()
      .describe('Narrows: the OIDC or SAML provider that vouched for the session, as in the tail of its ARN (glob, case-insensitive).'),
    namespaces: z
      .array(glob)
      .min(1, 'empty list: matches nothing; leave the key out')
      .optional()
      .describe('Narrows: Kubernetes namespace of the target (glob).'),
    user_agent: glob.optional().describe('Narrows: user agent (glob). Chosen by the caller: it keeps honest use apart, it proves nothing.'),
  })
  .superRefine(
    (entry, context) => {
      if (!isRecord(entry)) return;
      const given = PRINCIPAL_KEYS.filter((key) => entry[key] !== undefined);
      if (given.length === 1) return;
      const found =
        given.length === 0
          ? 'none is given (session, user_agent and the like only narrow an entry; they exempt nobody)'
          : `${given.join(' and ')} are given; make one entry of each`;
      context.addIssue({ code: 'custom', message: `exactly one of ${PRINCIPAL_KEYS.join(', ')} names the principal: ${found}` });
    },
    { when: always },
  )
  .meta({ oneOf: PRINCIPAL_KEYS.map((key) => ({ required: [key] })) });

/** A list of principals with distinct names. */
export const principalEntries = uniqueNames(z.array(principalEntry));

/** Adds to a list the rule that its items' names differ. */
export function uniqueNames<T extends z.ZodType>(list: z.ZodArray<T>): z.ZodArray<T> {
  return list.superRefine(
    (items, context) => {
      if (!Array.isArray(items)) return;
      const seen = new Map<string, number>();
      items.forEach((item: unknown, index) => {
        const name = isRecord(item) ? item['name'] : undefined;
        if (typeof name !== 'string') return;
        const first = seen.get(name);
        if (first === undefined) seen.set(name, index);
        else
          context.addIssue({
            code: 'custom',
            path: [index, 'name'],
            message: `the name "${name}" is taken by item ${first + 1} of this list: choose another`,
          });
      });
    },
    { when: always },
  );
}
