import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../lib/config/load.ts';
import { toLinks } from '../../../lib/config/to-links.ts';

function linksOf(text: string) {
  const { config, problems } = parseConfig(text, 'x');
  if (config === undefined) throw new Error(problems.map(({ message }) => message).join());
  return toLinks(config);
}

describe('where the links in messages lead', () => {
  it('is nowhere unless it is configured', () => {
    expect(linksOf('')).toEqual({ isMetadataInLine: false });
  });

  it('is what is configured; a runbook may have an anchor', () => {
    const links =
      'slack: { token: {env: A}, channel: "#a", links: { grafana_url: "https://grafana.example.com", loki_datasource: abc, runbook_url: "https://wiki.example.com/x#{rule}" } }';
    expect(linksOf(`${links}\nloki: { url: "http://127.0.0.1:3100" }`)).toEqual({
      grafanaUrl: 'https://grafana.example.com',
      lokiDatasource: 'abc',
      isMetadataInLine: false,
      runbookUrl: 'https://wiki.example.com/x#{rule}',
    });
    expect(linksOf(links).grafanaUrl).toBeUndefined();
  });

  it('asks an old Loki in the way it keeps the metadata', () => {
    expect(linksOf('loki: { url: "http://127.0.0.1:3100", structured_metadata: false }').isMetadataInLine).toBe(true);
  });
});
