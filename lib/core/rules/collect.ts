/** Rule files to lists, macros and rules with their places: what stands in the file, before any condition is looked at. */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, type YAMLMap } from 'yaml';
import { PRIORITIES, type Priority } from '../model/finding.ts';

/** One thing that is wrong in a rule file. */
export interface RuleProblem {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly message: string;
}

/** A rule as written. */
export interface RuleItem {
  readonly name: string;
  readonly desc: string;
  readonly condition: string;
  readonly output: string;
  readonly priority: Priority;
  readonly source: string;
  readonly tags: readonly string[];
  readonly enabled: boolean;
  readonly place: Place;
}
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Everything collected from files loaded in order; a later definition replaces an earlier one in its place. */
export interface Collection {
  readonly lists: Map<string, { readonly items: readonly string[]; readonly place: Place }>;
  readonly macros: Map<string, { readonly condition: string; readonly place: Place }>;
  readonly rules: Map<string, RuleItem>;
  readonly problems: RuleProblem[];
}

/** A file larger than this is no rule file (the largest published one has 170 kB). */
const MAX_FILE_CHARS = 8_000_000;
const KEYS: Readonly<Record<'list' | 'macro' | 'rule', readonly string[]>> = {
  list: ['list', 'items'],
  macro: ['macro', 'condition'],
  rule: [
    'rule',
    'desc',
    'condition',
    'output',
    'priority',
    'source',
    'tags',
    'enabled',
    'warn_evttypes',
    'skip-if-unknown-filter',
    'capture',
    'capture_duration',
  ],
};
/** Parts of Falco's language that change what a rule means: to pass over them would make a rule fire that its author switched off. */
const LATER = ['append', 'override', 'exceptions'];
const TRUE_WORDS = ['true', 'yes', 'on'];
const FALSE_WORDS = ['false', 'no', 'off'];

/** Makes an empty collection. */
export function emptyCollection(): Collection {
  return { lists: new Map(), macros: new Map(), rules: new Map(), problems: [] };
}

/** Adds one file to a collection; all its problems are named. */
export function collect(into: Collection, file: string, text: string): void {
  const lines = new LineCounter();
  const at = (node: Pick<Node, 'range'> | null | undefined): Place => {
    const { line, col } = lines.linePos(node?.range?.[0] ?? 0);
    return { file, line, column: col };
  };
  const problem = (place: Place, message: string, severity: RuleProblem['severity'] = 'error'): void => {
    into.problems.push({ severity, ...place, message });
  };
  if (text.length > MAX_FILE_CHARS) {
    problem({ file, line: 1, column: 1 }, `too large: ${text.length} characters, at most ${MAX_FILE_CHARS} are read`);
    return;
  }
  // The failsafe schema keeps every scalar as it is written: `0644`, `1e3` and `yes` are texts in rule files.
  const documents = parseAllDocuments(text, { lineCounter: lines, schema: 'failsafe', uniqueKeys: false, prettyErrors: false });
  for (const document of Array.isArray(documents) ? documents : []) {
    for (const { pos, message } of document.errors)
      problem({ file, line: lines.linePos(pos[0]).line, column: lines.linePos(pos[0]).col }, `YAML parse error: ${message}`);
    const root = document.contents;
    if (root === null || (isScalar(root) && root.value === '')) continue;
    if (!isSeq(root)) {
      problem(at(root), isMap(root) ? 'Rules content is not yaml array of objects' : 'Rules content is not yaml');
      continue;
    }
    for (const node of root.items) {
      if (isMap(node)) new ItemReader(into, node, at, problem).read();
      else if (!isScalar(node) || node.value !== '')
        problem(at(node as Node), 'Unexpected element type. Each element should be a yaml associative array.');
    }
  }
}

type Report = (place: Place, message: string, severity?: RuleProblem['severity']) => void;

/** Reads one element of a rule file. */
class ItemReader {
  readonly #into: Collection;
  readonly #item: YAMLMap;
  readonly #at: (node: Pick<Node, 'range'> | null | undefined) => Place;
  readonly #problem: Report;

  constructor(into: Collection, item: YAMLMap, at: (node: Pick<Node, 'range'> | null | undefined) => Place, problem: Report) {
    this.#into = into;
    this.#item = item;
    this.#at = at;
    this.#problem = problem;
  }

  read(): void {
    if (this.#item.has('required_engine_version') || this.#item.has('required_plugin_versions')) return;
    const kind = (['list', 'macro', 'rule'] as const).find((key) => this.#item.has(key));
    if (kind === undefined) {
      this.#problem(this.#at(this.#item), 'Unknown top level item', 'warning');
      return;
    }
    const name = this.#text(kind);
    const later = LATER.filter((key) => this.#item.has(key));
    if (later.length > 0)
      this.#problem(
        this.#at(this.#item),
        `${kind} '${name}': ${later.join(', ')} is not supported in this version: write the whole ${kind} again under its name`,
      );
    for (const { key } of this.#item.items) {
      const word = isScalar(key) ? String(key.value) : '';
      if (!KEYS[kind].includes(word) && !LATER.includes(word))
        this.#problem(this.#at(key as Node), `Unknown key '${word}'. The key will be ignored.`, 'warning');
    }
    if (name === undefined || later.length > 0) return;
    const place = this.#at(this.#item);
    if (kind === 'list') this.#into.lists.set(name, { items: this.#texts('items', true), place });
    else if (kind === 'macro') this.#macro(name, place);
    else this.#rule(name, place);
  }

  #macro(name: string, place: Place): void {
    const condition = this.#text('condition');
    if (condition !== undefined) this.#into.macros.set(name, { condition, place });
  }

  #rule(name: string, place: Place): void {
    const enabled = this.#flag('enabled');
    const before = this.#into.rules.get(name);
    if (!['condition', 'output', 'desc', 'priority'].some((key) => this.#item.has(key))) {
      if (before === undefined) this.#problem(place, "Rule has 'enabled' key but no rule by that name already exists");
      else this.#into.rules.set(name, { ...before, enabled });
      return;
    }
    const [condition, output, desc] = [this.#text('condition'), this.#text('output'), this.#text('desc')];
    const priority = this.#priority();
    if (condition === undefined || output === undefined || desc === undefined || priority === undefined) return;
    const source = this.#item.has('source') ? this.#text('source') : 'syscall';
    if (source === undefined) return;
    if (before !== undefined && this.#item.has('source') && before.source !== source) {
      this.#problem(place, 'Rule has been re-defined with a different source');
      return;
    }
    this.#into.rules.set(name, {
      name,
      desc: desc.trim(),
      condition,
      output,
      priority,
      source: before?.source ?? source,
      tags: this.#texts('tags', false).toSorted(),
      enabled,
      place,
    });
  }

  #priority(): Priority | undefined {
    const text = this.#text('priority');
    if (text === undefined) return undefined;
    const word = text.toLowerCase() === 'info' ? 'informational' : text.toLowerCase();
    const priority = PRIORITIES.find((each) => each.toLowerCase() === word);
    if (priority === undefined)
      this.#problem(this.#at(this.#node('priority')), `Invalid priority '${text}': use one of ${PRIORITIES.join(', ')}`);
    return priority;
  }

  #flag(key: string): boolean {
    if (!this.#item.has(key)) return true;
    const word = this.#text(key);
    if (word !== undefined && !TRUE_WORDS.includes(word) && !FALSE_WORDS.includes(word))
      this.#problem(this.#at(this.#node(key)), `Can't decode YAML scalar value '${word}': use true or false`);
    return word === undefined || !FALSE_WORDS.includes(word);
  }

  /** A required text; what is missing or is none is named. */
  #text(key: string): string | undefined {
    const node = this.#node(key);
    if (node === undefined) this.#problem(this.#at(this.#item), `Item has no mapping for key '${key}'`);
    else if (!isScalar(node)) this.#problem(this.#at(node), `Value of '${key}' is not a scalar value`);
    else if (String(node.value) === '') this.#problem(this.#at(node), `Value of '${key}' must be non-empty`);
    else return String(node.value);
    return undefined;
  }

  #texts(key: string, isRequired: boolean): readonly string[] {
    const node = this.#node(key);
    if (node === undefined && !isRequired) return [];
    if (!isSeq(node)) {
      this.#problem(this.#at(node ?? this.#item), `Value of '${key}' is not a sequence`);
      return [];
    }
    return node.items.flatMap((item) => {
      if (isScalar(item)) return [String(item.value)];
      this.#problem(this.#at(item as Node), `${key}: sequence value is not scalar`);
      return [];
    });
  }

  #node(key: string): Node | undefined {
    const node = this.#item.get(key, true) as Node | undefined;
    return node ?? undefined;
  }
}
