import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { EventSource } from '../../lib/core/model/raw-record.ts';
import { normalise } from '../../lib/core/pipeline.ts';
import { fieldEvent } from '../../lib/core/rules/field-event.ts';
import { FIELDS } from '../../lib/core/rules/field-table.ts';
import { knownForm, knownValues, whyNeverPresent } from '../../lib/core/rules/lint/field-facts.ts';
import { readPaths } from '../../lib/wire.ts';
import { detectorOf } from '../support/detector.ts';
import { sharedPath } from '../support/shared.ts';

const LOGS: Readonly<Record<string, string | undefined>> = {
  'the bundled sample': fileURLToPath(new URL('../../samples/logs', import.meta.url)),
  'real records of every shape': sharedPath('samples'),
};

/** The fields of which something is known. */
const lookedAt = (source: EventSource) =>
  [...FIELDS[source].values()]
    .filter(({ argument }) => argument !== 'key')
    .map((spec) => ({
      spec,
      never: whyNeverPresent(spec.name, source) !== undefined,
      known: knownValues(spec.name),
      form: knownForm(spec.name),
    }))
    .filter(({ never, known, form }) => never || known !== undefined || form !== undefined);
const LOOKED_AT = { aws_cloudtrail: lookedAt('aws_cloudtrail'), k8s_audit: lookedAt('k8s_audit') };

for (const [name, path] of Object.entries(LOGS)) {
  test.skipIf(path === undefined)(
    `what rules lint takes for impossible never occurs in ${name}`,
    async () => {
      const detector = detectorOf({});
      const against = new Map<string, number>();
      let values = 0;
      await readPaths([path ?? ''], {
        prefilter: undefined,
        skipped: () => undefined,
        take: (item) => {
          if (item.kind !== 'record') return;
          const normalised = normalise(item.record);
          if (!normalised.ok) return;
          const { context } = detector.decide(normalised.event, 1);
          const event = fieldEvent(context);
          for (const { spec, never, known, form } of LOOKED_AT[context.event.source]) {
            const value = spec.read(event, '');
            if (value === undefined) continue;
            for (const text of [value].flat().map(String)) {
              values++;
              // some samples have values taken out
              if (/^(?:X+|\.+)$/.test(text)) continue;
              const isRight = !never && known?.values.includes(text) !== false && form?.matches(text) !== false;
              if (!isRight) against.set(`${spec.name}=${text}`, (against.get(`${spec.name}=${text}`) ?? 0) + 1);
            }
          }
        },
      });
      expect(values).toBeGreaterThan(5_000);
      expect(Object.fromEntries(against)).toEqual({});
    },
    120_000,
  );
}
