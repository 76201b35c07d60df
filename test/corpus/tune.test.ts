import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { AuditEvent } from '../../lib/core/model/audit-event.ts';
import { principalId } from '../../lib/core/normalise/principal-id.ts';
import { normalise } from '../../lib/core/pipeline.ts';
import { loadRules } from '../../lib/core/rules/load-rules.ts';
import { exceptionItem } from '../../lib/core/tune/exception.ts';
import { BUILTIN_RULES, readPaths } from '../../lib/wire.ts';
import { detectorOf } from '../support/detector.ts';
import { sharedPath } from '../support/shared.ts';

const builtin = BUILTIN_RULES.map((name) => ({ name, text: readFileSync(name, 'utf8') }));
const SELECTION = { minimumPriority: 'Debug', ruleMatching: 'all', disable: [] } as const;
/** Groups of each log that are silenced one by one; they are taken from all over the log. */
const TRIED = 5;

async function eventsIn(path: string): Promise<readonly AuditEvent[]> {
  const events: AuditEvent[] = [];
  await readPaths([path], {
    prefilter: undefined,
    skipped: () => undefined,
    take: (item) => {
      if (item.kind !== 'record') return;
      const normalised = normalise(item.record);
      if (normalised.ok) events.push(normalised.event);
    },
  });
  return events;
}

/** What each finding is of, in the order of the log. */
function findingsOf(events: readonly AuditEvent[], ...more: readonly string[]): readonly string[] {
  const { engine, problems } = loadRules([...builtin, ...more.map((text, index) => ({ name: `${index}.yaml`, text }))], SELECTION);
  expect(problems).toEqual([]);
  if (engine === undefined) throw new Error('the rules do not load');
  const detector = detectorOf({}, { engine });
  return events.flatMap((event) =>
    detector.decide(event, 1).findings.map(({ finding }) => JSON.stringify([finding.rule, principalId(event.principal), event.action])),
  );
}

const LOGS: Readonly<Record<string, string | undefined>> = {
  'the bundled sample': fileURLToPath(new URL('../../samples/logs', import.meta.url)),
  'the log of a real cluster': sharedPath('samples/kubernetes-cluster'),
};

for (const [name, path] of Object.entries(LOGS)) {
  test.skipIf(path === undefined)(
    `an exception for a group of ${name} silences exactly that group`,
    async () => {
      const events = await eventsIn(path ?? '');
      const before = findingsOf(events);
      const groups = [...new Set(before)];
      expect(groups.length).toBeGreaterThan(40);
      const { model } = loadRules(builtin, SELECTION);
      const lists = new Set(model.lists.map((list) => list.name));
      const step = Math.ceil(groups.length / TRIED);
      for (const group of groups.filter((_, index) => index % step === 0)) {
        const [ruleName, principal, action] = JSON.parse(group) as [string, string, string];
        const rule = model.rules.find((each) => each.name === ruleName);
        if (rule === undefined) throw new Error(ruleName);
        const after = findingsOf(events, exceptionItem([{ principal, action }], { lists, rule }));
        expect(after, group).toEqual(before.filter((each) => each !== group));
      }
    },
    180_000,
  );
}
