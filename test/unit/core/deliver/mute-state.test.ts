import { describe, expect, test } from 'vitest';
import type { Mute } from '../../../../lib/core/deliver/mute.ts';
import {
  current,
  EMPTY_MUTES,
  isHandled,
  MAX_MUTES,
  muteText,
  parseMutes,
  withMute,
  withoutMute,
  withPress,
} from '../../../../lib/core/deliver/mute-state.ts';

const AT = Date.UTC(2026, 10, 20, 9);
const MINUTE = 60_000;
const mute = (incident: string, untilMs = AT + MINUTE): Mute => ({
  incident,
  subject: 's',
  actions: ['apps patch deployments'],
  worst: 'Warning',
  user: 'alice',
  place: 'demo',
  by: 'bob',
  sinceMs: AT,
  untilMs,
});

describe('mutes', () => {
  test('end by themselves, one for each incident', () => {
    const state = withMute(withMute(EMPTY_MUTES, mute('a')) ?? EMPTY_MUTES, mute('b', AT + 2 * MINUTE)) ?? EMPTY_MUTES;
    expect(current(state, AT).mutes.map(({ incident }) => incident)).toEqual(['a', 'b']);
    expect(current(state, AT + MINUTE).mutes.map(({ incident }) => incident)).toEqual(['b']);
    const longer = withMute(state, mute('a', AT + 9 * MINUTE));
    expect(longer?.mutes.map(({ incident, untilMs }) => [incident, (untilMs - AT) / MINUTE])).toEqual([
      ['b', 2],
      ['a', 9],
    ]);
    expect(withoutMute(state, 'a').mutes.map(({ incident }) => incident)).toEqual(['b']);
  });

  test('are bounded in number', () => {
    const full = { mutes: Array.from({ length: MAX_MUTES }, (_, n) => mute(`i${n}`)), presses: [] };
    expect(withMute(full, mute('one more'))).toBeUndefined();
    expect(withMute(full, mute('i7'))?.mutes).toHaveLength(MAX_MUTES);
  });
});

describe('presses', () => {
  test('are remembered for longer than a signature is valid', () => {
    const state = withPress(EMPTY_MUTES, 'p', AT);
    expect(isHandled(state, 'p')).toBe(true);
    expect(isHandled(state, 'q')).toBe(false);
    expect(isHandled(current(state, AT + 10 * MINUTE), 'p')).toBe(true);
    expect(isHandled(current(state, AT + 15 * MINUTE), 'p')).toBe(false);
  });

  test('are bounded in number: the oldest are forgotten', () => {
    let state = EMPTY_MUTES;
    for (let n = 0; n < 1_005; n++) state = withPress(state, `p${n}`, AT);
    expect(state.presses).toHaveLength(1_000);
    expect(isHandled(state, 'p4')).toBe(false);
    expect(isHandled(state, 'p5')).toBe(true);
  });
});

describe('the text', () => {
  test('gives back what was written', () => {
    const state = withPress(withMute(EMPTY_MUTES, mute('a')) ?? EMPTY_MUTES, 'p', AT);
    expect(parseMutes(muteText(state))).toEqual(state);
  });

  test.each([
    ['nothing', ''],
    ['null', 'null'],
    ['another version', '{"version":2,"mutes":[]}'],
    ['no lists', '{"version":1,"mutes":{},"presses":3}'],
    [
      'items of another form',
      JSON.stringify({
        version: 1,
        mutes: [
          3,
          { ...mute('a'), by: 1 },
          { ...mute('a'), untilMs: 'x' },
          { ...mute('a'), worst: 'Awful' },
          { ...mute('a'), actions: 'x' },
          { ...mute('a'), actions: [1] },
        ],
        presses: [null, { id: 1, atMs: 2 }, { id: 'x', atMs: null }],
      }),
    ],
  ])('that holds %s mutes nothing', (_, text) => {
    expect(parseMutes(text)).toEqual(EMPTY_MUTES);
  });
});
