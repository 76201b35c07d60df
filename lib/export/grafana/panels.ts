/** The kinds of panels that the boards are made of; each has a title, a sentence on what it counts, and links to what is behind it. */
import { PanelBuilder as BarGaugeBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BarAlignment,
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  LogsSortOrder,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  PanelBuilder as AnyPanelBuilder,
  type DashboardLinkBuilder,
  FieldColorBuilder,
  FieldColorModeId,
  type Panel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as LogsBuilder } from '@grafana/grafana-foundation-sdk/logs';
import { DataqueryBuilder as LokiQuery, LokiQueryDirection } from '@grafana/grafana-foundation-sdk/loki';
import { DataqueryBuilder as PrometheusQuery, PromQueryFormat, QueryEditorMode } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { LOKI, PROMETHEUS } from './fill.ts';

/** What every panel says and where it leads. */
export interface PanelText {
  readonly title: string;
  /** What it counts, over what, and what an empty panel means. */
  readonly description: string;
  /** Width in 24ths and height in grid rows. */
  readonly width: number;
  readonly height: number;
  readonly links: readonly DashboardLinkBuilder[];
  /** Links of a single value, which know its labels. */
  readonly valueLinks?: readonly DashboardLinkBuilder[];
}

/** One query with the name of its series. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

/** From which value on which colour. */
export type Step = readonly [from: number, color: 'green' | 'orange' | 'red' | 'blue'];

/** One number over the whole time range. */
export function statPanel(
  text: PanelText,
  expr: string,
  options: { readonly unit: string; readonly steps?: readonly Step[] },
): Builder<Panel> {
  return described(new StatBuilder(), text)
    .datasource(PROMETHEUS)
    .withTarget(instantQuery('A', { expr, legend: text.title }))
    .unit(options.unit)
    .noValue('0')
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .thresholds(thresholds(options.steps ?? [[0, 'blue']]))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false));
}

/** One number that Loki counts over the whole time range. */
export function lokiStatPanel(text: PanelText, expr: string): Builder<Panel> {
  return described(new StatBuilder(), text)
    .datasource(LOKI)
    .withTarget(new LokiQuery().refId('A').datasource(LOKI).expr(expr).instant(true).range(false).queryType('instant'))
    .unit('short')
    .noValue('0')
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .thresholds(thresholds([[0, 'blue']]))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false));
}

/** Counts as bars: each bar has what happened in the time before it, none overlap and none has a gap to the next. */
export function barsPanel(text: PanelText, queries: readonly Query[], options: { readonly every: string }): Builder<Panel> {
  const panel = described(new TimeSeriesBuilder(), text)
    .datasource(PROMETHEUS)
    .unit('short')
    .decimals(0)
    .min(0)
    .interval(options.every)
    // a bar of one hour stays one for two months of them
    .maxDataPoints(1500)
    .drawStyle(GraphDrawStyle.Bars)
    .barAlignment(BarAlignment.Before)
    .fillOpacity(80)
    .lineWidth(0)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .legend(
      new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.Table).placement(LegendPlacement.Right).showLegend(true).calcs(['sum']),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  for (const [index, query] of queries.entries()) panel.withTarget(rangeQuery(refId(index), query, options.every));
  return panel;
}

/** Values over time as lines. */
export function linesPanel(
  text: PanelText,
  queries: readonly Query[],
  options: { readonly unit: string; readonly steps?: readonly Step[] },
): Builder<Panel> {
  const panel = described(new TimeSeriesBuilder(), text)
    .datasource(PROMETHEUS)
    .unit(options.unit)
    .min(0)
    .interval('1m')
    .drawStyle(GraphDrawStyle.Line)
    .fillOpacity(10)
    .lineWidth(1)
    .showPoints(VisibilityMode.Never)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .legend(new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom).showLegend(true).calcs([]))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (options.steps !== undefined) panel.thresholds(thresholds(options.steps));
  for (const [index, query] of queries.entries()) panel.withTarget(rangeQuery(refId(index), query, '1m'));
  return panel;
}

/** The largest of some counts over the whole time range, as horizontal bars. */
export function topPanel(text: PanelText, query: Query): Builder<Panel> {
  return described(new BarGaugeBuilder(), text)
    .datasource(PROMETHEUS)
    .withTarget(instantQuery('A', query))
    .unit('short')
    .decimals(0)
    .min(0)
    .noValue('nobody')
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .namePlacement(BarGaugeNamePlacement.Left)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.ContinuousBlues))
    .thresholds(thresholds([[0, 'blue']]))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .withTransformation({ id: 'sortBy', options: { sort: [{ field: 'Value', desc: true }] } });
}

/** Series of an instant as the rows of a table: their labels, then their value under a name, where it says more than that the series is there. */
export function seriesTablePanel(text: PanelText, expr: string, columns: readonly string[], valueName?: string): Builder<Panel> {
  const names = valueName === undefined ? columns : [...columns, 'Value'];
  return described(new TableBuilder(), text)
    .datasource(PROMETHEUS)
    .withTarget(instantQuery('A', { expr, legend: '' }).format(PromQueryFormat.Table))
    .unit('short')
    .filterable(true)
    .withTransformation({ id: 'filterFieldsByName', options: { include: { names } } })
    .withTransformation({
      id: 'organize',
      options: { excludeByName: {}, indexByName: positions(names), renameByName: valueName === undefined ? {} : { Value: valueName } },
    });
}

/** Log entries as the rows of a table: their time, then labels and metadata. */
export function eventTablePanel(
  text: PanelText,
  expr: string,
  columns: readonly string[],
  columnLinks: Readonly<Record<string, readonly DashboardLinkBuilder[]>> = {},
): Builder<Panel> {
  const panel = described(new TableBuilder(), text)
    .datasource(LOKI)
    .withTarget(logQuery(expr))
    .filterable(true)
    .noValue('')
    .withTransformation({ id: 'extractFields', options: { source: 'labels', format: 'json', replace: false, keepTime: true } })
    .withTransformation({ id: 'filterFieldsByName', options: { include: { names: ['Time', ...columns] } } })
    .withTransformation({ id: 'organize', options: { excludeByName: {}, indexByName: positions(['Time', ...columns]), renameByName: {} } });
  for (const [column, links] of Object.entries(columnLinks)) {
    panel.overrideByName(column, [{ id: 'links', value: links.map((one) => one.build()) }]);
  }
  return panel;
}

/** Records as they are in the log. */
export function logPanel(text: PanelText, expr: string): Builder<Panel> {
  return described(new LogsBuilder(), text)
    .datasource(LOKI)
    .withTarget(logQuery(expr))
    .showTime(true)
    .wrapLogMessage(true)
    .prettifyLogMessage(true)
    .enableLogDetails(true)
    .sortOrder(LogsSortOrder.Descending);
}

/** Grafana's own list of alerts; it asks the alert managers that Grafana knows, so it has no query. */
export function alertListPanel(text: PanelText, alertLabels: string): Builder<Panel> {
  return described(new AnyPanelBuilder(), text)
    .type('alertlist')
    .options({
      viewMode: 'list',
      groupMode: 'default',
      groupBy: [],
      maxItems: 50,
      sortOrder: 3,
      dashboardAlerts: false,
      alertName: '',
      alertInstanceLabelFilter: alertLabels,
      stateFilter: { firing: true, pending: true, recovering: false, noData: false, normal: false, error: true },
    });
}

interface Describable {
  title(title: string): this;
  description(description: string): this;
  height(height: number): this;
  span(width: number): this;
  links(links: DashboardLinkBuilder[]): this;
  dataLinks(links: DashboardLinkBuilder[]): this;
}

function described<T extends Describable>(panel: T, { title, description, width, height, links, valueLinks }: PanelText): T {
  panel
    .title(title)
    .description(description)
    .height(height)
    .span(width)
    .links([...links]);
  return valueLinks === undefined ? panel : panel.dataLinks([...valueLinks]);
}

function instantQuery(id: string, { expr, legend }: Query): PrometheusQuery {
  return new PrometheusQuery().refId(id).datasource(PROMETHEUS).editorMode(QueryEditorMode.Code).expr(expr).legendFormat(legend).instant();
}

function rangeQuery(id: string, { expr, legend }: Query, interval: string): PrometheusQuery {
  return new PrometheusQuery()
    .refId(id)
    .datasource(PROMETHEUS)
    .editorMode(QueryEditorMode.Code)
    .expr(expr)
    .legendFormat(legend)
    .interval(interval)
    .range();
}

function logQuery(expr: string): LokiQuery {
  return new LokiQuery().refId('A').datasource(LOKI).expr(expr).queryType('range').maxLines(1000).direction(LokiQueryDirection.Backward);
}

function thresholds(steps: readonly Step[]): ThresholdsConfigBuilder {
  const [first, ...others] = steps;
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ value: null, color: first?.[1] ?? 'blue' }, ...others.map(([value, color]) => ({ value, color }))]);
}

function positions(names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name, index) => [name, index]));
}

function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}
