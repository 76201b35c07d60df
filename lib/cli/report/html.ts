import { escapeUTF8 } from 'entities';

/** Markup that is safe to put into a page. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | readonly Markup[];

/** Template tag: every value that is no markup itself is escaped. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Markup {
  const parts = strings.map((literal, index) => literal + (index < values.length ? shown(values[index] ?? '') : ''));
  return new Markup(parts.join(''));
}

function shown(value: Part): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === 'string') return escapeUTF8(value);
  return typeof value === 'number' ? value.toLocaleString('en-US') : value.map((each) => each.text).join('');
}

/** A value as JSON inside a script element: with no `<` in it nothing can end the element or begin a comment. */
export function scriptJson(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replaceAll('<', '\\u003c'));
}
