import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../lib/config/load.ts';
import { expiredIgnores } from '../../../lib/config/warnings.ts';

function messages(text: string): readonly string[] {
  return parseConfig(text, 'x').problems.map(({ severity, path, message }) => `${severity} ${path}: ${message}`);
}

/** Each case: what is written, the path it is told at, a part of the message. */
const REFUSED: readonly (readonly [string, string, string])[] = [
  ['pipelines: [{ name: a }]', 'pipelines[0]', 'none is given'],
  ['pipelines: [{ name: a, session: "*" }]', 'pipelines[0]', 'only narrow an entry'],
  ['pipelines: [{ name: a, role: r, user: u }]', 'pipelines[0]', 'role and user are given'],
  ['workloads: [{ role: r }]', 'workloads[0].name', 'required: a string'],
  ['pipelines: [{ name: a, role: r }, { name: a, user: u }]', 'pipelines[1].name', 'taken by item 1'],
  ['pipelines: [{ name: a, role: "" }]', 'pipelines[0].role', 'empty'],
  ['pipelines: [{ name: a, role: " r" }]', 'pipelines[0].role', 'white space'],
  ['pipelines: [{ name: a, role: "a\\u0007" }]', 'pipelines[0].role', 'control characters'],
  ['pipelines: [{ name: a, role: "ops/deploy" }]', 'pipelines[0].role', "the role's name alone"],
  ['pipelines: [{ name: a, role: "gha-[ab]" }]', 'pipelines[0].role', 'are no wildcards here'],
  ['pipelines: [{ name: a, user: "arn:aws:iam::111122223333:user/x" }]', 'pipelines[0].user', "the user's name alone"],
  ['pipelines: [{ name: a, service_account: argocd }]', 'pipelines[0].service_account', 'write namespace/name'],
  ['pipelines: [{ name: a, service_account: "system:serviceaccount:ns:sa" }]', 'pipelines[0].service_account', 'write ns/sa'],
  ['pipelines: [{ name: a, role: r, accounts: [] }]', 'pipelines[0].accounts', 'empty list: matches nothing'],
  ['pipelines: [{ name: a, role: r, identity_provider: "https://x.example.com" }]', 'pipelines[0].identity_provider', 'host and path'],
  ['ignore: [{ name: a, condition: x }]', 'ignore[0].reason', 'required'],
  ['ignore: [{ name: a, reason: r, until: 2027-02-30, condition: x }]', 'ignore[0].until', 'not a date'],
  ['ignore: [{ name: a, reason: r, until: 2027, condition: x }]', 'ignore[0].until', 'not a date'],
  ['ignore: [{ name: a, reason: r, until: soon, condition: x }]', 'ignore[0].until', 'not a date'],
  ['ignore: [{ name: a, reason: r, condition: x }, { name: a, reason: r, condition: y }]', 'ignore[1].name', 'taken by item 1'],
  ['labels: { 1a: x }', 'labels["1a"]', 'not a label name'],
  ['labels: { __a: x }', 'labels.__a', 'reserved by Prometheus and Loki'],
  ['labels: { user: x }', 'labels.user', 'set by Driftwire itself'],
  ['labels: { env: "" }', 'labels.env', 'empty'],
  [`labels: { ${Array.from({ length: 12 }, (_, i) => `l${i}: x`).join(', ')} }`, 'labels', 'at most 10 are left'],
  ['loki: { url: "ftp://a" }', 'loki.url', 'use http: or https:'],
  ['loki: { url: "127.0.0.1" }', 'loki.url', 'not an address'],
  ['loki: { url: "http://u:p@a" }', 'loki.url', 'credentials inside an address'],
  ['loki: { url: "http://a/#b" }', 'loki.url', 'fragment'],
  ['loki: { url: "http://a", tenant: "a b" }', 'loki.tenant', 'not a tenant'],
  ['loki: { url: "http://a", username: u }', 'loki', 'password is missing'],
  ['loki: { url: "http://a", password: {env: A} }', 'loki', 'username is missing'],
  ['loki: { url: "http://a", username: u, password: {env: A}, token: {env: B} }', 'loki', 'several ways to authenticate'],
  ['loki: { url: "http://a", token: hunter2 }', 'loki.token', 'a secret does not belong in this file'],
  ['loki: { url: "http://a", token: 4711 }', 'loki.token', 'a secret does not belong in this file'],
  ['loki: { url: "http://a", token: {} }', 'loki.token', 'none is given'],
  ['loki: { url: "http://a", token: { env: A, file: b } }', 'loki.token', 'env and file are given'],
  ['loki: { url: "http://a", token: { env: "A-B" } }', 'loki.token.env', 'not the name of an environment variable'],
  [
    'prometheus: { remote_write: { url: "http://a", token: {env: A}, sigv4: { region: eu-west-1 } } }',
    'prometheus.remote_write',
    'several ways',
  ],
  [
    'prometheus: { remote_write: { url: "http://a", sigv4: { region: Ireland } } }',
    'prometheus.remote_write.sigv4.region',
    'not the name of an AWS region',
  ],
  ['serve: { listen: "0.0.0.0:80" }', 'serve.ingest_token', 'not a loopback address'],
  ['serve: { listen: "127.0.0.1" }', 'serve.listen', 'write HOST:PORT'],
  ['serve: { listen: "127.0.0.1:70000" }', 'serve.listen', 'write HOST:PORT'],
  ['slack: { channel: "#a" }', 'slack', 'none is given'],
  ['slack: { token: {env: A}, webhook_url: {env: B}, channel: "#a" }', 'slack', 'both are given'],
  ['slack: { token: {env: A} }', 'slack.channel', 'required with token'],
  ['slack: { token: {env: A}, channel: drift }', 'slack.channel', 'not a channel'],
  ['accounts: { "111122223333": { channel: drift } }', 'accounts["111122223333"].channel', 'not a channel'],
  [slackLinks('grafana_url: "grafana.example.com"'), 'slack.links.grafana_url', 'not an address'],
  [slackLinks('loki_datasource: "my loki"'), 'slack.links.loki_datasource', 'not the uid of a data source'],
  [slackLinks('runbook_url: "javascript:alert(1)"'), 'slack.links.runbook_url', 'use http: or https:'],
  [slackLinks('runbook_url: "https://u:p@wiki.example.com/#{rule}"'), 'slack.links.runbook_url', 'credentials inside an address'],
  [slackLinks('runbook_url: "https://wiki.example.com/#a|b"'), 'slack.links.runbook_url', 'must be percent-encoded'],
  [slackLinks(`runbook_url: "https://wiki.example.com/${'a'.repeat(500)}"`), 'slack.links.runbook_url', 'too long'],
  ['receivers: [{ type: webhook, name: slack, url: "http://a" }]', 'receivers[0]', 'a receiver cannot be called "slack"'],
  ['receivers: [{ type: alertmanager, url: "http://a", username: u }]', 'receivers[0]', 'password is missing'],
  ['receivers: [{ type: alertmanager, url: "http://a", resolve_after_minutes: 0 }]', 'receivers[0].resolve_after_minutes', ''],
  ['receivers: [{ type: sns, topic_arn: x }]', 'receivers[0].topic_arn', 'not the ARN of a topic'],
  ['receivers: [{ type: discord, webhook_url: "https://discord.example.com" }]', 'receivers[0].webhook_url', 'a secret does not belong'],
  [
    'receivers: [{ type: webhook, url: "http://a" }, { type: webhook, url: "http://b" }]',
    'receivers[1]',
    'two receivers are called "webhook"',
  ],
  [
    'aws: { mode: collector }',
    'aws.processor',
    'required with mode: collector: the account that takes the events, such as { account: "444455556666" }',
  ],
  [
    'aws: { mode: processor }',
    'aws.collectors',
    'required with mode: processor: who may send, such as { organization: o-abc1234567 } or { accounts: ["111122223333"] }',
  ],
  ['loki: { url: "http://a", token: { ssm: "a b" } }', 'loki.token.ssm', 'not the name of a parameter'],
  ['loki: { url: "http://a", token: { ssm: driftwire/token } }', 'loki.token.ssm', 'in a path that begins with "/"'],
  ['loki: { url: "http://a", token: { ssm: "/driftwire/token:3" } }', 'loki.token.ssm', 'not the name of a parameter'],
  ['loki: { url: "http://a", token: { secretsmanager: "a b" } }', 'loki.token.secretsmanager', 'not the name of a secret'],
  ['aws: { processor: { account: "111122223333" } }', 'aws.processor', 'only with mode: collector'],
  ['aws: { mode: processor, collectors: {} }', 'aws.collectors', 'none is given'],
  ['aws: { mode: processor, collectors: { organization: acme } }', 'aws.collectors.organization', 'not the id of an organisation'],
  ['aws: { cloudtrail: { bucket: "s3://trail" } }', 'aws.cloudtrail.bucket', 'not the name of a bucket'],
  ['aws: { eks: { log_groups: ["a b"] } }', 'aws.eks.log_groups[0]', 'not the name of a log group'],
];

function slackLinks(text: string): string {
  return `slack: { token: {env: A}, channel: "#a", links: { ${text} } }`;
}

describe('the schema', () => {
  it.each(REFUSED)('refuses %s', (text, path, part) => {
    const found = messages(text).filter((message) => message.startsWith('error '));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`error ${path}: `);
    expect(found[0]).toContain(part);
  });

  it('tells the cross-field problem of an entry although one of its fields is wrong too', () => {
    expect(messages('pipelines: [{ name: 3, colour: red }]')).toHaveLength(3);
    expect(messages('aws: { mode: collector, colour: red }').join()).toContain('required with mode: collector');
    expect(messages('pipelines: 3\nreceivers: 4\nslack: 5\nserve: 6\naws: 7\nloki: 8\nlabels: 9\nignore: [1]')).toHaveLength(8);
    expect(messages('aws: { mode: processor, collectors: 3 }\nreceivers: [3]\nslack: {token: 3}').length).toBeGreaterThanOrEqual(3);
  });

  it('takes any address without a token on loopback, and with one elsewhere', () => {
    for (const listen of ['127.0.0.1:1', 'localhost:8787', '[::1]:8787', '127.8.8.8:80'])
      expect(messages(`serve: { listen: "${listen}" }`)).toEqual([]);
    expect(messages('serve: { listen: "0.0.0.0:80", ingest_token: {env: A} }')).toEqual([]);
  });

  it('takes receivers of one type when their names differ', () => {
    expect(messages('receivers: [{ type: webhook, url: "http://a" }, { type: webhook, name: b, url: "http://b" }]')).toEqual([]);
  });
});

describe('a warning, and no error,', () => {
  it.each([
    ['pipelines: [{ name: a, role: "*" }]', 'pipelines[0].role', 'stolen credentials'],
    ['workloads: [{ name: a, user: "**" }]', 'workloads[0].user', 'stolen credentials'],
    ['workloads: [{ name: a, service_account: "*/*" }]', 'workloads[0].service_account', 'stolen credentials'],
    ['pipelines: [{ name: a, service_account: "kube-system/*" }]', 'pipelines[0].service_account', 'stolen tokens'],
    [
      'pipelines: [{ name: a, kubernetes_user: "system:serviceaccount:*" }]',
      'pipelines[0].kubernetes_user',
      'stolen service account tokens',
    ],
    [
      'pipelines: [{ name: a, kubernetes_user: "system:serviceaccount:ci:*" }]',
      'pipelines[0].kubernetes_user',
      'stolen service account tokens',
    ],
    ['pipelines: [{ name: a, kubernetes_user: "system:*" }]', 'pipelines[0].kubernetes_user', 'stolen tokens'],
    ['pipelines: [{ name: a, user: u, session: s }]', 'pipelines[0].session', 'matches nobody'],
    ['pipelines: [{ name: a, role: r, clusters: [nope] }]', 'pipelines[0].clusters[0]', 'no cluster "nope"'],
    ['serve: { follow: [{ path: p, cluster: nope }] }', 'serve.follow[0].cluster', 'no cluster "nope"'],
  ])('comes for %s', (text, path, part) => {
    const { config, problems } = parseConfig(text, 'x');
    expect(config).toBeDefined();
    expect(problems.map(({ severity }) => severity)).toEqual(['warning']);
    expect(problems[0]?.path).toBe(path);
    expect(problems[0]?.message).toContain(part);
  });

  it('comes not for patterns that name somebody, nor for a break-glass entry that matches everybody', () => {
    expect(messages('pipelines: [{ name: a, role: "gha-*", session: s, clusters: ["demo-*"] }]')).toEqual([]);
    expect(messages('break_glass: [{ name: a, role: "*" }]')).toEqual([]);
    expect(messages('clusters: { demo: {} }\npipelines: [{ name: a, service_account: a/b, clusters: [demo] }]')).toEqual([]);
    expect(messages('serve: { follow: [{ path: p }] }')).toEqual([]);
  });
});

describe('an ignore entry', () => {
  it('that has ended is told on the day after its last', () => {
    const { config } = parseConfig(
      'ignore: [{ name: a, reason: r, until: 2027-03-31, condition: x }, { name: b, reason: r, condition: x }]',
      'x',
    );
    if (config === undefined) throw new Error('the configuration of this test is not valid');
    expect(expiredIgnores(config, '2027-03-31')).toEqual([]);
    expect(expiredIgnores(config, '2027-04-01').map(({ path }) => path)).toEqual([['ignore', 0, 'until']]);
  });
});
