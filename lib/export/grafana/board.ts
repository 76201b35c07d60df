import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DashboardBuilder,
  DashboardCursorSync,
  type Panel,
  RowBuilder,
  type RowPanel,
  TimePickerBuilder,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { type GeneratedFile, generatedJson } from '../generated-file.ts';
import { boardsLink } from './links.ts';

/** One board: rows of panels below its variables. */
export interface Board {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** How far back it looks at first, as in `now-24h`. */
  readonly from: string;
  readonly variables: readonly Builder<VariableModel>[];
  readonly rows: readonly { readonly title: string; readonly panels: readonly Builder<Panel>[] }[];
}

const WIDTH = 24;

/** The dashboard as Grafana's provisioning reads it. Places and ids follow from the order of the panels, so they are the same each time. */
export function boardFile({ uid, title, description, from, variables, rows }: Board): GeneratedFile {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['driftwire'])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from, to: 'now' })
    .timepicker(new TimePickerBuilder().refreshIntervals(['30s', '1m', '5m', '15m', '1h']))
    .refresh('1m')
    .link(boardsLink());
  for (const variable of variables) builder.withVariable(variable);
  return generatedJson(`${uid}.json`, withoutPlacement({ ...builder.build(), panels: placed(rows) }));
}

/** The SDK puts every link into the menu of the controls, where nobody looks for it; without a place it stands where it belongs. */
function withoutPlacement(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, member: unknown) => (key === 'placement' && member === 'inControlsMenu' ? undefined : member)),
  );
}

function placed(rows: Board['rows']): readonly (Panel | RowPanel)[] {
  const panels: (Panel | RowPanel)[] = [];
  let y = 0;
  for (const row of rows) {
    panels.push({ ...new RowBuilder(row.title).build(), id: panels.length + 1, gridPos: { x: 0, y, w: WIDTH, h: 1 } });
    y += 1;
    let [x, lineHeight] = [0, 0];
    for (const panel of row.panels) {
      const built = panel.build();
      const { w = WIDTH, h = 8 } = built.gridPos ?? {};
      if (x + w > WIDTH) [x, y, lineHeight] = [0, y + lineHeight, 0];
      panels.push({ ...built, id: panels.length + 1, gridPos: { x, y, w, h } });
      [x, lineHeight] = [x + w, Math.max(lineHeight, h)];
    }
    y += lineHeight;
  }
  return panels;
}
