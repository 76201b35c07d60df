import { describe, expect, test } from 'vitest';
import { brief, briefs, readAll, recordTexts } from '../../../support/reading.ts';

describe('wrapped events', () => {
  test('the event that a test case, a log shipper or AKS keeps in a member is read there', () => {
    expect(briefs('kubernetes-audit/wrapped.jsonl')).toEqual([
      '1 event k8s_audit',
      '2 event.Records[0] aws_cloudtrail',
      '3 event failed unknown_format',
    ]);
    expect(briefs('kubernetes-audit/aks.json')).toEqual([
      '3 records[0].properties.log k8s_audit',
      '11 records[1].properties.log k8s_audit',
    ]);
  });

  test('container runtimes put time and stream before a line, or the line into a member', () => {
    expect(briefs('kubernetes-audit/container-lines.log')).toEqual(['1 . k8s_audit', '2 log k8s_audit', '3 . dropped other_log']);
  });

  test('the text of a wrapped object is its own', () => {
    const event = '{ "Event" : "s3:TestEvent" }';
    expect(readAll(`{"event": ${event}}`).map(brief)).toEqual(['dropped test_notice']);
    const record = '{ "auditID":"a", "verb":"get","user":{} }';
    expect(recordTexts(readAll(`{"properties":{"log": ${record}}}`))).toEqual([record]);
  });

  test('a member that is no object and no JSON wraps nothing', () => {
    expect(readAll('{"event":"deploy","message":"done","log":5}').map(brief)).toEqual(['failed unknown_format']);
  });
});
