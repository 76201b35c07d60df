/** Maps with at most so many at work at the same time; the results are in the order of the items. */
export async function mapAtOnce<T, R>(items: readonly T[], atOnce: number, map: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: (readonly [number, R])[] = [];
  // All workers take from this one iterator, so each item is met once.
  const queue = items.entries();
  const work = async (): Promise<void> => {
    for (const [at, item] of queue) results.push([at, await map(item)]);
  };
  await Promise.all(Array.from({ length: Math.max(1, atOnce) }, work));
  return results.sort(([a], [b]) => a - b).map(([, result]) => result);
}
