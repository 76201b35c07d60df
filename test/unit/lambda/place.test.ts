import { describe, expect, test } from 'vitest';
import { DriftwireError } from '../../../lib/core/errors.ts';
import type { Sink } from '../../../lib/core/ports.ts';
import { Place } from '../../../lib/lambda/place.ts';
import { SinkSet } from '../../../lib/lambda/sink-set.ts';
import { deliveryWith } from '../../support/deliveries.ts';
import type { ToldLine } from '../../support/lambda-parts.ts';
import { RecordingSink } from '../../support/recording-sink.ts';
import { manualTiming } from '../../support/timing.ts';

const MISSING = new DriftwireError('DW_CONFIG_INVALID', 'slack.token: the SSM parameter /slack cannot be read', { retryable: true });

function placeOf(...answers: readonly (readonly Sink[] | Error)[]) {
  const told: ToldLine[] = [];
  const left = [...answers];
  const place = new Place({
    name: 'slack',
    takesAlerts: true,
    open: async () => {
      const answer = left.shift();
      if (answer instanceof Error) throw answer;
      return answer ?? [];
    },
    log: (level, message, fields) => {
      told.push({ level, message, fields });
    },
  });
  return { place, told };
}

describe('a place of a function', () => {
  test('whose secret never could be read takes nothing, and everything comes again', async () => {
    const { place } = placeOf(MISSING);
    const [sink] = await place.sinks();
    expect([sink?.name, sink?.takesAlerts]).toEqual(['slack', true]);
    const refusal = { kind: 'refused', reason: 'unauthorized', permanent: false, message: MISSING.message };
    expect(await sink?.deliver([deliveryWith({ id: 'a' }), deliveryWith({ id: 'b' })])).toEqual([refusal, refusal]);
    expect(await sink?.check()).toEqual({ ok: false, reason: 'unauthorized', message: MISSING.message });
    sink?.close();
  });

  test('goes on with what it knows while its secret cannot be read anew', async () => {
    const [known, fresh] = [new RecordingSink('slack'), new RecordingSink('slack')];
    const { place, told } = placeOf([known], MISSING, [fresh]);
    expect(await place.sinks()).toEqual([known]);
    expect(await place.sinks()).toEqual([known]);
    expect(told).toMatchObject([{ level: 'warn', fields: { sink: 'slack', error: MISSING } }]);
    expect(await place.sinks()).toEqual([fresh]);
  });

  test('that cannot be opened for another reason is a fault of ours', async () => {
    const { place } = placeOf(new TypeError('x is not a function'));
    await expect(place.sinks()).rejects.toThrow('x is not a function');
  });

  test('keeps its connections when it goes on with what it knows', async () => {
    let closed = 0;
    const sink = Object.assign(new RecordingSink('slack'), { close: () => void closed++ });
    const { place } = placeOf([sink], MISSING, []);
    const timing = manualTiming();
    const set = new SinkSet(() => place.sinks(), timing);
    for (const expected of [0, 0, 1]) {
      await set.open();
      expect(closed).toBe(expected);
      timing.advance(15 * 60_000);
    }
  });
});
