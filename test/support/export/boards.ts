import * as z from 'zod';
import { grafanaFiles } from '../../../lib/export/grafana/grafana-files.ts';
import { DEFAULT_EXPORT } from '../../../lib/export/options.ts';

const ref = z.strictObject({ type: z.enum(['prometheus', 'loki']), uid: z.string() });
const link = z.strictObject({
  title: z.string().min(1),
  type: z.enum(['link', 'dashboards']),
  icon: z.string(),
  tooltip: z.string(),
  url: z.string().optional(),
  tags: z.array(z.string()),
  asDropdown: z.boolean(),
  targetBlank: z.boolean(),
  includeVars: z.boolean(),
  keepTime: z.boolean(),
});
const target = z.strictObject({
  refId: z.string().regex(/^[A-Z]$/),
  datasource: ref,
  expr: z.string().min(1),
  editorMode: z.literal('code').optional(),
  legendFormat: z.string().optional(),
  interval: z.string().optional(),
  format: z.string().optional(),
  range: z.boolean().optional(),
  instant: z.boolean().optional(),
  queryType: z.enum(['range', 'instant']).optional(),
  maxLines: z.number().optional(),
  direction: z.string().optional(),
});
const step = z.strictObject({ value: z.number().nullable(), color: z.string() });
const gridPos = z.strictObject({ x: z.int().min(0), y: z.int().min(0), w: z.int().min(1).max(24), h: z.int().min(1) });
const row = z.strictObject({
  type: z.literal('row'),
  id: z.int().min(1),
  title: z.string().min(1),
  collapsed: z.literal(false),
  panels: z.tuple([]),
  gridPos,
});
const panel = z.strictObject({
  type: z.enum(['alertlist', 'bargauge', 'logs', 'stat', 'table', 'timeseries']),
  id: z.int().min(1),
  title: z.string().min(1),
  description: z.string().min(20),
  transparent: z.literal(false),
  repeatDirection: z.literal('h'),
  gridPos,
  links: z.array(link).min(1),
  datasource: ref.optional(),
  targets: z.array(target).optional(),
  interval: z.string().optional(),
  maxDataPoints: z.number().optional(),
  transformations: z.array(z.strictObject({ id: z.string(), options: z.record(z.string(), z.unknown()) })).optional(),
  options: z.record(z.string(), z.unknown()),
  fieldConfig: z
    .strictObject({
      defaults: z.strictObject({
        unit: z.string().optional(),
        decimals: z.number().optional(),
        min: z.number().optional(),
        noValue: z.string().optional(),
        color: z.record(z.string(), z.unknown()).optional(),
        thresholds: z.strictObject({ mode: z.literal('absolute'), steps: z.array(step).min(1) }).optional(),
        links: z.array(link).optional(),
        custom: z.record(z.string(), z.unknown()).optional(),
      }),
      overrides: z.array(
        z.strictObject({
          matcher: z.strictObject({ id: z.literal('byName'), options: z.string() }),
          properties: z.array(z.strictObject({ id: z.literal('links'), value: z.array(link) })),
        }),
      ),
    })
    .optional(),
});
const variable = z.looseObject({
  type: z.enum(['datasource', 'query']),
  name: z.string(),
  label: z.string(),
  query: z.union([z.string(), z.strictObject({ query: z.string(), refId: z.string() })]),
  datasource: ref.optional(),
  allValue: z.string().optional(),
  multi: z.boolean(),
  includeAll: z.boolean(),
});

/** A dashboard as strictly as these are made: a key that nobody meant to write is a mistake here, though Grafana would ignore it. */
const board = z.strictObject({
  uid: z
    .string()
    .max(40)
    .regex(/^[a-z-]+$/),
  title: z.string().min(1),
  description: z.string().min(1),
  tags: z.array(z.string()).min(1),
  timezone: z.literal('browser'),
  editable: z.literal(false),
  graphTooltip: z.literal(1),
  fiscalYearStartMonth: z.literal(0),
  schemaVersion: z.literal(42),
  time: z.strictObject({ from: z.string(), to: z.literal('now') }),
  timepicker: z.strictObject({ hidden: z.literal(false), refresh_intervals: z.array(z.string()) }),
  refresh: z.string(),
  links: z.array(link),
  annotations: z.strictObject({}),
  templating: z.strictObject({ list: z.array(variable) }),
  panels: z.array(z.discriminatedUnion('type', [row, panel])),
});

export type BoardJson = z.infer<typeof board>;
export type PanelJson = z.infer<typeof panel>;
export type TargetJson = z.infer<typeof target>;

/** All boards, read back from their JSON. */
export const BOARDS: readonly BoardJson[] = grafanaFiles(DEFAULT_EXPORT).map(({ text }) => board.parse(JSON.parse(text)));

/** The panels of a board without its rows. */
export function panelsOf({ panels }: BoardJson): readonly PanelJson[] {
  return panels.filter((one): one is PanelJson => one.type !== 'row');
}

/** One query with where it stands, named as in `ConCon: changes by hand / AWS / A`. */
export interface PlacedTarget {
  readonly name: string;
  readonly panel: PanelJson;
  readonly target: TargetJson;
}

/** Every query of every board to one kind of data source. */
export function targetsOf(type: 'prometheus' | 'loki'): readonly PlacedTarget[] {
  return BOARDS.flatMap((one) =>
    panelsOf(one).flatMap((panelOfBoard) =>
      (panelOfBoard.targets ?? [])
        .filter(({ datasource }) => datasource.type === type)
        .map((query) => ({ name: `${one.uid} / ${panelOfBoard.title} / ${query.refId}`, panel: panelOfBoard, target: query })),
    ),
  );
}

/** A query as Grafana sends it: variables and windows filled in. */
export function filledIn(expr: string, values: Readonly<Record<string, string>>): string {
  return expr.replace(/\$(?:\{(\w+)(?::\w+)?\}|(\w+))/g, (whole, braced: string | undefined, plain: string | undefined) => {
    const value = values[braced ?? plain ?? ''];
    if (value === undefined) throw new Error(`nothing to fill in for ${whole} in ${expr}`);
    return value;
  });
}
