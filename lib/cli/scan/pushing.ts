import manifest from '../../../package.json' with { type: 'json' };
import type { LoadedConfig } from '../../config/load.ts';
import { DEFAULT_CONFIG_FILE } from '../../config/load-file.ts';
import type { Outcome } from '../../core/pipeline.ts';
import type { Pusher, PushResult } from '../../serve/push.ts';
import type { OpenedScan } from '../../wire.ts';
import { visible } from '../escape.ts';
import { count } from '../table/table.ts';
import { tellProblems } from '../tell-problems.ts';
import type { Terminal } from '../terminal.ts';

/** What `--push` does beside a scan. */
export interface Pushing {
  add(outcome: Outcome): void;
  between(): Promise<void>;
  /** Delivers the rest and says what each sink made of it; false when one of them did not take everything. */
  finish(): Promise<boolean>;
  close(): Promise<void>;
}

/** Opens the sinks of a scan; undefined when that is not possible, which is told. */
export async function openPushing(
  loaded: LoadedConfig,
  opened: Extract<OpenedScan, { ok: true }>,
  configPath: string | undefined,
  { err }: Terminal,
): Promise<Pushing | undefined> {
  // loaded here, because the sinks' libraries take longer to load than a small scan lasts
  const { openPush } = await import('../../serve/open-push.ts');
  const log = (_level: string, message: string): void => err.write(`${visible(message)}\n`);
  const push = await openPush({ loaded, file: configPath ?? DEFAULT_CONFIG_FILE, opened, version: manifest.version, log });
  if (!push.ok) {
    tellProblems(push.problems, err);
    return undefined;
  }
  await push.pusher.begin();
  return pushingOf(push.pusher, push.close, err.write.bind(err));
}

function pushingOf(pusher: Pusher, close: () => Promise<void>, write: (text: string) => void): Pushing {
  return {
    add: (outcome) => {
      if (outcome.kind === 'findings') pusher.add(outcome.delivery);
    },
    between: () => pusher.between(),
    finish: async () => {
      const results = await pusher.finish(new AbortController().signal);
      for (const result of results) write(`${visible(lineOf(result))}\n`);
      return results.every(({ refused, waiting }) => refused === 0 && waiting === 0);
    },
    close,
  };
}

/** One line for a sink: what it has, and what it has not and why. */
function lineOf({ sink, delivered, refused, waiting, said }: PushResult): string {
  const isTotals = sink === 'remote_write';
  const missing = [
    ...(refused === 0 ? [] : [`${isTotals ? `${refused} series` : count(refused, 'event')} refused for good`]),
    ...(waiting === 0 ? [] : [`${isTotals ? 'the totals' : count(waiting, 'event')} not taken: run the same scan again`]),
  ];
  const has = isTotals ? (delivered === 0 ? [] : ['the totals are written']) : [`${count(delivered, 'event')} delivered`];
  return `pushed to ${sink}: ${[...has, ...missing].join(', ')}${said === undefined ? '' : ` (${said})`}`;
}
