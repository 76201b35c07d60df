import { describe, expect, test } from 'vitest';
import { containerOf } from '../../../../lib/core/decode/containers.ts';

describe('arrays that are read element by element', () => {
  test.each(['Records', 'records', 'items', 'Events', 'events', 'Messages', 'configurationItems'])('%s is one', (name) => {
    expect(containerOf(name, {})?.name).toBe(name);
  });

  test('the items of a list of something else are not audit events', () => {
    expect(containerOf('items', { kind: 'PodList' })).toBeUndefined();
    expect(containerOf('items', { kind: 'EventList' })).toBeDefined();
    expect(containerOf('logFiles', {})).toBeUndefined();
  });

  test('log events are, when all that holds for each of them was read before', () => {
    const head = { messageType: 'DATA_MESSAGE', owner: '111122223333', logGroup: '/aws/eks/demo/cluster' };
    expect(containerOf('logEvents', head)).toEqual({
      name: 'logEvents',
      envelope: { account: '111122223333', cluster: 'demo' },
    });
    expect(containerOf('logEvents', { ...head, messageType: 'CONTROL_MESSAGE' })).toBeUndefined();
    expect(containerOf('logEvents', { messageType: 'DATA_MESSAGE', owner: 'x' })).toBeUndefined();
    expect(containerOf('logEvents', { messageType: 'DATA_MESSAGE', logGroup: 'x' })).toBeUndefined();
  });
});
