import { describe, expect, test } from 'vitest';
import { FIELDS } from '../../../../lib/core/rules/field-table.ts';
import { parseCondition } from '../../../../lib/core/rules/parser.ts';
import { type Trace, type TracedCondition, type TraceScope, trace } from '../../../../lib/core/rules/trace.ts';
import { fieldEventOf } from '../../../support/falco-events.ts';

const traced = (text: string): TracedCondition => ({ ast: parseCondition(text), text });
const MACROS: Readonly<Record<string, TracedCondition>> = {
  created: traced('ka.verb = create'),
  in_team: traced('created and ka.target.namespace startswith team-'),
};
const SCOPE: TraceScope = {
  field: (name) => FIELDS.k8s_audit.get(name),
  macro: (name) => (Object.hasOwn(MACROS, name) ? MACROS[name] : undefined),
};
const event = fieldEventOf('k8s_audit', {
  auditID: 'a',
  verb: 'create',
  user: { username: 'Bob', groups: ['dev'] },
  objectRef: { resource: 'pods', namespace: 'kube-system' },
});
const why = (text: string): Trace => trace(traced(text), SCOPE, event);
const brief = ({ result, because }: Trace): readonly unknown[] => [
  result,
  ...because.map(({ check, isNegated, holds }) => `${isNegated ? 'not ' : ''}${check}: ${holds}`),
];

describe('why a condition is true or false', () => {
  test.each([
    ['ka.verb = get', [false, 'ka.verb = get: false']],
    ['ka.verb = create', [true, 'ka.verb = create: true']],
    ['ka.verb = create and ka.target.resource = nodes and ka.verb = x', [false, 'ka.target.resource = nodes: false']],
    ['ka.verb = create and ka.target.resource = pods', [true, 'ka.verb = create: true', 'ka.target.resource = pods: true']],
    ['ka.verb = get or ka.verb = create or ka.verb = x', [true, 'ka.verb = create: true']],
    ['ka.verb = get or ka.verb = x', [false, 'ka.verb = get: false', 'ka.verb = x: false']],
    ['not ka.verb = create', [false, 'not ka.verb = create: true']],
    ['not (not ka.verb = create)', [true, 'ka.verb = create: true']],
    ['not (ka.verb = create and ka.verb = get)', [true, 'not ka.verb = get: false']],
    [
      'ka.target.resource = pods and not in_team',
      [true, 'ka.target.resource = pods: true', 'not ka.target.namespace startswith team-: false'],
    ],
  ])('%s', (text, expected) => {
    expect(brief(why(text))).toEqual(expected);
  });

  test('a step tells the check, its place, its macros and what the fields held', () => {
    const { because } = why('ka.user.name exists and in_team');
    expect(because).toEqual([
      {
        check: 'ka.target.namespace startswith team-',
        span: { start: 12, end: 48 },
        macros: ['in_team'],
        holds: false,
        isNegated: false,
        values: [{ name: 'ka.target.namespace', value: 'kube-system' }],
      },
    ]);
    expect(why('in_team or created').because[0]).toMatchObject({ macros: ['created'], check: 'ka.verb = create' });
    expect(trace({ ...traced('in_team'), text: 'in_team' }, SCOPE, fieldEventOf('k8s_audit', { auditID: 'a' })).because[0]).toMatchObject({
      macros: ['in_team', 'created'],
      values: [{ name: 'ka.verb', value: undefined }],
    });
  });

  test('of a comparison of fields and transformers all values are told', () => {
    expect(why('tolower(ka.user.name) = val(ka.target.namespace)').because[0]?.values).toEqual([
      { name: 'tolower(ka.user.name)', value: 'bob' },
      { name: 'ka.target.namespace', value: 'kube-system' },
      { name: 'ka.user.name', value: 'Bob' },
    ]);
    expect(why('len(ka.user.groups) > 0').because[0]?.values).toEqual([
      { name: 'len(ka.user.groups)', value: 1n },
      { name: 'ka.user.groups', value: ['dev'] },
    ]);
  });

  test('a condition that does not compile has no reasons', () => {
    expect(() => why('nobody')).toThrow("Undefined macro 'nobody' used in filter.");
    expect(() => why('ka.nope = 1')).toThrow('nonexistent field ka.nope');
  });
});
