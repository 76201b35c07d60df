import type { LinkSettings } from '../core/deliver/slack/links.ts';
import type { Config } from './schema.ts';

/** Where the links in messages lead, as the core takes it. Without a Loki there is nothing for Grafana to show. */
export function toLinks({ slack, loki }: Pick<Config, 'slack' | 'loki'>): LinkSettings {
  return {
    grafanaUrl: loki === undefined ? undefined : slack?.links.grafana_url,
    lokiDatasource: slack?.links.loki_datasource,
    isMetadataInLine: loki?.structured_metadata === false,
    runbookUrl: slack?.links.runbook_url,
  };
}
