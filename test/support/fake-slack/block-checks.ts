/** The small parts of which the checks of Block Kit are made; errors are worded as Slack words them. */

export type Node = Readonly<Record<string, unknown>>;

/** Collects what is wrong and every text that counts. */
export class BlockCheck {
  readonly errors: string[] = [];
  readonly texts: { readonly kind: 'mrkdwn' | 'plain' | 'markdown'; readonly text: string; readonly isVerbatim: boolean }[] = [];
  readonly urls: string[] = [];
  readonly mentions: string[] = [];
  readonly #blockIds = new Set<string>();

  fail(pointer: string, text: string): void {
    this.errors.push(`${text} [json-pointer:${pointer}]`);
  }

  node(value: unknown, pointer: string): Node | undefined {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Node;
    this.fail(pointer, 'must be an object');
    return undefined;
  }

  /** Names that may stand there and names that must. */
  members(node: Node, pointer: string, required: readonly string[], optional: readonly string[] = []): boolean {
    const before = this.errors.length;
    for (const name of required) if (node[name] === undefined) this.fail(pointer, `missing required field: ${name}`);
    for (const name of Object.keys(node)) {
      if (name !== 'type' && !required.includes(name) && !optional.includes(name))
        this.fail(pointer, `invalid additional property: ${name}`);
    }
    return this.errors.length === before;
  }

  /** A string of 1 to `max` characters; undefined is passed over. */
  string(value: unknown, pointer: string, max: number): string | undefined {
    if (value === undefined) return undefined;
    if (typeof value !== 'string') {
      this.fail(pointer, 'must be a string');
      return undefined;
    }
    if (value.length === 0) this.fail(pointer, 'must be more than 0 characters');
    if (value.length > max) this.fail(pointer, `must be less than ${max + 1} characters`);
    if (/[\uD800-\uDFFF]/.test(value.replaceAll(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g, ''))) this.fail(pointer, 'is no valid Unicode');
    return value;
  }

  url(value: unknown, pointer: string): void {
    const text = this.string(value, pointer, 3_000);
    if (text === undefined) return;
    this.urls.push(text);
    if (!/^(?:https?|mailto|slack):/i.test(text) || !URL.canParse(text)) this.fail(pointer, 'must be a valid URL');
  }

  array(value: unknown, pointer: string, max: number): readonly unknown[] {
    if (!Array.isArray(value)) {
      this.fail(pointer, 'must be an array');
      return [];
    }
    if (value.length === 0) this.fail(pointer, 'must have at least 1 item');
    if (value.length > max) this.fail(pointer, `no more than ${max} items allowed`);
    return value;
  }

  oneOf(value: unknown, pointer: string, allowed: readonly unknown[]): void {
    if (value !== undefined && !allowed.includes(value)) this.fail(pointer, `must be one of: ${allowed.join(', ')}`);
  }

  whole(value: unknown, pointer: string): void {
    if (value !== undefined && !Number.isSafeInteger(value)) this.fail(pointer, 'must be an integer');
  }

  flag(value: unknown, pointer: string): void {
    if (value !== undefined && typeof value !== 'boolean') this.fail(pointer, 'must be a boolean');
  }

  /** A text object. */
  text(value: unknown, pointer: string, max: number, allowed: readonly string[] = ['plain_text', 'mrkdwn']): void {
    const node = this.node(value, pointer);
    if (node === undefined) return;
    const { type } = node;
    if (typeof type !== 'string' || !allowed.includes(type)) {
      this.fail(`${pointer}/type`, `unsupported type: ${String(type)}`);
      return;
    }
    this.members(node, pointer, ['text'], type === 'plain_text' ? ['emoji'] : ['verbatim']);
    this.flag(node['emoji'] ?? node['verbatim'], pointer);
    const text = this.string(node['text'], `${pointer}/text`, max);
    if (text !== undefined) this.note(type === 'plain_text' ? 'plain' : 'mrkdwn', text, node['verbatim'] === true);
  }

  note(kind: 'mrkdwn' | 'plain' | 'markdown', text: string, isVerbatim = false): void {
    this.texts.push({ kind, text, isVerbatim });
  }

  blockId(value: unknown, pointer: string): void {
    const id = this.string(value, `${pointer}/block_id`, 255);
    if (id === undefined) return;
    if (this.#blockIds.has(id)) this.fail(`${pointer}/block_id`, `\`block_id\` ${JSON.stringify(id)} already exists`);
    this.#blockIds.add(id);
  }
}
