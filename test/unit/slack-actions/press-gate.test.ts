import { describe, expect, test } from 'vitest';
import { PressGate } from '../../../lib/slack-actions/press-gate.ts';

const alice = { userId: 'U1', isStranger: false };
const guest = { userId: 'U9', isStranger: true };
const never = async (): Promise<undefined> => undefined;

describe('who may press', () => {
  test('where nobody is named: everybody but guests', async () => {
    const gate = new PressGate({ users: [], usergroups: [] }, never);
    expect(await gate.may(alice, 0)).toBe('allowed');
    expect(await gate.may(guest, 0)).toBe('refused');
  });

  test('who is named, and nobody else', async () => {
    const gate = new PressGate({ users: ['U1', 'U9'], usergroups: [] }, never);
    expect(await gate.may(alice, 0)).toBe('allowed');
    expect(await gate.may(guest, 0)).toBe('allowed');
    expect(await gate.may({ userId: 'U2', isStranger: false }, 0)).toBe('refused');
  });

  test('who is in a group, for a minute after Slack said so', async () => {
    const asked: string[] = [];
    let members: readonly string[] | undefined = ['U1'];
    const gate = new PressGate({ users: [], usergroups: ['S1', 'S2'] }, async (group) => {
      asked.push(group);
      return group === 'S2' ? members : [];
    });
    expect(await gate.may(alice, 0)).toBe('allowed');
    expect(await gate.may({ userId: 'U2', isStranger: false }, 1)).toBe('refused');
    expect(asked).toEqual(['S1', 'S2']);
    members = [];
    expect(await gate.may(alice, 59_999)).toBe('allowed');
    expect(await gate.may(alice, 60_000)).toBe('refused');
    members = undefined;
    expect(await gate.may(alice, 120_000)).toBe('unknown');
  });
});
