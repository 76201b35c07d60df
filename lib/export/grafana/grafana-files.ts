import type { GeneratedFile } from '../generated-file.ts';
import type { ExportOptions } from '../options.ts';
import { boardFile } from './board.ts';
import { conConBoard } from './concon.ts';
import { healthBoard } from './health.ts';
import { rulesBoard } from './rules-board.ts';

/** The dashboards, one JSON file each, as Grafana's provisioning and its import take them. */
export function grafanaFiles(options: ExportOptions): readonly GeneratedFile[] {
  return [conConBoard(), healthBoard(options), rulesBoard(options)].map(boardFile);
}
