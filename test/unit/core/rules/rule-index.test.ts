import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../lib/core/model/audit-event.ts';
import { FIELDS } from '../../../../lib/core/rules/field-table.ts';
import { RuleIndex } from '../../../../lib/core/rules/rule-index.ts';
import { condition, fieldEventOf } from '../../../support/falco-events.ts';

const indexOf = (...texts: readonly string[]) => {
  const index = new RuleIndex(
    texts.map((text, name) => ({ name, condition: condition('k8s_audit', text) })),
    (name) => FIELDS.k8s_audit.get(name),
  );
  return (record: JsonObject): readonly number[] =>
    index.candidates(fieldEventOf('k8s_audit', { auditID: 'a', ...record })).map(({ name }) => name);
};

describe('the candidates among rules', () => {
  const candidates = indexOf(
    'ka.verb = create and ka.target.resource = pods',
    'ka.verb in (create, update, patch)',
    'ka.user.name startswith system:',
    'ka.target.resource = secrets and ka.verb in (get, list)',
    'ka.verb = create or ka.verb = get',
    'ka.verb in ()',
  );

  test.each([
    [{ verb: 'create', objectRef: { resource: 'pods' } }, [0, 1, 2, 4]],
    [{ verb: 'create', objectRef: { resource: 'nodes' } }, [1, 2, 4]],
    [{ verb: 'get', objectRef: { resource: 'secrets' } }, [2, 3, 4]],
    [{ verb: 'watch' }, [2]],
    [{}, [2]],
    [{ verb: 'undefined' }, [2]],
  ])('for %j are %j, in order', (record, expected) => {
    expect(candidates(record)).toEqual(expected);
    expect(candidates(record)).toEqual(expected);
  });

  test('none of no rules', () => {
    expect(indexOf()({ verb: 'create' })).toEqual([]);
  });

  test('are right however many combinations there are', () => {
    const verbs = Array.from({ length: 150 }, (_, number) => `v${number}`);
    const resources = Array.from({ length: 80 }, (_, number) => `r${number}`);
    const many = indexOf(...verbs.map((verb) => `ka.verb = ${verb}`), ...resources.map((resource) => `ka.target.resource = ${resource}`));
    for (const [v, verb] of verbs.entries()) {
      for (const [r, resource] of resources.entries()) expect(many({ verb, objectRef: { resource } })).toEqual([v, 150 + r]);
    }
  });
});

describe('what the rules need that may match, as far as is known', () => {
  test('is told of these rules alone', () => {
    const index = new RuleIndex(
      ['ka.verb = create and ka.target.resource = pods', 'ka.verb = get', 'ka.uri = /x and not ka.verb = create'].map((text) => ({
        condition: condition('k8s_audit', text),
      })),
      (name) => FIELDS.k8s_audit.get(name),
    );
    const needs = index.needs((field) => (field === 'ka.verb' ? { known: true, value: 'create' } : { known: false }));
    expect(needs.map((each) => [...each.keys()])).toEqual([['ka.verb', 'ka.target.resource']]);
    expect(index.needs(() => ({ known: false }))).toHaveLength(3);
  });
});

describe('whether any rule may match, as far as is known', () => {
  const may = (known: Readonly<Record<string, string | undefined>>, ...texts: readonly string[]): boolean =>
    new RuleIndex(
      texts.map((text) => ({ condition: condition('k8s_audit', text) })),
      (name) => FIELDS.k8s_audit.get(name),
    ).mayMatch((field) => (field in known ? { known: true, value: known[field] } : { known: false }));
  const rules = ['ka.verb = create and ka.target.resource = pods', 'ka.verb = get and ka.uri = /x', 'ka.target.resource = nodes'];

  test.each([
    [{}, true],
    [{ 'ka.verb': 'list', 'ka.target.resource': 'pods' }, false],
    [{ 'ka.verb': 'create', 'ka.target.resource': 'pods' }, true],
    [{ 'ka.verb': 'get', 'ka.target.resource': 'pods' }, true],
    [{ 'ka.verb': 'get', 'ka.target.resource': undefined, 'ka.uri': '/y' }, false],
    [{ 'ka.verb': 'list' }, true],
    [{ 'ka.target.resource': 'nodes' }, true],
    [{ 'ka.verb': 'create', 'ka.target.resource': 'undefined' }, false],
  ])('of %j: %s', (known, expected) => {
    expect(may(known, ...rules)).toBe(expected);
  });

  test('a rule that needs nothing is asked itself', () => {
    expect(may({ 'ka.user.name': 'x' }, 'ka.user.name startswith y')).toBe(false);
    expect(may({}, 'ka.user.name startswith y', ...rules)).toBe(true);
    expect(may({})).toBe(false);
  });
});
