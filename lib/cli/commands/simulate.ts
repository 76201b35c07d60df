import { type Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_SIMULATION } from '../../simulate/model.ts';
import { SIMULATION_FORMATS, type SimulationFormat, writeSimulation } from '../../simulate/write.ts';

interface SimulateOptions {
  readonly out: string;
  readonly seed: string;
  readonly start: number;
  readonly hours: number;
  readonly scale: number;
  readonly format: SimulationFormat;
}

/** Adds `driftwire simulate`: a made-up but realistic stream with its truth, for trying things out and for load tests. */
export function addSimulate(program: Command): void {
  program
    .command('simulate')
    .description('write a made-up but realistic day of audit logs, with its truth and a fitting driftwire.yaml')
    .requiredOption('--out <dir>', 'folder to write to; its logs/ is replaced')
    .option('--seed <text>', 'equal seeds give equal logs', DEFAULT_SIMULATION.seed)
    .option('--start <time>', 'first moment, such as 2026-11-20 or 2026-11-20T06:00:00Z', parseStart, DEFAULT_SIMULATION.startMs)
    .option('--hours <n>', 'length, in hours', positive(24 * 366), DEFAULT_SIMULATION.hours)
    .option('--scale <n>', 'multiplies the number of events (1: about 85 an hour)', positive(1_000_000), DEFAULT_SIMULATION.scale)
    .addOption(
      new Option('--format <form>', 'all forms as an organisation has them, or one alone').choices(SIMULATION_FORMATS).default('mixed'),
    )
    .action((options: SimulateOptions) => {
      const { out, format, seed, start, hours, scale } = options;
      const written = writeSimulation(out, { seed, startMs: start, hours, scale }, format);
      const megabytes = (written.recordChars / 1e6).toFixed(1);
      program
        .configureOutput()
        .writeOut?.(
          `${written.events} events (${megabytes} MB) in ${written.files} files below ${out}/logs, ${written.expected} of them expected to be found\n`,
        );
    });
}

function parseStart(value: string): number {
  const time = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z)?$/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time) || time < 0) throw new InvalidArgumentError('write a UTC time such as 2026-11-20 or 2026-11-20T06:00:00Z');
  return time;
}

function positive(most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (value.trim() === '' || !(number > 0) || number > most) throw new InvalidArgumentError(`write a number above 0, at most ${most}`);
    return number;
  };
}
