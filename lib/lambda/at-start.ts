/**
 * Begins to load something as soon as the handler has been imported, and hands it to the first event. Lambda asks for the first event
 * meanwhile, so neither waits for the other. What fails is thrown to each event, and is not the death of the process.
 */
export function atStart<T>(load: () => Promise<T>): () => Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  promise.catch(() => undefined);
  setImmediate(() => resolve(load()));
  return () => promise;
}
