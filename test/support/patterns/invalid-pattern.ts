/** A pattern that the service refuses. */
export class InvalidPattern extends Error {}

/** @throws InvalidPattern always */
export function invalid(reason: string): never {
  throw new InvalidPattern(reason);
}
