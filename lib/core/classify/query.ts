/** One parameter of a query string, decoded. */
export interface QueryParameter {
  readonly name: string;
  readonly value: string;
}

/** The parameters of a request URI in order, repeated ones included; an escape that is none stays as it is written. */
export function queryParameters(requestUri: string): readonly QueryParameter[] {
  const start = requestUri.indexOf('?');
  if (start < 0) return [];
  return requestUri
    .slice(start + 1)
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      const name = equals < 0 ? pair : pair.slice(0, equals);
      return { name: decode(name), value: equals < 0 ? '' : decode(pair.slice(equals + 1)) };
    });
}

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced; // not an escape: the server would have refused it, so what is written is all there is to show
  }
}
