/** Longest label value, in UTF-16 units: longer ones are cut, so that a foreign name cannot fill a store or refuse a push. */
const MAX_UNITS = 256;

/** A foreign text as the value of a label: what is absent is empty, what is too long is cut, what is no Unicode is replaced. */
export function labelValue(text: string | null, maxUnits: number = MAX_UNITS): string {
  if (text === null) return '';
  const cut = text.length > maxUnits ? `${text.slice(0, maxUnits - 1)}…` : text;
  return cut.toWellFormed();
}
