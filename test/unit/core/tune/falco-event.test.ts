import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FalcoTally, falcoEvent } from '../../../../lib/core/tune/falco-event.ts';

const fixture = readFileSync(new URL('../../../fixtures/falco-events/bash-history.log', import.meta.url), 'utf8').split('\n');

describe('Falco events', () => {
  test('are found between the lines of text of a journal, and counted by rule', () => {
    const tally = new FalcoTally();
    for (const line of fixture) {
      const event = falcoEvent(line);
      if (event !== undefined) tally.add(event);
    }
    expect(tally.rules()).toEqual([
      {
        rule: 'Delete or rename shell history',
        priority: 'Warning',
        time: '2026-11-20T21:40:11.903217744Z',
        count: 6,
        fields: {
          'container.id': 'host',
          'evt.arg.name': null,
          'evt.arg.oldpath': '/root/.bash_history-18821.tmp',
          'evt.arg.path': null,
          'evt.type': 'rename',
          'fd.name': null,
          'proc.cmdline': 'bash',
          'user.name': 'root',
        },
      },
      {
        rule: 'Read sensitive file untrusted',
        priority: 'Warning',
        time: '2026-11-20T10:02:40.117202911Z',
        count: 1,
        fields: { 'fd.name': '/etc/shadow', 'proc.cmdline': 'cat /etc/shadow', 'user.name': 'alice' },
      },
    ]);
  });

  test.each([
    'Fri Nov 20 09:00:00 2026: Falco initialized',
    '{"rule":"x"}',
    '{"rule":1,"output_fields":{}}',
    '{"rule":"x","output_fields":[]}',
    '{"rule":"x","output_fields":null}',
    '["output_fields"]',
    '"output_fields"',
    'the word "output_fields" and 5',
    '{"output_fields": broken',
    '{"rule":"x","output_fields":{"a":"output_fields"}',
    '[{"rule":"x","output_fields":{}}]',
  ])('are not %s', (line) => expect(falcoEvent(line)).toBeUndefined());

  test('may lack priority and time, and stand behind a prefix', () => {
    expect(falcoEvent('Nov 20 host falco[9]: {"rule":"x","output_fields":{"evt.time":1,"__proto__":2}}')).toEqual({
      rule: 'x',
      priority: '',
      time: '',
      fields: Object.fromEntries([['__proto__', 2]]),
    });
  });

  test('keep the newest whatever their order', () => {
    const tally = new FalcoTally();
    for (const time of ['2', '3', '1']) tally.add({ rule: 'x', priority: 'p', time, fields: { time } });
    expect(tally.rules()).toEqual([{ rule: 'x', priority: 'p', time: '3', fields: { time: '3' }, count: 3 }]);
  });

  test('of more rules than anybody has are counted under one name', () => {
    const tally = new FalcoTally();
    for (let i = 0; i < 10_002; i++) tally.add({ rule: `r${i}`, priority: '', time: '', fields: {} });
    expect(tally.rules()).toHaveLength(10_001);
    expect(tally.rules()[0]).toMatchObject({ rule: '(further rules)', count: 2 });
  });
});
