/** One thing that is wrong in a configuration file, or that can hardly be meant. */
export interface Problem {
  /** Errors stop the run, warnings do not. */
  readonly severity: 'error' | 'warning';
  /** The file as the user named it. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Place inside the file's value, such as `pipelines[2].role`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong, what is allowed, what to do. */
  readonly message: string;
  /** The line of the file in which the problem is, where it helps to see it. */
  readonly excerpt?: Excerpt;
}

/** A line of a file, and the character under which a caret belongs. */
export interface Excerpt {
  /** As it stands in the file: it may hold anything. */
  readonly text: string;
  readonly caret: number;
}

/** Writes a problem on one line, as compilers do: `file:line:column: severity: path: message`. */
export function formatProblem(problem: Problem): string {
  const place = problem.path === '' ? '' : `${problem.path}: `;
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.severity}: ${place}${problem.message}`;
}

/** Writes a path as people read it: `pipelines[2].role`, `accounts["111122223333"].name`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      const key = String(part);
      if (!/^[A-Za-z_][\w-]*$/.test(key)) return `[${JSON.stringify(key)}]`;
      return index === 0 ? key : `.${key}`;
    })
    .join('');
}
