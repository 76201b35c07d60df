import { CATALOGUE, type Keeper, type LabelDefinition, type MetricDefinition } from './catalogue.ts';

/** What a reader may expect of a number, by who holds it. */
const KEEPERS: Readonly<Record<Keeper, string>> = {
  exact: 'Exact: the ledger counts each event once, after any redelivery, crash or concurrency. Never resets.',
  plain: 'Kept in the ledger and never resets; what a crash cuts may count or not.',
  newest: 'Kept in the ledger: the newest value ever seen.',
  process: 'Of the process that runs at the moment.',
};

/** The documentation page of all metrics, made from the catalogue (`docs/metrics.md`). */
export function metricsPage(): string {
  return `# Metrics

Made from the catalogue in \`lib/telemetry/catalogue.ts\`; do not edit by hand.

The same metrics stand on \`/metrics\` and go out by remote write (docs/sinks/prometheus.md tells how to query them exactly). Every series carries
the \`labels\` of the configuration; remote write adds \`job="driftwire"\` and \`instance\`, where a scrape adds its own. \`/metrics\` also shows the
process itself: \`process_*\` (CPU, resident memory, open files) and \`nodejs_*\` (event loop lag, heap, garbage collection).

- **Budget**: a label that callers choose has at most 200 values of its own in each metric; what comes after them counts under \`other\`, and in
  \`driftwire_label_overflow_total\`. Which values have a series is decided once and kept, so sums stay exact. A label that follows from where
  events come from (\`account\`, \`cluster\`, \`rule\`, ...) has 2,000, and a metric 10,000 series.
- **Declared**: the series exist at 0 from the start, so that "nothing happened" and "nobody counts" differ. A metric of open labels has one
  such series with all of them at \`other\`: it is what a sum is compared with before the first event.
- A control character in a label is shown as \`\\xNN\`, and a value is cut at 256 characters.

${CATALOGUE.map(section).join('\n\n')}
`;
}

function section(metric: MetricDefinition): string {
  const { name, type, unit, help, keeper, labels, buckets, isDeclared } = metric;
  const facts = [type, ...(unit === '' ? [] : [unit]), ...(isDeclared ? ['declared'] : [])].join(', ');
  const lines = [`## \`${name}\``, '', `${help} (${facts})`, '', KEEPERS[keeper]];
  if (buckets !== undefined) lines.push('', `Buckets up to ${buckets.join(', ')} and \`+Inf\` seconds.`);
  if (labels.length > 0) lines.push('', '| label | meaning | values |', '| --- | --- | --- |', ...labels.map(row));
  return lines.join('\n');
}

function row(label: LabelDefinition): string {
  const cells = [`\`${label.name}\``, label.help, valuesText(label)];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** A set that fits a line is listed; a longer one has a page of its own, which the label's meaning names. */
function valuesText({ values, given, budget }: LabelDefinition): string {
  if (values !== undefined) return values.length <= 12 ? values.map((value) => `\`${value}\``).join(', ') : `${values.length} codes`;
  const known = given === 'sinks' ? 'the configured sinks' : 'the loaded rules';
  if (given !== undefined) return budget === true ? `${known}, within the budget` : known;
  return 'open, within the budget';
}
