import { type GeneratedFile, generatedYaml } from '../generated-file.ts';
import { PROMETHEUS_RULE_FILES } from './rule-files.ts';

/** An example `prometheus.yml` that scrapes `driftwire serve`, loads the rule files beside it and knows an Alertmanager. */
export function prometheusConfig(): GeneratedFile {
  return generatedYaml('prometheus.yml', HEAD, {
    global: { scrape_interval: '30s', scrape_timeout: '10s', evaluation_interval: '30s', external_labels: { monitor: 'driftwire' } },
    rule_files: PROMETHEUS_RULE_FILES,
    alerting: { alertmanagers: [{ static_configs: [{ targets: ['127.0.0.1:9093'] }] }] },
    scrape_configs: [
      {
        job_name: 'driftwire',
        // the metrics have a label `namespace` of their own, which discovery of pods would rename to exported_namespace
        honor_labels: true,
        static_configs: [{ targets: ['127.0.0.1:8787'], labels: { instance: 'driftwire' } }],
      },
      { job_name: 'alertmanager', static_configs: [{ targets: ['127.0.0.1:9093'] }] },
    ],
  });
}

const HEAD: readonly string[] = [
  'An example of a Prometheus that scrapes `driftwire serve` and evaluates the rule files beside this one.',
  'Made by `driftwire export prometheus`; check yours with `promtool check config prometheus.yml`.',
  '',
  '- honor_labels: the metrics carry a label `namespace` of their own, which must stay.',
  '- instance is the name of the deployment, not an address: a total goes on when the process moves, and a new address',
  '  would look like a second deployment with the same totals.',
  '- Where Driftwire writes to Prometheus (prometheus.remote_write in driftwire.yaml), leave the job out and start',
  '  Prometheus with --web.enable-remote-write-receiver: one of the two ways, not both, or everything counts twice.',
];
