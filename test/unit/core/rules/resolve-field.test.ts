import { expect, test } from 'vitest';
import { FIELDS } from '../../../../lib/core/rules/field-table.ts';
import { OperatorError, resolveField, resolveText } from '../../../../lib/core/rules/resolve-field.ts';

const lookup = (name: string) => FIELDS.k8s_audit.get(name);

test.each([
  ['ka.verb', 'ka.verb', ''],
  ['evt.num', 'evt.num', ''],
  ['ka.uri.param[command]', 'ka.uri.param', 'command'],
  ['jevt.value[]', 'jevt.value', ''],
  ['ka.req.pod.containers.image', 'ka.req.pod.containers.image', ''],
  ['ka.req.pod.containers.image[0]', 'ka.req.pod.containers.image', '0'],
  ['ka.req.pod.containers.image[18446744073709551615]', 'ka.req.pod.containers.image', '18446744073709551615'],
])('%s is a field', (text, name, argument) => {
  const found = resolveText(text, lookup);
  expect([found.spec.name, found.argument]).toEqual([name, argument]);
});

test.each([
  ['ka.nope', 'filter_check called with nonexistent field ka.nope'],
  ['KA.VERB', 'filter_check called with nonexistent field KA.VERB'],
  ['ka.verbs', 'filter_check called with nonexistent field ka.verbs'],
  ['ka.verbs[0]', 'filter_check called with nonexistent field ka.verbs[0]'],
  ['ct.name', 'filter_check called with nonexistent field ct.name'],
  ['evt.num[1]', 'filter_check called with nonexistent field evt.num[1]'],
  ['evt.nums', 'filter_check called with nonexistent field evt.nums'],
  ['ka.uri.param[a]b]', 'filter_check called with nonexistent field ka.uri.param[a]b]'],
  ['ka.verb[0]', "filter 'ka.verb[0]': ka.verb does not allow nor require an argument but one is provided: 0"],
  ['ka.uri.param', "filter 'ka.uri.param': ka.uri.param requires an argument but none provided"],
  ['jevt.values', "filter 'jevt.values': jevt.value requires an argument but none provided"],
  ['jevt.value[/a b]', "filter 'jevt.value[/a': jevt.value has unbalanced argument brackets"],
  ['jevt.value[ a]', "filter 'jevt.value[': jevt.value terminates with incomplete argument brackets"],
  [
    'ka.req.pod.containers.image[01]',
    'filter ka.req.pod.containers.image[01] ka.req.pod.containers.image has an invalid index argument starting with 0: 01',
  ],
  [
    'ka.req.pod.containers.image[]',
    'filter ka.req.pod.containers.image[] ka.req.pod.containers.image has an invalid index argument starting with 0: ',
  ],
  [
    'ka.req.pod.containers.image[-1]',
    'filter ka.req.pod.containers.image[-1] ka.req.pod.containers.image has an invalid index argument not composed only by digits: -1',
  ],
  [
    'ka.req.pod.containers.image[18446744073709551616]',
    'filter ka.req.pod.containers.image[18446744073709551616] ka.req.pod.containers.image has an invalid index argument not representable on 64 bit: 18446744073709551616',
  ],
])('%s is none', (text, message) => {
  expect(() => resolveText(text, lookup)).toThrow(new OperatorError(message));
});

test('a reference is its name with the argument in brackets', () => {
  expect(resolveField({ name: 'ka.uri.param', arg: 'a' }, lookup).argument).toBe('a');
  expect(resolveField({ name: 'ka.verb', arg: undefined }, lookup).spec.name).toBe('ka.verb');
});
