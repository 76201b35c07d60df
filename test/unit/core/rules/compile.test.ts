import { describe, expect, test } from 'vitest';
import { type Compiled, compile } from '../../../../lib/core/rules/compile.ts';
import type { Knowledge } from '../../../../lib/core/rules/engine.ts';
import { FIELDS } from '../../../../lib/core/rules/field-table.ts';
import { ConditionError, parseCondition } from '../../../../lib/core/rules/parser.ts';
import { condition, fieldEventOf } from '../../../support/falco-events.ts';

const REQUEST = JSON.stringify({
  auditID: 'a-1',
  stage: 'ResponseComplete',
  verb: 'create',
  requestURI: '/api/v1/namespaces/team-a/pods?fieldManager=kubectl',
  user: { username: 'jürgen@example.com', groups: ['dev', 'Ops'] },
  userAgent: '',
  objectRef: { resource: 'pods', namespace: 'team-a', name: 'create' },
  responseStatus: { code: 201 },
  annotations: { 'authorization.k8s.io/reason': 'YWI=' },
});
const event = fieldEventOf('k8s_audit', REQUEST);
const holds = (text: string): boolean => condition('k8s_audit', text).test(event);

describe('a condition holds', () => {
  test.each([
    ['ka.verb = create', true],
    ['ka.verb == get', false],
    ['ka.verb != get', true],
    ['ka.verb != create', false],
    // an absent field makes every check false, and only `not` makes that true
    ['ka.target.subresource = ""', false],
    ['ka.target.subresource != x', false],
    ['not ka.target.subresource = x', true],
    ['ka.target.subresource exists', false],
    ['ka.useragent exists and ka.useragent = ""', true],
    // text is compared byte by byte
    ['ka.response.code > 1000', true],
    ['ka.response.code < 300', true],
    ['ka.response.code <= 201', true],
    ['ka.response.code >= 202', false],
    ['ka.verb contains eat', true],
    ['ka.verb contains ""', true],
    ['ka.user.name icontains JÜRGEN', false],
    ['ka.user.name icontains RGEN', true],
    ['ka.uri startswith /api/', true],
    ['ka.uri endswith kubectl', true],
    ['ka.user.name glob "j??rgen*"', true],
    ['ka.verb iglob "CRE*"', true],
    ['ka.verb regex "cre.*"', true],
    ['ka.verb regex "cre"', false],
    ['ka.uri pmatch (/api/v1, /x)', true],
    ['ka.uri pmatch ()', false],
    ['ka.verb in (get, create)', true],
    ['ka.verb intersects (get)', false],
    ['ka.verb in ()', false],
    // lists
    ['ka.user.groups exists', true],
    ['ka.user.groups in (dev, Ops, other)', true],
    ['ka.user.groups in (dev)', false],
    ['ka.user.groups intersects (dev)', true],
    ['ka.user.groups intersects ()', false],
    ['ka.user.groups in val(ka.user.groups)', true],
    ['ka.req.binding.subjects in val(ka.user.groups)', false],
    // a changed list equals no constants, only a list that is changed too
    ['toupper(ka.user.groups) in (DEV, OPS)', false],
    ['toupper(ka.user.groups) intersects (DEV, OPS)', false],
    ['toupper(ka.user.groups) in toupper(ka.user.groups)', true],
    ['ka.user.groups in toupper(ka.user.groups)', false],
    ['toupper(ka.user.groups) in val(ka.user.groups)', false],
    ['len(toupper(ka.user.groups)) = 2', true],
    // a changed text on the right of `in` equals no text either
    ['tolower(ka.verb) in (create)', true],
    ['tolower(ka.verb) in val(ka.verb)', true],
    ['ka.verb in tolower(ka.verb)', false],
    ['tolower(ka.verb) in tolower(ka.verb)', false],
    ['ka.verb = tolower(ka.verb)', true],
    ['ka.verb = val(ka.target.name)', true],
    ['ka.verb != val(ka.target.resource)', true],
    ['ka.verb contains val(ka.target.name)', true],
    ['ka.verb = val(ka.target.subresource)', false],
    ['ka.target.subresource != val(ka.verb)', false],
    ['ka.response.code > val(ka.useragent)', true],
    // numbers
    ['evt.num = 1', true],
    ['evt.num != 1', false],
    ['evt.num < 2', true],
    ['evt.num <= 0x', undefined],
    ['evt.num <= 1', true],
    ['evt.num >= 2', false],
    ['evt.num > 0', true],
    ['evt.num in (1, 2)', true],
    ['evt.num intersects (2)', false],
    ['evt.num = anyof (1, 2)', true],
    ['evt.num = "1"', true],
    ['evt.num > -1', false],
    ['evt.num = +1', true],
    ['evt.num < 99999999999999999999999', true],
    ['evt.num = 0001', true],
    ['evt.num = val(evt.num)', true],
    ['evt.num < val(evt.num)', false],
    ['len(ka.user.name) = 19', true],
    ['len(ka.user.groups) in (2,3)', true],
    ['evt.is_async = false', true],
    ['evt.is_async != false', false],
    ['evt.is_async in (true, false)', true],
    ['evt.is_async exists', true],
    ['evt.asynctype exists', false],
    // modifiers
    ['ka.verb = anyof (create, get)', true],
    ['ka.verb = oneof (create, create)', false],
    ['ka.verb startswith oneof (cre, get)', true],
    ['ka.verb contains allof (cre, eat)', true],
    ['ka.verb contains allof (cre, get)', false],
    ['ka.verb != allof (get, list)', true],
    ['ka.verb != anyof (create, get)', true],
    ['ka.verb = allof ()', false],
    ['ka.verb != oneof ()', false],
    ['ka.verb regex anyof ("x.*", "c.*")', true],
    // transformers
    ['tolower("ABC") = abc', true],
    ['len(("a", "b", ka.verb)) = 3', true],
    ['len((ka.verb, ka.target.subresource)) exists', false],
    ['basename(ka.uri) = "pods?fieldManager=kubectl"', true],
    ['b64(ka.auth.reason) = ab', true],
    ['b64(ka.verb) exists', false],
    ['join(",", ka.user.groups) = "dev,Ops"', true],
    ['join("-", (ka.verb, ka.user.groups, "x", evt.reltime)) = "create-dev-Ops-x-000000000"', true],
    ['concat(ka.verb, ":", ka.target.resource) = "create:pods"', true],
    ['concat(ka.verb, ka.target.subresource) exists', false],
    ['getopt(ka.user.groups, "a") exists', true],
    ['getopt(ka.user.groups, "a") in (x)', true],
    ['getopt(ka.user.groups, "a")[a] exists', false],
    ['len(getopt(ka.user.groups, "a")) exists', false],
    ['tolower(toupper(ka.verb)) = create', true],
    // logic
    ['ka.verb = get or ka.verb = create and ka.target.resource = pods', true],
    ['(ka.verb = get or ka.verb = create) and ka.target.resource = nodes', false],
    ['not (ka.verb = get and ka.verb = create)', true],
  ])('%s: %s', (text, expected) => {
    if (expected === undefined) expect(() => holds(text)).toThrow(ConditionError);
    else expect(holds(text)).toBe(expected);
  });
});

describe('a condition does not compile', () => {
  test.each([
    ['ka.verb = x and ka.nope = y', 'filter_check called with nonexistent field ka.nope', 16],
    ['ka.verb = val(ka.nope)', 'filter_check called with nonexistent field ka.nope', 0],
    ['ka.verb bcontains 61', "filter error: 'bcontains' operator not supported for string filters", 0],
    ['ka.verb bstartswith 61', "filter error: 'bstartswith' operator not supported for string filters", 0],
    ['evt.num contains 1', "filter error: 'contains' operator not supported for numeric filters", 0],
    ['evt.is_async < 1', "filter error: '<' operator not supported for numeric filters", 0],
    ['ka.user.groups == a', "filter error: '=' operator not supported list filters", 0],
    ['ka.user.groups startswith anyof (a)', "filter error: 'startswith' operator not supported list filters", 0],
    ['evt.num = 33.0', '33.0 is not a valid number', 0],
    ['evt.num = "1 "', '1  is not a valid number', 0],
    ['evt.num = ""', ' is not a valid number', 0],
    ['evt.is_async = yes', 'filter error: unrecognized boolean value yes', 0],
    ['ka.verb regex "("', 'invalid regex pattern: missing ): (', 0],
    [`ka.verb = ${'x'.repeat(256)}`, `filter parameter too long (used=257, available=256):${'x'.repeat(256)}`, 0],
    ['ka.verb regex val(ka.uri)', "operator 'REGEX' doesn't support right-hand side fields", 0],
    ['ka.verb pmatch tolower(ka.uri)', "operator 'PMATCH' doesn't support right-hand side fields", 0],
    [
      'ka.verb = val(ka.user.groups)',
      "field 'ka.verb' has type 'CHARBUF' while the right-hand side field 'ka.user.groups' has incompatible type 'CHARBUF (list)'",
      0,
    ],
    [
      'evt.num = val(evt.rawtime)',
      "field 'evt.num' has type 'UINT64' while the right-hand side field 'evt.rawtime' has incompatible type 'ABSTIME'",
      0,
    ],
    [
      'evt.num = concat("a", "b")',
      "field 'evt.num' has type 'UINT64' while the right-hand side field 'NA' has incompatible type 'CHARBUF'",
      0,
    ],
    [
      'ka.verb in getopt(ka.user.groups, "a")',
      "field 'ka.verb' has type 'CHARBUF' while the right-hand side field 'INTERNAL' has incompatible type 'CHARBUF (list)'",
      0,
    ],
    ['tolower(ka.verb)[a] = x', "filter error: transformer 'tolower' does not support field arguments", 0],
    ['tolower(ka.verb, ka.uri) = x', 'unknown multivalue transformer', 0],
    ['join(ka.verb) = x', "unknown field transfomer 'join'", 0],
    ['some_macro', "Undefined macro 'some_macro' used in filter.", 0],
  ])('%s', (text, message, offset) => {
    const error = (() => {
      try {
        return condition('k8s_audit', text);
      } catch (cause) {
        return cause;
      }
    })();
    expect(error).toBeInstanceOf(ConditionError);
    expect(error).toMatchObject({ message, offset });
  });
});

test('what goes wrong elsewhere while a condition is compiled is not taken for its fault', () => {
  const field = (): never => {
    throw new RangeError('elsewhere');
  };
  expect(() => compile(parseCondition('ka.verb = x'), { field, macro: () => undefined })).toThrow(RangeError);
});

test('a macro stands for its condition', () => {
  const created = condition('k8s_audit', 'ka.verb = create or ka.verb = update');
  const compiled = compile(parseCondition('not created and ka.target.resource = pods'), {
    field: (name) => FIELDS.k8s_audit.get(name),
    macro: (name) => (name === 'created' ? created : undefined),
  });
  expect(compiled.test(event)).toBe(false);
});

describe('as far as is known', () => {
  const may = (text: string, known: Readonly<Record<string, string | undefined>>): boolean | undefined => {
    const compiled: Compiled = condition('k8s_audit', text);
    return compiled.may((field): Knowledge => (field in known ? { known: true, value: known[field] } : { known: false }));
  };

  test.each([
    ['ka.verb = create', {}, undefined],
    ['ka.verb = create', { 'ka.verb': 'create' }, true],
    ['ka.verb = create', { 'ka.verb': 'get' }, false],
    ['ka.verb = create', { 'ka.verb': undefined }, false],
    ['ka.verb exists', { 'ka.verb': undefined }, false],
    ['not ka.verb = create', { 'ka.verb': undefined }, true],
    ['not ka.verb = create', {}, undefined],
    ['ka.verb = create and ka.uri = x', { 'ka.verb': 'get' }, false],
    ['ka.verb = create and ka.uri = x', { 'ka.verb': 'create' }, undefined],
    ['ka.verb = create and ka.uri = x', { 'ka.verb': 'create', 'ka.uri': 'x' }, true],
    ['ka.verb = create or ka.uri = x', { 'ka.verb': 'create' }, true],
    ['ka.verb = create or ka.uri = x', { 'ka.verb': 'get' }, undefined],
    ['ka.verb = create or ka.uri = x', { 'ka.verb': 'get', 'ka.uri': 'y' }, false],
    ['toupper(ka.verb) = CREATE', { 'ka.verb': 'create' }, true],
    ['len(ka.verb) > 3', { 'ka.verb': 'get' }, false],
    ['len(ka.verb) > 3', { 'ka.verb': undefined }, false],
    ['concat(ka.verb, ":", ka.uri) = "a:b"', { 'ka.verb': 'a', 'ka.uri': 'b' }, true],
    ['concat(ka.verb, ":", ka.uri) = "a:b"', { 'ka.verb': 'a' }, undefined],
    ['join("-", (ka.verb, ka.uri)) = "a-b"', { 'ka.verb': 'a', 'ka.uri': undefined }, false],
    ['ka.verb = val(ka.uri)', { 'ka.verb': 'a', 'ka.uri': 'a' }, true],
    ['ka.verb = val(ka.uri)', { 'ka.verb': 'a', 'ka.uri': undefined }, false],
    ['ka.verb = val(ka.uri)', { 'ka.verb': 'a' }, undefined],
    ['ka.verb = val(ka.uri)', { 'ka.uri': 'a' }, undefined],
    ['tolower("A") = a', {}, true],
    ['ka.uri.param[a] = b', { 'ka.uri.param': 'b' }, undefined],
    ['ka.user.groups in (a)', { 'ka.user.groups': 'a' }, undefined],
    ['evt.num = 1', { 'evt.num': '1' }, undefined],
  ] as const)('%s of %j is %s', (text, known, expected) => {
    expect(may(text, known)).toBe(expected);
  });
});
