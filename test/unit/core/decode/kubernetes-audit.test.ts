import { describe, expect, test } from 'vitest';
import { brief, briefs, envelopes, fixture, readAll, recordTexts } from '../../../support/reading.ts';

describe('Kubernetes audit events', () => {
  test.each([
    ['event.json', ['1 . k8s_audit']],
    ['lines.jsonl', ['1 . k8s_audit', '2 . dropped other_log', '3 . k8s_audit', '5 . dropped text_line', '6 . k8s_audit']],
    ['event-list.json', ['6 items[0] k8s_audit', '45 items[1] k8s_audit']],
    ['event-list-sorted-keys.json', ['4 items[0] k8s_audit']],
    ['without-version.json', ['2 [0] k8s_audit', '12 [1] k8s_audit', '19 [2] failed unknown_format']],
    ['pod-list.json', ['1 . failed unknown_format']],
    ['core-event.json', ['1 . failed unknown_format']],
    ['truncated.jsonl', ['1 . k8s_audit truncated', '2 . k8s_audit', '3 . failed bad_json', '4 . k8s_audit truncated', '5 . k8s_audit']],
  ])('%s is read', (name, expected) => {
    expect(briefs(`kubernetes-audit/${name}`)).toEqual(expected);
  });

  test('a truncated event keeps its text, the mark of the cut included', () => {
    const text = fixture('kubernetes-audit/truncated.jsonl').split('\n')[0] ?? '';
    expect(text).toMatch(/\[Truncated\.\.\.\]$/);
    expect(recordTexts(readAll(fixture('kubernetes-audit/truncated.jsonl')))[0]).toBe(text);
  });

  test('the cluster that the caller names holds for every event', () => {
    expect(envelopes(readAll(fixture('kubernetes-audit/event-list.json'), { cluster: 'demo' }))).toEqual([
      { cluster: 'demo' },
      { cluster: 'demo' },
    ]);
  });

  test('an item with an id is an audit event when it tells a request, not when it tells only about one', () => {
    expect(readAll('{"auditID":"a","stage":"ResponseComplete","requestURI":"/api"}').map(brief)).toEqual(['k8s_audit']);
    expect(readAll('{"auditID":"a","verb":"get","user":{}}').map(brief)).toEqual(['k8s_audit']);
    expect(readAll('{"auditID":"a","user":{}}').map(brief)).toEqual(['failed unknown_format']);
    expect(readAll('{"auditID":"a","verb":"get","stage":"ResponseComplete"}').map(brief)).toEqual(['failed unknown_format']);
  });
});
