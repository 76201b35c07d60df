import { describe, expect, test } from 'vitest';
import { FIELDS } from '../../../../lib/core/rules/field-table.ts';
import { type CompiledOutput, compileOutput } from '../../../../lib/core/rules/format-output.ts';
import { fieldEventOf } from '../../../support/falco-events.ts';

const event = fieldEventOf('k8s_audit', {
  auditID: 'a-1',
  verb: 'create',
  requestURI: '/api?k=v&eq%3D=x',
  user: { username: 'jürgen', groups: ['dev', 'ops'] },
  requestObject: { rules: [{ verbs: ['', 'x', ''] }, { verbs: [''] }], data: 'ü'.repeat(600), subjects: ['ü'.repeat(600)] },
});
const compiled = (text: string): CompiledOutput => {
  const output = compileOutput(text, (name) => FIELDS.k8s_audit.get(name));
  if (typeof output === 'string') throw new Error(output);
  return output;
};

describe('an output', () => {
  test.each([
    ['plain', 'plain'],
    ['  padded  ', 'padded'],
    ['user=%ka.user.name verb=%ka.verb', 'user=jürgen verb=create'],
    ['%ka.user.name%ka.verb', 'jürgencreate'],
    ['*%ka.verb', 'create'],
    ['**%ka.verb', '*create'],
    ['*', ''],
    ['%container.info %ka.verb', ' create'],
    ['a\nb\t%ka.verb', 'a\nb\tcreate'],
    ['%ka.target.name', '<NA>'],
    ['%ka.user.name.foo', 'jürgen.foo'],
    ['%ka.verbs', 'creates'],
    ['%ka.verb[0]', 'create[0]'],
    ['%ka.uri.param', '/api?k=v&eq%3D=x.param'],
    ['%ka.uri.param[k]!', 'v!'],
    ['%ka.uri.param["k"]', 'v'],
    ['%ka.user.groups', '(dev,ops)'],
    ['%3ka.verb|', 'cre|'],
    ['%08ka.verb|', 'create  |'],
    ['%0ka.verb|', 'create|'],
    ['%2ka.user.name|', 'j\ufffd|'],
    ['%6ka.target.name|', '<NA>  |'],
    ['%5evt.num|', '1    |'],
    ['%toupper(ka.verb)', 'CREATE'],
    ['%toupper(ka.user.groups)', '(DEV,OPS)'],
    ['%join("-", (ka.verb, ka.user.name))', 'create-jürgen'],
    ['%len(ka.user.groups)', '2'],
    ['%len(evt.source)', '<NA>'],
    ['%len(join(",", ka.user.groups))', '<NA>'],
    ['%tolower(ka.verb)[0]', 'create[0]'],
    ['%3len(ka.verb)[a b]', '6  [a b]'],
    ['%evt.is_async', 'false'],
    ['%evt.reltime', '000000000'],
    ['%ka.req.role.rules.verbs[0]', '(x,)'],
    ['%ka.req.role.rules.verbs[1]', '()'],
    ['a%container.info b', 'a b'],
    ['%ka.req.configmap.obj', 'ü'.repeat(600)],
    ['%ka.req.binding.subjects', `(${'ü'.repeat(511)}`],
  ])('%j says %j', (text, message) => {
    expect(compiled(text).message(event)).toBe(message);
  });

  test.each([
    ['', 'empty formatting token'],
    [' %container.info ', 'empty formatting token'],
    ['100%', 'invalid formatting syntax: formatting cannot end with a %'],
    ['%5', 'invalid formatting syntax: formatting cannot end with a number'],
    ['100% sure', "unknown filter: unexpected token after '"],
    ['%%', "unknown filter: unexpected token after '"],
    ['%ka.user', "unknown filter: unexpected token after '"],
    ['%val(ka.verb)', "unknown filter: unexpected token after '"],
    ['%tolower(ka.nope)', "unknown filter: unexpected token after '"],
    ['%tolower(ka.nope)[0]', "unknown filter: unexpected token after '"],
    ['%ka.verb %basename(ka.verb, ka.uri)', 'unknown multivalue transformer'],
    ['%proc.name', "unknown filter: unexpected token after '"],
    ['%99999999ka.verb', 'invalid formatting syntax: a width of at most 65535 is possible'],
  ])('%j is none', (text, message) => {
    expect(compileOutput(text, (name) => FIELDS.k8s_audit.get(name))).toBe(message);
  });

  test('what goes wrong elsewhere is not taken for the fault of the text', () => {
    const field = (): never => {
      throw new RangeError('elsewhere');
    };
    expect(() => compileOutput('%ka.verb', field)).toThrow(RangeError);
  });

  test('has an entry for each distinct field, as its type, and the time of the event', () => {
    const output = compiled(
      '%ka.verb %ka.verb %toupper(ka.user.name) %ka.target.name %ka.user.groups %evt.num %evt.is_async %evt.time.s %evt.rawtime %evt.rawtime.s %ka.uri.param[k] %ka.uri.param[eq=] %ka.uri.param[""]',
    );
    const timeNs = event.context.event.timeNs;
    output.message(event);
    expect(output.fields(event)).toEqual({
      'evt.time': timeNs,
      'ka.verb': 'create',
      'ka.user.name': 'jürgen',
      'ka.target.name': null,
      'ka.user.groups': ['dev', 'ops'],
      'evt.num': 1,
      'evt.is_async': false,
      'evt.time.s': timeNs,
      'evt.rawtime': timeNs,
      'evt.rawtime.s': Number(timeNs / 1_000_000_000n),
      'ka.uri.param[k]': 'v',
      'ka.uri.param["eq="]': 'x',
      'ka.uri.param[""]': null,
    });
    expect(output.uses.map(({ key }) => key).slice(0, 3)).toEqual(['ka.verb', 'ka.verb', 'ka.user.name']);
  });

  test('the entries do not depend on whether the message was made before', () => {
    const fresh = fieldEventOf('k8s_audit', event.text);
    expect(compiled('%ka.verb').fields(fresh)).toEqual({ 'evt.time': fresh.context.event.timeNs, 'ka.verb': 'create' });
  });

  test('a name longer than any field is cut down to one, in time', () => {
    expect(compiled(`%ka.verb${'x'.repeat(100_000)}`).message(event)).toBe(`create${'x'.repeat(100_000)}`);
    expect(typeof compileOutput(`%${'a.b'.repeat(50_000)}`, (name) => FIELDS.k8s_audit.get(name))).toBe('string');
  });
});
