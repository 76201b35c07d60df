/** Each with the one at the same place of the other list, as far as both go. */
export function pairs<A, B>(left: readonly A[], right: readonly B[]): readonly (readonly [A, B])[] {
  return left.flatMap((each, at) => right.slice(at, at + 1).map((other) => [each, other] as const));
}
