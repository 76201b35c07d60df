import { fnmatch } from './fnmatch.ts';

/** `pmatch`: the pattern's path components are a prefix of the value's; a component with `*`, `?` or `[` is a glob. */
export function pathPrefix(pattern: string): (value: string) => boolean {
  const wanted = components(pattern).map((component) =>
    /[*?[]/.test(component) ? fnmatch(component, false) : (have: string): boolean => have === component,
  );
  return (value) => {
    const have = components(value);
    return wanted.length <= have.length && wanted.every((matches, index) => matches(have[index] as string));
  };
}

function components(path: string): readonly string[] {
  return path.split('/').filter((component) => component !== '');
}
