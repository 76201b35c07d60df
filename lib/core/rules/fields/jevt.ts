import type { FieldSpec, FieldValue } from './field.ts';
import { nodeAt, textOf } from './read.ts';

/** Any member of the record by JSON pointer (Falco's json plugin 0.7). */
export const JEVT_FIELDS: readonly FieldSpec[] = ['jevt.value', 'json.value'].map((name) => ({
  name,

  isList: false,
  argument: 'key',
  description: 'A member of the record by JSON pointer.',
  read: (event, pointer): FieldValue => {
    const steps =
      pointer === ''
        ? []
        : pointer
            .replace(/^\//, '')
            .split('/')
            .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    const node = nodeAt(event.root(), steps);
    return node === undefined ? undefined : textOf(event.text, node);
  },
}));
