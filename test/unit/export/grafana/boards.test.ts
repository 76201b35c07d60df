import { describe, expect, test } from 'vitest';
import { RESERVED_LABELS } from '../../../../lib/config/schema.ts';
import { BOARDS, filledIn, type PanelJson, panelsOf, targetsOf } from '../../../support/export/boards.ts';
import { logqlErrors, logqlNames, promqlProblems } from '../../../support/export/expressions.ts';

/** What a query can be filled in with; the names are those of the variables and of what Grafana knows itself. */
const VALUES = {
  ...{ cluster: '.*', account: '.*', user: '.*', instance: '.*', rule: '.*' },
  ...{ __interval: '1h', __range: '6h', __rate_interval: '5m', __from: '1', __to: '2' },
};

describe('the boards', () => {
  test('there are three, each with an id of its own', () => {
    expect(BOARDS.map(({ uid }) => uid)).toEqual(['driftwire-concon', 'driftwire-health', 'driftwire-rules']);
    expect(BOARDS.map((board) => panelsOf(board).length).every((count) => count > 10)).toBe(true);
  });

  test.each(BOARDS.map((board) => [board.uid, board] as const))(
    '%s: every panel has an id of its own and a place of its own',
    (_, { panels }) => {
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
      const taken = new Map<string, string>();
      for (const { title, gridPos } of panels) {
        expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
            expect(taken.get(`${x},${y}`), `${title} lies on another panel`).toBeUndefined();
            taken.set(`${x},${y}`, title);
          }
        }
      }
    },
  );

  test.each(BOARDS.map((board) => [board.uid, board] as const))(
    '%s: every line of panels is filled, so that Grafana moves none of them',
    (_, { panels }) => {
      const bottom = Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h));
      const area = panels.reduce((sum, { gridPos }) => sum + gridPos.w * gridPos.h, 0);
      expect(area).toBe(24 * bottom);
    },
  );

  test.each(BOARDS.map((board) => [board.uid, board] as const))(
    '%s: data sources are variables, and every variable that is used is there',
    (_, board) => {
      const text = JSON.stringify(board);
      const names = board.templating.list.map(({ name }) => name);
      expect(names.slice(0, 2)).toEqual(['datasource', 'loki_datasource']);
      for (const { datasource } of [
        ...panelsOf(board),
        ...panelsOf(board).flatMap(({ targets }) => targets ?? []),
        ...board.templating.list,
      ]) {
        if (datasource === undefined) continue;
        expect(datasource.uid).toBe(datasource.type === 'loki' ? '$' + '{loki_datasource}' : '$' + '{datasource}');
      }
      const used = [...text.matchAll(/\$(?:\{(\w+)[^}]*\}|([a-z_]\w*))/g)].map(([, braced, plain]) => braced ?? plain ?? '');
      expect(used.filter((name) => !name.startsWith('__') && !names.includes(name))).toEqual([]);
    },
  );

  test('what the community linter asks: units, one data source variable of its name, values of variables follow the time range', () => {
    for (const board of BOARDS) {
      expect(board.templating.list[0]).toMatchObject({ type: 'datasource', query: 'prometheus', label: 'Data source' });
      for (const variable of board.templating.list.slice(2))
        expect(variable).toMatchObject({ refresh: 2, multi: true, includeAll: true, allValue: '.*' });
      for (const { type, title, fieldConfig, targets } of panelsOf(board)) {
        if (['stat', 'timeseries', 'bargauge'].includes(type)) expect(fieldConfig?.defaults.unit, title).toBeDefined();
        if (type !== 'alertlist') expect(targets?.length, title).toBeGreaterThan(0);
      }
    }
  });

  test('each panel links to the events behind it, to a board or to the runbook', () => {
    const links = BOARDS.flatMap(panelsOf).flatMap(({ links }) => links);
    expect(links.length).toBeGreaterThan(40);
    for (const { url } of links) expect(url).toMatch(/^(\/explore\?|\/d\/driftwire-|https:\/\/driftwire\.example\/docs\/runbook\.md#)/);
    for (const panel of panelsOf(BOARDS[0] as (typeof BOARDS)[0])) expect(exploreQueries(panel).length, panel.title).toBeGreaterThan(0);
  });

  test('the queries of links to Explore are JSON and LogQL once they are filled in', () => {
    const queries = BOARDS.flatMap(panelsOf).flatMap(exploreQueries);
    expect(queries.length).toBeGreaterThan(30);
    for (const query of queries) expect(logqlErrors(query), query).toEqual([]);
  });

  test('what a caller chooses goes into an address only with the encoding for it', () => {
    const urls = [...JSON.stringify(BOARDS).matchAll(/"url":"([^"]*)"/g)].map(([, url]) => url ?? '');
    const chosen = urls.flatMap((url) => [...url.matchAll(/\$\{__(?:field\.labels|data\.fields)\.(user|rule)([^}]*)\}/g)]);
    expect(chosen.length).toBeGreaterThan(5);
    for (const [, , format] of chosen) expect(format).toBe(':percentencode');
  });
});

describe('queries', () => {
  test.each(targetsOf('prometheus').map(({ name, target }) => [name, target.expr]))(
    '%s reads only metrics and labels that are emitted',
    (_, expr) => {
      expect(promqlProblems(filledIn(expr, VALUES))).toEqual([]);
    },
  );

  test.each(targetsOf('loki').map(({ name, target }) => [name, target.expr]))('%s is LogQL over fields that entries have', (_, expr) => {
    const text = filledIn(expr, VALUES);
    expect(logqlErrors(text)).toEqual([]);
    expect(logqlNames(text).filter((name) => !RESERVED_LABELS.includes(name))).toEqual([]);
  });

  test('there are as many as the panels need', () => {
    expect(targetsOf('prometheus').length).toBeGreaterThan(35);
    expect(targetsOf('loki').length).toBeGreaterThan(4);
  });

  test('counts never extrapolate: no increase() and no rate() but where a rate is what the panel shows', () => {
    const rates = targetsOf('prometheus').filter(({ target }) => /\b(increase|i?rate|delta)\(/.test(target.expr));
    expect(rates.map(({ panel }) => panel.title)).toEqual(['From the event to the sink', 'From the event to the sink', 'Events rate']);
  });

  test('bars tile: the window of each bar is the step between bars', () => {
    const bars = BOARDS.flatMap(panelsOf).filter((panel) => panel.fieldConfig?.defaults.custom?.['drawStyle'] === 'bars');
    expect(bars.length).toBeGreaterThan(8);
    for (const { title, interval, targets } of bars) {
      for (const target of targets ?? []) {
        expect(target.expr, title).toContain('offset $__interval');
        expect(target.interval, title).toBe(interval);
      }
    }
  });
});

function exploreQueries(panel: PanelJson): readonly string[] {
  return [...panel.links, ...(panel.fieldConfig?.defaults.links ?? [])].flatMap(({ url = '' }) => {
    const [, panes] = /^\/explore\?schemaVersion=1&panes=(.*)$/.exec(url) ?? [];
    if (panes === undefined) return [];
    const known = { ...VALUES, loki_datasource: 'loki', '__field.labels.kind': 'Secret', '__field.labels.action': 'PutObject' } as Record<
      string,
      string
    >;
    const filled = panes.replace(/\$\{([\w.]+)(?::\w+)?\}/g, (whole, name: string) => known[name] ?? whole);
    const decoded = JSON.parse(decodeURIComponent(filled)) as { events: { datasource: string; queries: { expr: string }[] } };
    expect(decoded.events.datasource).toBe('loki');
    return decoded.events.queries.map(({ expr }) => expr);
  });
}
