/**
 * The single values `driftwire.yaml` is made of: account ids, names, globs, addresses, dates, secret references.
 * Every message says what is wrong, what is allowed and what to write instead, because it is all that the reader sees.
 */
import * as z from 'zod';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being refused.
const CONTROL = /[\u0000-\u001f\u007f]/;
const ACCOUNT_ID = /^\d{12}$/;
const MAX_TEXT = 1024;

/** What is said about an account id that YAML read as a number. */
export const NUMBER_ACCOUNT_ID =
  'account id without quotes: YAML reads a number and drops leading zeros; write it as a quoted string of 12 digits';

/** An AWS account id: a string of 12 digits. */
export const accountId = z
  .string({ error: (issue) => (typeof issue.input === 'number' ? NUMBER_ACCOUNT_ID : undefined) })
  .regex(ACCOUNT_ID, 'not an account id: exactly 12 digits, as a quoted string such as "111122223333"')
  .describe('AWS account id: 12 digits, quoted.');

/** A short piece of text without control characters. */
export const text = z
  .string()
  .min(1, 'empty: write some text or leave the key out')
  .max(MAX_TEXT, `too long: at most ${MAX_TEXT} characters`)
  .refine((value) => !CONTROL.test(value), 'control characters are not allowed here');

/** A pattern of `*` and `?`, anchored at both ends and case-sensitive. */
export const glob = text.refine(
  (value) => value === value.trim(),
  'white space at the beginning or the end of a pattern never matches: remove it',
);

const IAM_NAME = /^[\w+=,.@*?-]+$/;

function iamNameGlob(kind: 'role' | 'user') {
  return glob.superRefine((value, context) => {
    if (IAM_NAME.test(value)) return;
    const hint = value.includes('/')
      ? `give the ${kind}'s name alone, without ARN or path (the last part after "/")`
      : 'letters, digits, _ + = , . @ - and the wildcards * and ? are allowed; [...] and {...} are no wildcards here';
    context.addIssue({ code: 'custom', message: `not the name of an IAM ${kind}: ${hint}` });
  });
}

/** Pattern over IAM role names. */
export const roleGlob = iamNameGlob('role');

/** Pattern over IAM user names. */
export const userGlob = iamNameGlob('user');

const SERVICE_ACCOUNT = /^[a-z0-9*?.-]+\/[a-z0-9*?.-]+$/;

/** Pattern `namespace/name` over Kubernetes service accounts. */
export const serviceAccountGlob = glob.superRefine((value, context) => {
  if (SERVICE_ACCOUNT.test(value)) return;
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(value) ?? [];
  const hint =
    namespace === undefined ? 'write namespace/name, such as argocd/argocd-application-controller' : `write ${namespace}/${name}`;
  context.addIssue({ code: 'custom', message: `not a service account: ${hint}` });
});

/** Pattern over host and path of an OIDC or SAML provider. */
export const identityProviderGlob = glob.superRefine((value, context) => {
  if (!/^(?:arn:|https?:)/i.test(value)) return;
  context.addIssue({
    code: 'custom',
    message: 'write the provider as in the tail of its ARN: host and path, such as token.actions.githubusercontent.com',
  });
});

/** A calendar day, `YYYY-MM-DD`. */
export const day = z
  .string({ error: (issue) => (issue.input === undefined ? undefined : 'not a date: write YYYY-MM-DD, such as 2027-03-31') })
  .refine((value) => isDay(value), 'not a date: write a day of the calendar as YYYY-MM-DD, such as 2027-03-31');

function isDay(value: string): boolean {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value) ?? [];
  if (year === undefined) return false;
  const time = new Date(Date.UTC(Number(year), Number(month) - 1, Number(date)));
  return time.toISOString().startsWith(value);
}

/** An http or https address without credentials in it. */
export const httpUrl = z.string().superRefine((value, context) => {
  const refuse = (message: string) => context.addIssue({ code: 'custom', message });
  if (!URL.canParse(value)) return refuse('not an address: write http://HOST[:PORT][/PATH] or https://...');
  const url = new URL(value);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return refuse(`${url.protocol} is not supported: use http: or https:`);
  if (url.username !== '' || url.password !== '') {
    return refuse(
      'credentials inside an address end up in logs: put the name under username and the password as a reference under password',
    );
  }
  if (url.hash !== '') return refuse('a fragment (#...) is never sent: remove it');
});

/** What Parameter Store takes as a name, of which a path begins with a slash; a version after it would be another resource in a policy (API reference, PutParameter, read 2026-11). */
const PARAMETER_NAME = /^(?:[\w.-]+|(?:\/[\w.-]+)+|arn:aws[a-z-]*:ssm:[a-z0-9-]+:\d{12}:parameter\/[\w./-]+)$/;
/** What Secrets Manager takes as a name (API reference, CreateSecret, read 2026-11). */
const SECRET_NAME = /^(?:[\w/+=.@-]+|arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+)$/;

const SECRET_KEYS = ['env', 'file', 'ssm', 'secretsmanager'] as const;

/** Said instead of a secret that was written into the file. */
export const LITERAL_SECRET =
  'a secret does not belong in this file: refer to it with {env: NAME}, {file: PATH}, {ssm: NAME} or {secretsmanager: NAME}';

/** A reference to a secret; exactly one of the keys says where it lives. */
export const secret = z
  .strictObject(
    {
      env: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'not the name of an environment variable: letters, digits and _, such as LOKI_PASSWORD')
        .describe('Name of an environment variable.')
        .optional(),
      file: text.describe('Path of a file that holds the secret and nothing else (a line end after it is ignored).').optional(),
      ssm: text
        .regex(
          PARAMETER_NAME,
          'not the name of a parameter: letters, digits, ".", "-" and "_", in a path that begins with "/", such as /driftwire/slack-token; or its ARN',
        )
        .describe('Name of an SSM parameter (SecureString); the only kinds allowed on AWS are this one and the next.')
        .optional(),
      secretsmanager: text
        .regex(SECRET_NAME, 'not the name of a secret: letters, digits and /_+=.@- only, such as driftwire/slack-token; or its ARN')
        .describe('Name or ARN of a Secrets Manager secret.')
        .optional(),
    },
    { error: (issue) => (issue.code === 'invalid_type' && issue.input !== undefined ? LITERAL_SECRET : undefined) },
  )
  .superRefine(
    (value, context) => {
      if (!isRecord(value)) return;
      const given = SECRET_KEYS.filter((key) => value[key] !== undefined);
      if (given.length === 1) return;
      const found = given.length === 0 ? 'none is given' : `${given.join(' and ')} are given`;
      context.addIssue({ code: 'custom', message: `exactly one of ${SECRET_KEYS.join(', ')} says where the secret lives: ${found}` });
    },
    { when: always },
  )
  .meta({ oneOf: SECRET_KEYS.map((key) => ({ required: [key] })) })
  .describe('Reference to a secret: exactly one of `env`, `file`, `ssm`, `secretsmanager`. A literal is refused.');

/** Where a secret lives, as the configuration says it. */
export type SecretReference = z.output<typeof secret>;

/** The priorities as they are written in configuration files, worst first. */
export const PRIORITY_WORDS = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'informational', 'debug'] as const;

/** A priority threshold; this priority and worse ones pass. */
export const priority = z.enum(PRIORITY_WORDS);

/** A Slack channel: `#name` or its id. */
export const slackChannel = z
  .string()
  .regex(
    /^(?:#[^\s#@<>&,]{1,80}|[CGD][A-Z0-9]{6,})$/,
    'not a channel: write "#name" (in quotes, # begins a comment) or its id such as C0123456789',
  );

/** Name of an AWS region; government, China and isolated partitions included. */
export const region = z.string().regex(/^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/, 'not the name of an AWS region, such as eu-west-1');

/** True whatever the value: lets a cross-field rule run although a field is wrong, so that all problems show at once. */
export function always(): boolean {
  return true;
}

/** Tells a plain object from anything else; a cross-field rule may see any value. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
