import { type Command, Option } from 'commander';
import type { Decoded, RawRecord } from '../../core/model/raw-record.ts';
import { normalise } from '../../core/pipeline.ts';
import type { RuleInfo } from '../../core/rules/engine.ts';
import type { Trace } from '../../core/rules/trace.ts';
import { type OpenedScan, openScan, readPaths } from '../../wire.ts';
import { type CliContext, UsageError } from '../context.ts';
import { visible } from '../escape.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { explanationLines } from '../explain/explanation.ts';
import { RuleTraces } from '../explain/rule-traces.ts';
import { makePaint } from '../paint.ts';
import { openOptions, type PolicyFlags, withPolicyOptions } from '../policy-options.ts';
import type { TableLook } from '../table/table.ts';
import { tellProblems } from '../tell-problems.ts';
import { COLOR_CHOICES, type ColorChoice, type Terminal, wantsColor } from '../terminal.ts';
import { DROP_WORDS } from '../words.ts';

interface ExplainFlags extends PolicyFlags {
  readonly id?: string;
  readonly color: ColorChoice;
}

/** Adds `driftwire explain`. */
export function addExplain(program: Command, context: CliContext): void {
  withPolicyOptions(program.command('explain'))
    .description('for each record: every question asked of it, the answer, the reason and the rules')
    .argument('<FILE>', 'file or folder, or - for standard input')
    .option('--id <id>', 'only the record with this eventID or auditID')
    .addOption(new Option('--color <when>', 'colour the text').choices(COLOR_CHOICES).default('auto'))
    .action(async (file: string, flags: ExplainFlags) => {
      context.end(await explain(file, flags, context.terminal));
    });
}

async function explain(file: string, flags: ExplainFlags, terminal: Terminal): Promise<ExitStatus> {
  const opened = await openScan(openOptions(flags));
  if (!opened.ok) {
    tellProblems(opened.problems, terminal.err);
    return EXIT.usage;
  }
  tellProblems(opened.warnings, terminal.err);
  const look = { columns: terminal.columns, paint: makePaint(wantsColor(flags.color, terminal)) };
  const explainer = new Explainer(opened, flags.id, look);
  // everything is parsed here: nobody asks why of a record in order to have it skipped
  await readPaths([file], {
    prefilter: undefined,
    skipped: () => {},
    take: (item) => {
      for (const line of explainer.take(item)) terminal.out.write(`${line}\n`);
    },
  });
  if (flags.id !== undefined && explainer.shown === 0) {
    throw new UsageError(`no record with the id ${JSON.stringify(flags.id)} among ${explainer.items.toLocaleString('en-US')} in ${file}`);
  }
  return explainer.failed ? EXIT.unreadable : EXIT.done;
}

type Opened = Extract<OpenedScan, { ok: true }>;

/** Explains items one by one, in the order of the input. */
class Explainer {
  readonly #opened: Opened;
  readonly #id: string | undefined;
  readonly #look: TableLook;
  readonly #traces: RuleTraces;
  readonly #seen = new Set<string>();
  #number = 0;
  items = 0;
  shown = 0;
  failed = false;

  constructor(opened: Opened, id: string | undefined, look: TableLook) {
    this.#opened = opened;
    this.#id = id;
    this.#look = look;
    this.#traces = new RuleTraces(opened.model);
  }

  /** The lines about one item; none when another one was asked for. */
  take(item: Decoded): readonly string[] {
    this.items++;
    if (item.kind === 'record') return this.#record(item.record);
    if (item.kind === 'falco') return this.#other(item.origin, 'an event that Falco found: it is a finding already, no rule is asked');
    if (item.kind === 'failed') return this.#failure(item.origin, `failed: ${item.code}: ${item.hint}`);
    return this.#other(item.origin, `dropped: ${DROP_WORDS[item.reason]} (${item.reason})`);
  }

  #record(record: RawRecord): readonly string[] {
    const normalised = normalise(record);
    if (!normalised.ok) return this.#failure(record.origin, `failed: ${normalised.code}: ${normalised.hint}`);
    const { event } = normalised;
    const isRepeat = this.#seen.has(event.dedupeKey);
    const decision = this.#opened.detector.decide(event, ++this.#number);
    if (decision.findings.length > 0) this.#seen.add(event.dedupeKey);
    if (this.#id !== undefined && event.id !== this.#id) return [];
    this.shown++;
    const why = ({ name }: RuleInfo): Trace | undefined => this.#traces.of(name, decision.context);
    return explanationLines(decision, this.#opened.engine.rules, isRepeat, why, this.#look);
  }

  #failure(origin: RawRecord['origin'], text: string): readonly string[] {
    this.failed = true;
    return this.#other(origin, text);
  }

  #other({ input, line, path }: RawRecord['origin'], text: string): readonly string[] {
    if (this.#id !== undefined) return [];
    return [this.#look.paint.bold(visible(`${input}:${line} ${path}`.trimEnd())), `  ${visible(text)}`, ''];
  }
}
