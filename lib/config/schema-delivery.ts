/** Where findings go: Loki, Prometheus, Slack, other receivers, and the embedded server. */
import * as z from 'zod';
import { accountId, always, glob, httpUrl, isRecord, priority, region, secret, slackChannel, text } from './schema-values.ts';

/** What a Loki entry carries beside its labels; `loki.labels` may promote any of these. */
export const LOKI_METADATA = [
  'user',
  'verb',
  'kind',
  'namespace',
  'name',
  'rule',
  'priority',
  'class',
  'hand',
  'channel',
  'region',
  'service',
  'action',
  'event_id',
] as const;

const tenant = text
  .regex(/^[A-Za-z0-9!_.*'()-]{1,150}$/, "not a tenant: letters, digits and ! - _ . * ' ( ), at most 150")
  .describe('Tenant, sent as `X-Scope-OrgID`.');
const timeoutSeconds = z.number().min(1).max(300).default(10).describe('Longest time one request may take, in seconds.');

const tls = z
  .strictObject({
    ca_file: text.optional().describe("File with the certificates (PEM) to trust instead of the system's."),
    insecure_skip_verify: z
      .boolean()
      .default(false)
      .describe('Take any certificate. For first steps only: anybody on the way can read and change what is sent.'),
  })
  .optional()
  .describe('Whom to believe on `https:` connections.');

const httpAuth = {
  tenant: tenant.optional(),
  username: text.optional().describe('User name for basic authentication (for Grafana Cloud the numeric instance id).'),
  password: secret.optional().describe('Password for basic authentication, as a reference.'),
  token: secret.optional().describe('Bearer token, as a reference; instead of username and password.'),
  timeout_seconds: timeoutSeconds,
  tls,
} as const;

function checkAuth(value: unknown, context: z.RefinementCtx): void {
  if (!isRecord(value)) return;
  const has = (key: string) => value[key] !== undefined;
  if (has('username') !== has('password')) {
    const missing = has('username') ? 'password' : 'username';
    context.addIssue({ code: 'custom', message: `basic authentication needs username and password: ${missing} is missing` });
  }
  const ways = [has('token'), has('username') || has('password'), has('sigv4')].filter(Boolean).length;
  if (ways > 1)
    context.addIssue({
      code: 'custom',
      message: 'several ways to authenticate are given: choose one of username with password, token, sigv4',
    });
}

/** The Loki that keeps the record. */
export const loki = z
  .strictObject({
    url: httpUrl.describe('Address of Loki; `/loki/api/v1/push` is appended where it is missing.'),
    ...httpAuth,
    labels: z
      .array(z.enum(LOKI_METADATA))
      .max(6)
      .default([])
      .describe('Structured metadata to promote to stream labels. Each value makes streams of its own: promote few.'),
    structured_metadata: z
      .boolean()
      .default(true)
      .describe('Set to false for a Loki before 3.0: what would be metadata becomes the first member of the line, `driftwire`.'),
  })
  .superRefine(checkAuth, { when: always });

const remoteWrite = z
  .strictObject({
    url: httpUrl.describe('Full address of the remote-write endpoint.'),
    protocol: z
      .enum(['1.0', '2.0'])
      .default('1.0')
      .describe('Version of the remote-write protocol; 2.0 falls back where the receiver refuses it.'),
    ...httpAuth,
    sigv4: z
      .strictObject({ region: region.describe('Region of the workspace.') })
      .optional()
      .describe('Sign requests for Amazon Managed Service for Prometheus.'),
  })
  .superRefine(checkAuth, { when: always });

/** The Prometheus that gets the counts. */
export const prometheus = z.strictObject({
  remote_write: remoteWrite.describe('Where the totals are written once a minute.'),
});

const listen = z.string().superRefine((value, context) => {
  if (isAddress(value)) return;
  context.addIssue({ code: 'custom', message: 'not an address to listen on: write HOST:PORT, such as 127.0.0.1:8787 or [::1]:8787' });
});

function isAddress(value: string): boolean {
  const [, port] = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):(\d{1,5})$/.exec(value) ?? [];
  return port !== undefined && Number(port) <= 65535;
}

/** True for an address that only this machine can reach. */
export function isLoopback(address: string): boolean {
  const host = address.slice(0, address.lastIndexOf(':'));
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** `driftwire serve`. */
export const serve = z
  .strictObject({
    listen: listen.default('127.0.0.1:8787').describe('Address and port of the board, the metrics and the webhooks.'),
    state_dir: text.default('.driftwire').describe('Folder of the store; made if it is not there.'),
    ingest_token: secret
      .optional()
      .describe('Bearer token that senders must show; required as soon as `listen` is not a loopback address.'),
    follow: z
      .array(
        z.strictObject({
          path: text.describe('File or folder to follow, across rotation.'),
          cluster: glob.optional().describe('Cluster that Kubernetes audit events of this file belong to.'),
        }),
      )
      .default([])
      .describe('Log files to follow.'),
  })
  .superRefine(
    (value, context) => {
      if (!isRecord(value)) return;
      const address = value['listen'];
      if (typeof address !== 'string' || !isAddress(address) || isLoopback(address) || value['ingest_token'] !== undefined) return;
      context.addIssue({
        code: 'custom',
        path: ['ingest_token'],
        message:
          'required because listen is not a loopback address: anybody who reaches it could post events; refer to a token or listen on 127.0.0.1',
      });
    },
    { when: always },
  );

/** An address that people follow: it may name a place within its page, and goes into a message as it is. */
const pageUrl = z
  .string()
  .max(500, 'too long: at most 500 characters')
  .superRefine((value, context) => {
    const [page = ''] = value.split('#');
    const problem = httpUrl.safeParse(page).error?.issues[0];
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem.message });
    else if (/[\s<>|"\\^`]/.test(value)) context.addIssue({ code: 'custom', message: 'blanks and < > | " \\ ^ ` must be percent-encoded' });
  });

const slackRoute = z
  .strictObject({
    match: z
      .strictObject({
        priority: priority.optional().describe('This priority or a worse one.'),
        tags: z.array(text).min(1).optional().describe("At least one of them is a tag of one of the event's rules."),
        account: accountId.optional(),
        cluster: glob.optional().describe('Name of the cluster.'),
      })
      .describe('All that is given must hold.'),
    channel: slackChannel.describe('Channel for what matches.'),
  })
  .superRefine(
    (value, context) => {
      if (!isRecord(value) || !isRecord(value['match']) || Object.keys(value['match']).length > 0) return;
      context.addIssue({ code: 'custom', path: ['match'], message: 'matches everything: name what it is for, or use slack.channel' });
    },
    { when: always },
  );

const slackActions = z
  .strictObject({
    allow_users: z
      .array(
        z
          .string()
          .regex(
            /^[UW][A-Z0-9]{2,20}$/,
            'not a member\'s id: U or W and capitals and digits, as in "Copy member ID" of a profile in Slack',
          ),
      )
      .max(500)
      .default([])
      .describe('Ids of people, such as `U012ABCDEF`.'),
    allow_usergroups: z
      .array(z.string().regex(/^S[A-Z0-9]{2,20}$/, 'not the id of a user group: S and capitals and digits, such as S012ABCDEF'))
      .max(20)
      .default([])
      .describe('Ids of user groups, such as `S012ABCDEF`; the app needs the scope `usergroups:read` to see who is in them.'),
  })
  .superRefine(
    (value, context) => {
      if (!isRecord(value)) return;
      const given = [value['allow_users'], value['allow_usergroups']];
      if (given.some((list) => Array.isArray(list) && list.length > 0)) return;
      context.addIssue({
        code: 'custom',
        message: 'nobody is named: give allow_users or allow_usergroups, or leave actions out to let everybody in the channel press',
      });
    },
    { when: always },
  );

/** Slack, for people. */
export const slack = z
  .strictObject({
    token: secret.optional().describe('Bot token (xoxb-...), as a reference: threads, updates, buttons.'),
    webhook_url: secret.optional().describe('Incoming webhook, as a reference: plain messages only. Instead of `token`.'),
    signing_secret: secret.optional().describe('Signing secret of the app, as a reference; needed for buttons.'),
    channel: slackChannel.optional().describe('Channel for findings whose account names none; needed with `token`.'),
    window_minutes: z
      .number()
      .int()
      .min(1)
      .max(240)
      .default(15)
      .describe('Findings of one person within this time share one message, in minutes.'),
    incidents_per_minute: z
      .number()
      .int()
      .min(1)
      .max(60)
      .default(20)
      .describe('New incidents a minute and channel that get a message of their own; more are told together as one digest.'),
    minimum_priority: priority.default('debug').describe('Findings below this priority are not sent.'),
    routes: z.array(slackRoute).max(100).default([]).describe('Channels for some of the findings; the first route that matches wins.'),
    links: z
      .strictObject({
        grafana_url: httpUrl
          .optional()
          .describe("Base address of Grafana: messages link to the person's events in Explore. Needs `loki`, which is what Explore reads."),
        loki_datasource: text
          .max(60)
          .regex(/^[A-Za-z0-9_.-]+$/, 'not the uid of a data source: letters, digits, _ . -')
          .default('loki')
          .describe('Id (uid) of the Loki data source in Grafana.'),
        runbook_url: pageUrl
          .optional()
          .describe(
            'Address of your runbook; `{rule}` in it stands for the name of the rule as the anchor of a heading, such as `manual-aws-change`.',
          ),
      })
      .default({ loki_datasource: 'loki' })
      .describe('Where links in messages lead to, beside the AWS console.'),
    actions: slackActions.optional().describe('Who may press the buttons; everybody in the channel, if it is left out.'),
    api_url: httpUrl.optional().describe('Another Slack API address (tests, proxies).'),
  })
  .superRefine(
    (value, context) => {
      if (!isRecord(value)) return;
      const lacking = (['token', 'signing_secret'] as const).filter((key) => value[key] === undefined);
      if (value['actions'] !== undefined && lacking.length > 0) {
        context.addIssue({
          code: 'custom',
          path: ['actions'],
          message: `there are no buttons without token and signing_secret: ${lacking.join(' and ')} ${lacking.length === 1 ? 'is' : 'are'} missing`,
        });
      }
      const given = (['token', 'webhook_url'] as const).filter((key) => value[key] !== undefined);
      if (given.length !== 1) {
        context.addIssue({
          code: 'custom',
          message: `exactly one of token and webhook_url is needed: ${given.length === 0 ? 'none is' : 'both are'} given`,
        });
      }
      if (value['token'] !== undefined && value['channel'] === undefined) {
        context.addIssue({
          code: 'custom',
          path: ['channel'],
          message: 'required with token: the channel for findings whose account names none, such as "#drift"',
        });
      }
    },
    { when: always },
  );

const anyReceiver = {
  name: text.optional().describe('Name of the receiver in metrics and messages; the type, if it is not given.'),
  minimum_priority: priority.default('debug').describe('Findings below this priority are not sent.'),
} as const;

/** Receivers beside Slack. */
export const receiver = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('webhook').describe('Findings as JSON, posted to any address.'),
    ...anyReceiver,
    url: httpUrl.describe('Address to post to.'),
    token: secret.optional().describe('Bearer token, as a reference.'),
    timeout_seconds: timeoutSeconds,
    tls,
  }),
  z.strictObject({
    type: z.literal('discord').describe('A Discord channel.'),
    ...anyReceiver,
    webhook_url: secret.describe('Webhook of the channel, as a reference: who knows it can post.'),
    timeout_seconds: timeoutSeconds,
  }),
  z.strictObject({
    type: z.literal('pagerduty').describe('PagerDuty, Events API v2.'),
    ...anyReceiver,
    routing_key: secret.describe('Integration key of the service, as a reference.'),
    url: httpUrl.default('https://events.pagerduty.com').describe('Base address of the Events API.'),
    timeout_seconds: timeoutSeconds,
  }),
  z.strictObject({
    type: z.literal('sns').describe('An Amazon SNS topic.'),
    ...anyReceiver,
    topic_arn: text
      .regex(
        /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+(?:\.fifo)?$/,
        'not the ARN of a topic, such as arn:aws:sns:eu-west-1:111122223333:drift',
      )
      .describe('ARN of the topic.'),
  }),
  z
    .strictObject({
      type: z.literal('alertmanager').describe('A Prometheus Alertmanager, so that its routes and silences apply.'),
      ...anyReceiver,
      url: httpUrl.describe('Base address of the Alertmanager.'),
      username: text.optional().describe('User name for basic authentication.'),
      password: secret.optional().describe('Password for basic authentication, as a reference.'),
      token: secret.optional().describe('Bearer token, as a reference; instead of username and password.'),
      timeout_seconds: timeoutSeconds,
      tls,
      resolve_after_minutes: z
        .number()
        .int()
        .min(1)
        .max(1440)
        .default(15)
        .describe(
          'A finding is a point in time: its alert fires for so long, in minutes. Keep it above `group_wait` and `group_interval`.',
        ),
    })
    .superRefine(checkAuth, { when: always }),
]);
