import { configJsonSchema } from '../config/json-schema.ts';
import { alertmanagerFiles } from './alertmanager/alertmanager-config.ts';
import type { ExportKind, PatternKind } from './export-kinds.ts';
import { type GeneratedFile, generatedJson } from './generated-file.ts';
import { grafanaFiles } from './grafana/grafana-files.ts';
import { lokiRuleFiles } from './loki/loki-rules.ts';
import type { ExportOptions } from './options.ts';
import { prometheusConfig } from './prometheus/prometheus-config.ts';
import { prometheusRuleFiles } from './prometheus/rule-files.ts';

const FILES: Readonly<Record<Exclude<ExportKind, PatternKind>, (options: ExportOptions) => readonly GeneratedFile[]>> = {
  grafana: grafanaFiles,
  prometheus: (options) => [...prometheusRuleFiles(options), prometheusConfig()],
  loki: lokiRuleFiles,
  alertmanager: alertmanagerFiles,
  'json-schema': () => [generatedJson('driftwire.schema.json', configJsonSchema())],
};

/** The files of one kind; equal options give equal text. */
export function exportFiles(kind: Exclude<ExportKind, PatternKind>, options: ExportOptions): readonly GeneratedFile[] {
  return FILES[kind](options);
}
