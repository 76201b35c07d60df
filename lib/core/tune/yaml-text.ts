/** What shows nothing: controls, separators but the blank, format characters, lone surrogates. */
const INVISIBLE = /(?! )[\p{C}\p{Z}]/u;

/**
 * A text as a quoted YAML scalar on one line, with every character that shows nothing as an escape: what is pasted is what is
 * seen. In single quotes where that saves escapes.
 */
export function yamlText(text: string): string {
  if (/["\\]/.test(text) && !text.includes("'") && !INVISIBLE.test(text)) return `'${text}'`;
  const body = text.replace(/["\\]|(?! )[\p{C}\p{Z}]/gu, (found) => {
    if (found === '"' || found === '\\') return `\\${found}`;
    const code = found.codePointAt(0) as number;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return `"${body}"`;
}

/** As it is where that reads as the same text, else in quotes. */
export function plainYamlText(text: string): string {
  const isPlain =
    /^[A-Za-z][A-Za-z0-9_./() -]*$/.test(text) && !text.endsWith(' ') && !/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(text);
  return isPlain ? text : yamlText(text);
}
