import { type GeneratedFile, generatedYaml } from '../generated-file.ts';
import type { ExportOptions } from '../options.ts';

/** Folder of the secrets, one file each, as a mounted Kubernetes secret has them. */
const SECRETS = '/etc/alertmanager/secrets';

/** Names of the receivers that do not belong to an account. */
export const RECEIVER = { slack: 'slack', pagerduty: 'pagerduty', operators: 'operators', email: 'email' } as const;

/** The receiver of an account that has a channel of its own. */
export function accountReceiver(account: string): string {
  return `slack-${account}`;
}

/** An `alertmanager.yml` for the alerts of `driftwire export prometheus`, and the template of its Slack messages. */
export function alertmanagerFiles(options: ExportOptions): readonly GeneratedFile[] {
  const accounts = Object.entries(options.accounts).flatMap(([id, { channel }]) => (channel === undefined ? [] : [{ id, channel }]));
  const config = {
    global: {
      slack_api_url_file: `${SECRETS}/slack-webhook-url`,
      smtp_smarthost: 'smtp.example.com:587',
      smtp_from: 'alertmanager@example.com',
      smtp_auth_username: 'alertmanager',
      smtp_auth_password_file: `${SECRETS}/smtp-password`,
    },
    templates: ['driftwire.tmpl'],
    route: {
      receiver: RECEIVER.slack,
      // one message for each alert and place: who did it stands in the message's lines
      group_by: ['alertname', 'account', 'cluster'],
      group_wait: '30s',
      group_interval: '5m',
      repeat_interval: '12h',
      routes: [
        { matchers: ['severity="critical"'], receiver: RECEIVER.pagerduty, continue: true },
        { matchers: ['severity="info"'], receiver: RECEIVER.email, group_wait: '5m', group_interval: '1h', repeat_interval: '24h' },
        { matchers: ['topic="health"'], receiver: RECEIVER.operators, group_by: ['alertname', 'instance'] },
        ...accounts.flatMap(({ id }) => accountRoutes(id, options)),
        // the root's own receiver is for what no route takes; what PagerDuty has taken must reach people's channel too
        { receiver: RECEIVER.slack },
      ],
    },
    inhibit_rules: INHIBITIONS,
    receivers: [
      { name: RECEIVER.slack, slack_configs: [slackConfig(options.channel)] },
      ...accounts.map(({ id, channel }) => ({ name: accountReceiver(id), slack_configs: [slackConfig(channel)] })),
      { name: RECEIVER.pagerduty, pagerduty_configs: [PAGERDUTY] },
      {
        name: RECEIVER.operators,
        slack_configs: [slackConfig(options.channel)],
        email_configs: [{ to: 'platform@example.com', send_resolved: true }],
      },
      { name: RECEIVER.email, email_configs: [{ to: 'platform@example.com', send_resolved: false }] },
    ],
  };
  return [generatedYaml('alertmanager.yml', HEAD, config), { path: 'driftwire.tmpl', text: TEMPLATE }];
}

/** Alerts of an account, and those of its clusters, whose series name the cluster alone. */
function accountRoutes(id: string, { clusters }: ExportOptions): readonly unknown[] {
  const receiver = accountReceiver(id);
  const own = Object.entries(clusters).filter(([, { account }]) => account === id);
  return [
    { matchers: [`account=${JSON.stringify(id)}`], receiver },
    ...own.map(([cluster]) => ({ matchers: [`cluster=${JSON.stringify(cluster)}`], receiver })),
  ];
}

function slackConfig(channel: string): unknown {
  return {
    channel,
    send_resolved: true,
    title: '{{ template "driftwire.slack.title" . }}',
    title_link: '{{ (index .Alerts 0).Annotations.runbook_url }}',
    text: '{{ template "driftwire.slack.text" . }}',
    color: '{{ if eq .Status "resolved" }}good{{ else if eq .CommonLabels.severity "critical" }}danger{{ else }}warning{{ end }}',
    link_names: false,
  };
}

const PAGERDUTY = {
  routing_key_file: `${SECRETS}/pagerduty-routing-key`,
  send_resolved: true,
  severity: 'critical',
  class: '{{ .CommonLabels.topic }}',
  component: '{{ .CommonLabels.alertname }}',
  description: '{{ template "driftwire.title" . }}',
  details: { changes: '{{ template "driftwire.lines" . }}', firing: '{{ .Alerts.Firing | len }}' },
};

/** What is said by one alert need not be said by the others. */
const INHIBITIONS = [
  // a storm is one message, not one for each person, verb and kind
  {
    source_matchers: ['alertname="ManualKubernetesChangeStorm"'],
    target_matchers: ['alertname="ManualKubernetesChangeDetected"'],
    equal: ['cluster'],
  },
  { source_matchers: ['alertname="ManualAwsChangeStorm"'], target_matchers: ['alertname="ManualAwsChangeDetected"'], equal: ['account'] },
  // where nothing is heard at all, nothing else can be said
  { source_matchers: ['alertname="DriftwireAbsent"'], target_matchers: ['topic="health"', 'alertname!="DriftwireAbsent"'] },
  {
    source_matchers: ['alertname=~"DriftwireDown|DriftwireFlushStale"'],
    target_matchers: ['alertname=~"DriftwireNothingRead|DriftwireSinkBehind|DriftwireSpoolFilling"'],
    equal: ['instance'],
  },
  { source_matchers: ['alertname="DriftwireSinkFailing"'], target_matchers: ['alertname="DriftwireSinkBehind"'], equal: ['sink'] },
];

const HEAD: readonly string[] = [
  'An Alertmanager for the alerts of `driftwire export prometheus`.',
  'Made by `driftwire export alertmanager`; accounts, clusters and channels come from driftwire.yaml, or are examples.',
  'Check with `amtool check-config alertmanager.yml`, try a route with `amtool config routes test severity=critical topic=drift`.',
  '',
  `Secrets are files below ${SECRETS}: slack-webhook-url, smtp-password, pagerduty-routing-key.`,
  'Addresses under example.com are to be replaced.',
];

/**
 * Names in these alerts are chosen by whoever made the change. Slack reads `<...>` as links and mentions, so a session named
 * `<!channel>` would wake everybody: its three control characters are escaped as Slack asks
 * (https://docs.slack.dev/messaging/formatting-message-text, read 2026-11-21).
 */
const TEMPLATE = `{{/* Made by \`driftwire export alertmanager\`. */}}

{{ define "driftwire.slack.escape" }}{{ . | reReplaceAll "&" "&amp;" | reReplaceAll "<" "&lt;" | reReplaceAll ">" "&gt;" }}{{ end }}

{{ define "driftwire.title" }}[{{ .Status | toUpper }}{{ if eq .Status "firing" }}: {{ .Alerts.Firing | len }}{{ end }}] {{ .CommonLabels.alertname }}{{ with .CommonLabels.account }} in account {{ . }}{{ end }}{{ with .CommonLabels.cluster }} in cluster {{ . }}{{ end }}{{ end }}

{{ define "driftwire.lines" }}{{ range $index, $alert := .Alerts }}{{ if lt $index 20 }}{{ $alert.Annotations.description }}
{{ end }}{{ end }}{{ if gt (len .Alerts) 20 }}... and more: {{ len .Alerts }} in all{{ end }}{{ end }}

{{ define "driftwire.slack.title" }}{{ with .CommonLabels.severity }}{{ . | toUpper }} {{ end }}[{{ .Status | toUpper }}{{ if eq .Status "firing" }}: {{ .Alerts.Firing | len }}{{ end }}] {{ template "driftwire.slack.escape" .CommonLabels.alertname }}{{ with .CommonLabels.account }} in account {{ template "driftwire.slack.escape" . }}{{ end }}{{ with .CommonLabels.cluster }} in cluster {{ template "driftwire.slack.escape" . }}{{ end }}{{ end }}

{{ define "driftwire.slack.text" }}{{ range $index, $alert := .Alerts }}{{ if lt $index 20 }}• {{ template "driftwire.slack.escape" $alert.Annotations.description }}
{{ end }}{{ end }}{{ if gt (len .Alerts) 20 }}... and more: {{ len .Alerts }} in all{{ end }}{{ end }}
`;
