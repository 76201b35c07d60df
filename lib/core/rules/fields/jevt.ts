import { type FieldSpec, type FieldValue, fieldSpec } from './field.ts';
import { compact, indented, nodeAt, textOf } from './read.ts';

/** Any member of the record by JSON pointer, under both names of Falco's json plugin 0.7. */
export const JEVT_FIELDS: readonly FieldSpec[] = ['jevt', 'json'].flatMap((prefix) => [
  fieldSpec({
    name: `${prefix}.value`,
    argument: 'key',
    description: 'A member of the record by JSON pointer: a string as it is, all else as JSON text; an empty pointer is the whole record.',
    from: 'the member at the pointer; `~1` is a slash, `~0` a tilde, and the leading slash may be left out',
    read: (event, pointer): FieldValue => {
      const root = event.root();
      if (root === undefined || pointer === '') return root && compact(event.text, root);
      const node = nodeAt(root, steps(pointer));
      return node && textOf(event.text, node);
    },
  }),
  fieldSpec({
    name: `${prefix}.obj`,
    description: 'The whole record, indented by two blanks.',
    from: 'the record',
    read: ({ text }): FieldValue => indented(text),
  }),
  fieldSpec({
    name: `${prefix}.rawtime`,
    description: 'Nanoseconds since 1970, as a text.',
    from: "the event's time",
    read: ({ context }): FieldValue => String(context.event.timeNs),
  }),
]);

function steps(pointer: string): readonly string[] {
  return pointer
    .replace(/^\//, '')
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}
