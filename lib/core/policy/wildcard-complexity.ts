/**
 * How EventBridge judges wildcards: not by their number, but by how many beginnings of patterns one worst value could match at once (aws/event-ruler
 * 2.0.1, `MachineComplexityEvaluator`, read 2026-11-21). A score of 10 is accepted and 11 refused as "Rule is too complex" (answers of the service, recorded
 * 2025-10 and 2026-09). Patterns share their states up to the first character behind a star, and those of one `anything-but` list count as one.
 */

/** The highest score that the service accepts. */
export const MAX_COMPLEXITY = 10;

/** Sets of states that are looked at; a list of names needs far fewer, and more is taken to be too complex. */
const MAX_SETS = 5_000;

/** One state: what has been read of one pattern, or of all that begin alike. */
interface State {
  readonly next: Map<string, State>;
  star: State | undefined;
  /** True for the state behind a star, which any character leaves where it is. */
  readonly loops: boolean;
  /** Which groups of patterns have a part of theirs behind this state. */
  readonly groups: Set<number>;
}

/**
 * The score of the wildcard patterns of one field.
 *
 * @param groups - Each group is one `wildcard` with its one pattern, or one `anything-but` with its list; `*` any run of characters.
 * @returns the score, at most `MAX_COMPLEXITY + 1`.
 */
export function wildcardComplexity(groups: readonly (readonly string[])[]): number {
  const start = state(false);
  groups.forEach((patterns, group) => {
    for (const pattern of patterns) add(start, `"${pattern}`, group);
  });
  return worstOf(start);
}

function state(loops: boolean): State {
  return { next: new Map(), star: undefined, loops, groups: new Set() };
}

function add(start: State, pattern: string, group: number): void {
  let here = start;
  let isShared = true;
  let wasStar = false;
  for (const character of pattern) {
    if (character === '*') {
      here.star ??= state(true);
      here = here.star;
    } else {
      // from the second character behind a star on each pattern has states of its own
      const key = isShared ? character : `${character}${group}\n${pattern}`;
      const next = here.next.get(key) ?? state(false);
      here.next.set(key, next);
      here = next;
    }
    if (wasStar) isShared = false;
    wasStar = character === '*';
    here.groups.add(group);
  }
}

function worstOf(start: State): number {
  const seen = new Set<string>();
  const ids = new Map<State, number>();
  const idOf = (one: State): number => {
    const id = ids.get(one) ?? ids.size;
    ids.set(one, id);
    return id;
  };
  const queue: (readonly State[])[] = [[start]];
  let worst = 0;
  for (const active of queue) {
    worst = Math.max(worst, active[0] === start ? 0 : sizeOf(active));
    if (worst > MAX_COMPLEXITY || queue.length > MAX_SETS) return MAX_COMPLEXITY + 1;
    for (const reached of reachedFrom(active)) {
      const key = reached
        .map(idOf)
        .sort((a, b) => a - b)
        .join();
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push(reached);
    }
  }
  return worst;
}

/** A value that matches `foo` matches `foo*` too. */
function sizeOf(active: readonly State[]): number {
  const all = new Set(active.flatMap(({ star }) => (star === undefined ? [] : [star])));
  for (const one of active) all.add(one);
  return [...all].reduce((size, { groups }) => size + groups.size, 0);
}

/** The sets of states behind each next character. */
function reachedFrom(active: readonly State[]): readonly (readonly State[])[] {
  const always = new Set<State>();
  const stars = new Set<State>(active.flatMap(({ star }) => (star === undefined ? [] : [star])));
  const byCharacter = new Map<string, Set<State>>();
  for (const one of [...active, ...stars]) {
    if (one.loops || stars.has(one)) always.add(one);
    for (const [key, next] of one.next) {
      const character = key.slice(0, 1);
      byCharacter.set(character, (byCharacter.get(character) ?? new Set()).add(next));
    }
  }
  const sets = [...byCharacter.values()].map((own) => [...new Set([...always, ...own])]);
  return always.size === 0 ? sets : [...sets, [...always]];
}
