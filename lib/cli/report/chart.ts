import { localTime } from '../local-time.ts';
import type { Counted, Trend } from './counts.ts';
import { html, type Markup } from './html.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CHART_HEIGHT = 140;

/** The trend as bars in inline SVG, which scales without script, and as a table for those who cannot see it. */
export function trendChart({ stepMs, bars }: Trend): Markup {
  const most = bars.reduce((max, { count }) => Math.max(max, count), 1);
  const width = 100 / bars.length;
  const rects = bars.map(({ fromMs, count }, index) => {
    const height = count === 0 ? 0 : Math.max(2, (count / most) * CHART_HEIGHT);
    const x = (index * width + width * 0.1).toFixed(3);
    return html`<rect class="bar" x="${x}%" y="${(CHART_HEIGHT - height).toFixed(1)}" width="${(width * 0.8).toFixed(3)}%" height="${height.toFixed(1)}"><title>${barLabel(fromMs, stepMs)}: ${count}</title></rect>`;
  });
  const [first, last] = [bars[0], bars[bars.length - 1]];
  const label = `events ${stepWords(stepMs)}, at most ${most}`;
  return html`<figure class="trend">
<figcaption>Events ${stepWords(stepMs)} <span class="muted">highest: ${most}</span></figcaption>
<svg role="img" aria-label="${label}" width="100%" height="${String(CHART_HEIGHT)}">${rects}</svg>
<div class="axis"><span>${barLabel(first?.fromMs ?? 0, stepMs)}</span><span>${barLabel(last?.fromMs ?? 0, stepMs)}</span></div>
<details><summary>as a table</summary><div class="scroll"><table><thead><tr><th>from</th><th>events</th></tr></thead><tbody>
${bars.filter(({ count }) => count > 0).map(({ fromMs, count }) => html`<tr><td>${barLabel(fromMs, stepMs)}</td><td class="number">${count}</td></tr>`)}
</tbody></table></div></details>
</figure>`;
}

/** The most frequent names with a bar each. */
export function topList(title: string, counted: readonly Counted[], of: number): Markup {
  const most = counted.reduce((max, { count }) => Math.max(max, count), 1);
  const rows = counted.map(
    ({ name, count }) => html`<li><span class="name">${name}</span><span class="number">${count}</span>
<svg aria-hidden="true" width="100%" height="6"><rect class="track" width="100%" height="6" rx="3"/><rect class="bar" width="${((count / most) * 100).toFixed(1)}%" height="6" rx="3"/></svg></li>`,
  );
  return html`<section class="card"><h2>${title} <span class="muted">of ${of}</span></h2><ol class="top">${rows}</ol></section>`;
}

function stepWords(stepMs: number): string {
  if (stepMs === HOUR_MS) return 'per hour';
  return stepMs === DAY_MS ? 'per day' : `per ${Math.round(stepMs / DAY_MS)} days`;
}

function barLabel(fromMs: number, stepMs: number): string {
  const local = localTime(fromMs);
  return stepMs === HOUR_MS ? local.slice(0, 16) : local.slice(0, 10);
}
