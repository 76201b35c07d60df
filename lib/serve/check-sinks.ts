import type { Problem } from '../config/problem.ts';
import type { Config } from '../config/schema.ts';
import { resolveSecret } from '../config/secrets.ts';
import type { SinkCheck } from '../core/model/delivery-result.ts';
import { MemoryStore } from '../stores/memory.ts';
import { allSinks, openSinks, type SinksOptions } from '../wire-sinks.ts';
import { instanceName } from './metrics-of.ts';

/** What each sink said, or why they could not be asked. */
export type CheckedSinks =
  | { readonly ok: true; readonly sinks: readonly { readonly sink: string; readonly check: SinkCheck }[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Tests address, credentials and tenant of every configured sink, all at once, and delivers nothing. */
export async function checkSinks(config: Config, options: Pick<SinksOptions, 'file' | 'placeOf' | 'version'>): Promise<CheckedSinks> {
  const opened = await openSinks(config, { ...options, instance: instanceName(), readSecret: resolveSecret });
  if (!opened.ok) return opened;
  // nothing is kept: a check writes no samples and no messages
  const store = new MemoryStore();
  const writer = opened.remoteWrite?.({ documents: store, log: () => undefined, read: async () => [] });
  const sinks = [...allSinks(opened, store), ...(writer === undefined ? [] : [writer])];
  try {
    return { ok: true, sinks: await Promise.all(sinks.map(async (sink) => ({ sink: sink.name, check: await sink.check() }))) };
  } finally {
    for (const sink of sinks) sink.close();
  }
}
