import { describe, expect, it } from 'vitest';
import { findingJson } from '../../../lib/cli/finding-json.ts';
import { findingWith } from '../../support/findings.ts';

describe('a finding as JSON', () => {
  it('is one line and reads back as it was', () => {
    const finding = findingWith({ message: 'two\nlines "quoted" \u2028', labels: { env: 'prod' } });
    const line = findingJson(finding);
    expect(line).not.toContain('\n');
    expect(JSON.parse(line)).toEqual(finding);
  });

  it('prints nanosecond times as the exact integers they are', () => {
    const line = findingJson(findingWith({ output_fields: { 'evt.time': 1773480413589793001n, 'ka.verb': 'patch', 'a.list': ['x'] } }));
    expect(line).toContain('"output_fields":{"evt.time":1773480413589793001,"ka.verb":"patch","a.list":["x"]}');
  });

  it('has no secret members and none missing', () => {
    expect(Object.keys(JSON.parse(findingJson(findingWith())))).toEqual([
      ...['id', 'rule', 'priority', 'source', 'tags', 'time', 'hostname', 'message', 'output', 'output_fields', 'account'],
      ...['account_name', 'region', 'cluster', 'actor', 'action', 'target', 'reason', 'pipeline', 'labels', 'truncated'],
    ]);
  });
});
