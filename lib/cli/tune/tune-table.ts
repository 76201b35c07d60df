import type { FalcoNoise } from '../../core/tune/falco-event.ts';
import type { NoiseGroup } from '../../core/tune/noise.ts';
import { visible, visibleJson } from '../escape.ts';
import { localTime } from '../local-time.ts';
import { cutTo, wrap } from '../table/fit.ts';
import { count, type TableLook } from '../table/table.ts';
import { reasonWords } from '../words.ts';
import type { TunedGroup, Tuning } from './tuning.ts';

const COUNT_COLUMNS = 7;
const GAP = '  ';
const INDENT = ' '.repeat(COUNT_COLUMNS + GAP.length);

/** The ranking as lines for a terminal: of each group who, what, when and an example, then what silences it. */
export function tuneTable(tuning: Tuning, top: number, look: TableLook): readonly string[] {
  const { paint } = look;
  const shown = tuning.groups.slice(0, top);
  const hidden = tuning.groups.length - shown.length;
  const title = `${count(tuning.findings, 'finding')} in ${count(tuning.groups.length, 'group')} of rule, principal and action`;
  return [
    ...(tuning.groups.length === 0 && tuning.falco.length > 0
      ? []
      : [paint.bold(cutTo(title, look.columns)), ...originLines(tuning, look), '']),
    ...shown.flatMap((group) => [...groupLines(group, look), ...snippetLines(group, look), '']),
    ...(hidden > 0 ? [paint.dim(cutTo(`and ${count(hidden, 'more group')}: --top shows more, --format json all`, look.columns)), ''] : []),
    ...(tuning.furtherFindings > 0
      ? [paint.dim(cutTo(`${count(tuning.furtherFindings, 'finding')} in groups beyond the bound on their number`, look.columns)), '']
      : []),
    ...workloadLines(tuning.workloads, top, look),
    ...falcoLines(tuning.falco, top, look),
  ];
}

/** A store has counted before, and the rules may have changed since. */
function originLines({ origin, silencedFindings }: Tuning, { columns, paint }: TableLook): readonly string[] {
  if (origin.kind === 'log') return [];
  const { days, name } = origin;
  const kept = days === undefined ? [] : [...new Set([days.from, days.to])];
  const told = days === undefined ? `nothing is kept of this time in ${name}` : `${kept.join(' to ')} (UTC), counted in ${name}`;
  const silenced = `${count(silencedFindings, 'finding')} more that an exception silences by now`;
  return [visible(told), ...(silencedFindings > 0 ? [silenced] : [])].flatMap((text) => wrap(text, columns)).map(paint.dim);
}

function groupLines(group: TunedGroup, { columns, paint }: TableLook): readonly string[] {
  const { priority } = group;
  const number = group.count.toLocaleString('en-US').padStart(COUNT_COLUMNS);
  const rule = paint.bold(cutTo(visible(group.rule), columns - INDENT.length - 15));
  const marked = priority === undefined ? '' : ` · ${paint.priority(priority, priority)}`;
  return [
    `${number}${GAP}${rule}${marked}`,
    ...paragraph(whoLine(group), columns),
    ...paragraph(whenLine(group), columns).map(paint.dim),
    ...paragraph(`last: ${group.last.message}`, columns, 3).map(paint.dim),
  ];
}

function whoLine({ principal, action, users, usersAreMore, usersAreEstimated }: NoiseGroup): string {
  const people = ` · ${usersAreMore ? 'more than ' : usersAreEstimated ? 'about ' : ''}${count(users, 'user')}`;
  return `${action || '(no action)'} by ${principal}${people}`;
}

function whenLine({ firstMs, lastMs }: NoiseGroup): string {
  return firstMs === lastMs ? localTime(firstMs) : `${localTime(firstMs)} to ${localTime(lastMs)}`;
}

/** What is to be pasted stands at the beginning of its lines and is never cut: a terminal wraps it, a mouse takes it whole. */
function snippetLines({ exception, config }: TunedGroup, { columns, paint }: TableLook): readonly string[] {
  const note = (text: string): readonly string[] => wrap(text, columns - 2).map((line) => paint.dim(`# ${line}`));
  if (exception === undefined) {
    return [
      '',
      ...note('no rule of this name is loaded here: give its file with --rules, or the configuration it was counted with with --config'),
    ];
  }
  return [
    '',
    ...note('silences exactly these findings; append to a rule file that is loaded last:'),
    ...pasted(exception),
    ...(config?.ignore === undefined
      ? []
      : [...note('or expect it in driftwire.yaml, for every rule about manual changes:'), 'ignore:', ...indented(config.ignore)]),
    ...(config?.pipelines === undefined
      ? []
      : [
          ...note(
            'or, if the principal is a pipeline and nobody else, everything that it does (the same under workloads: for software that runs all the time):',
          ),
          'pipelines:',
          ...indented(config.pipelines),
        ]),
  ];
}

function pasted(text: string): readonly string[] {
  return text.trimEnd().split('\n').map(visibleJson);
}

function indented(text: string): readonly string[] {
  return pasted(text).map((line) => `  ${line}`);
}

function workloadLines(workloads: readonly NoiseGroup[], top: number, { columns, paint }: TableLook): readonly string[] {
  if (workloads.length === 0) return [];
  const total = workloads.reduce((sum, group) => sum + group.count, 0);
  return [
    paint.bold(cutTo(`${count(total, 'record')} dropped as workload: silent, because the caller cannot choose what shows it`, columns)),
    '',
    ...workloads
      .slice(0, top)
      .flatMap((group) => [
        `${group.count.toLocaleString('en-US').padStart(COUNT_COLUMNS)}${GAP}${cutTo(visible(whoLine(group)), columns - INDENT.length)}`,
        ...paragraph(`${reasonWords(group.reason)} (${group.reason}) · ${whenLine(group)}`, columns).map(paint.dim),
      ]),
    ...(workloads.length > top ? [paint.dim(`and ${count(workloads.length - top, 'more group')}`)] : []),
    '',
  ];
}

function falcoLines(falco: readonly FalcoNoise[], top: number, { columns, paint }: TableLook): readonly string[] {
  if (falco.length === 0) return [];
  const total = falco.reduce((sum, rule) => sum + rule.count, 0);
  return [
    paint.bold(cutTo(`${count(total, 'Falco event')} of ${count(falco.length, 'rule')}`, columns)),
    '',
    ...falco.slice(0, top).flatMap(({ rule, priority, count: times, time, fields }) => [
      `${times.toLocaleString('en-US').padStart(COUNT_COLUMNS)}${GAP}${paint.bold(cutTo(visible(rule), columns - INDENT.length - 16))} · ${visible(priority || 'no priority').slice(0, 13)}`,
      ...paragraph(`last: ${time || 'no time'}`, columns).map(paint.dim),
      ...paragraph(
        Object.entries(fields)
          .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
          .join(' '),
        columns,
        4,
      ).map(paint.dim),
    ]),
    ...(falco.length > top ? [paint.dim(`and ${count(falco.length - top, 'more rule')}`)] : []),
    '',
  ];
}

/** Text from a log, made safe, on lines of the terminal behind the counts; at most so many of them. */
function paragraph(text: string, columns: number, most = Number.POSITIVE_INFINITY): readonly string[] {
  // no log line is so long that what lies beyond would be shown
  const lines = wrap(visible(text.slice(0, 2_000)), columns - INDENT.length);
  const kept = lines.slice(0, most);
  return kept.map(
    (line, index) => INDENT + (index === most - 1 && lines.length > most ? cutTo(`${line} …`, columns - INDENT.length) : line),
  );
}
