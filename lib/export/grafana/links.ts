import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';
import { fill, LOKI } from './fill.ts';

/** Fixed ids of the boards: links and provisioning rely on them. */
export const BOARD_UID = { conCon: 'driftwire-concon', health: 'driftwire-health', rules: 'driftwire-rules' } as const;

/**
 * A link to Explore with a LogQL query over the board's time range.
 *
 * @param query - LogQL; `${...}` in it is filled in by Grafana. Values are put into the address as they are, so only variables
 * may stand there whose values are plain (accounts, clusters, kinds), never names that a caller chooses.
 */
export function exploreLink(title: string, query: string): DashboardLinkBuilder {
  const { uid } = LOKI;
  const panes = {
    events: {
      datasource: uid,
      queries: [{ refId: 'A', datasource: LOKI, editorMode: 'code', queryType: 'range', expr: query }],
      range: { from: fill('__from'), to: fill('__to') },
    },
  };
  return link(title, `/explore?schemaVersion=1&panes=${encodeAround(JSON.stringify(panes))}`);
}

/** A link to a board with the same time range and data sources, and one variable set to what was clicked. */
export function boardLink(title: string, uid: string, variable?: { readonly name: string; readonly value: string }): DashboardLinkBuilder {
  const keep = ['__url_time_range', 'datasource:queryparam', 'loki_datasource:queryparam'].map(fill);
  // Grafana encodes the value as an address asks, whatever the name is
  const set = variable === undefined ? [] : [`var-${variable.name}=${fill(`${variable.value}:percentencode`)}`];
  return link(title, `/d/${uid}?${[...keep, ...set].join('&')}`);
}

/** A link to any page. */
export function link(title: string, url: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url).targetBlank(true);
}

/** The link at the top of a board to all boards with the tag. */
export function boardsLink(): DashboardLinkBuilder {
  return new DashboardLinkBuilder('Driftwire boards')
    .type(DashboardLinkType.Dashboards)
    .tags(['driftwire'])
    .asDropdown(true)
    .keepTime(true)
    .includeVars(false);
}

/** Encodes for an address all but the places that Grafana fills in. */
function encodeAround(text: string): string {
  return text
    .split(/(\$\{[^}]*\})/)
    .map((part, index) => (index % 2 === 1 ? part : encodeURIComponent(part)))
    .join('');
}
