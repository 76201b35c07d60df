import { SYSTEM_TIMING } from '../clients/retry.ts';
import type { Log } from '../core/model/log.ts';
import type { Store } from '../core/ports.ts';
import { cursorName, Follower } from '../sources/follow/follower.ts';
import type { Desk } from './desk.ts';

/** How often followed files are looked at, in ms. */
const POLL_MS = 500;
/** How long a followed file that cannot be read or put down is left alone, in ms. */
const FOLLOW_AGAIN_MS = 5_000;

/** Follows one path of the configuration until it is told to stop. */
export interface Followed {
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Begins to follow a path: notes in the store which file that is, so that it is found again under the name that rotation gives it even
 * if the process dies before it has read anything. Nothing is read yet.
 */
export async function openFollowed(
  { path, cluster }: { readonly path: string; readonly cluster?: string | undefined },
  { desk, store, log }: { readonly desk: Desk; readonly store: Store; readonly log: Log },
): Promise<Followed> {
  let signal: AbortSignal | undefined;
  const follower = new Follower({
    path,
    cluster,
    cursor: await store.cursor(cursorName(path)),
    read: async ({ name, chunks, context, cursor }) => {
      await desk.take({ name, chunks, context, cursor, waitsForRoom: true, ...(signal === undefined ? {} : { signal }) });
    },
    note: async (cursor) => {
      await store.accept({ entries: [], sinks: [], cursors: [cursor], increments: [], levels: [] });
    },
    onProblem: (message, file) => log('warn', message, { file }),
    now: SYSTEM_TIMING.now,
  });
  await follower.begin();
  return {
    run: async (until) => {
      signal = until;
      while (!until.aborted) {
        let waitMs = POLL_MS;
        try {
          if ((await follower.poll()) > 0) waitMs = 0;
        } catch (cause) {
          // what was not put down is read again from the same place
          log('error', 'a followed file waits', { path, error: cause });
          waitMs = FOLLOW_AGAIN_MS;
        }
        if (waitMs > 0) await SYSTEM_TIMING.sleep(waitMs, until);
      }
      await follower.close();
    },
  };
}
