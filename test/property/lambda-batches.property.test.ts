import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CloudTrailWork } from '../../lib/lambda/cloudtrail.ts';
import { detectorOf } from '../support/detector.ts';
import { countsIn, eventsIn, FakeS3, readingParts } from '../support/lambda-parts.ts';
import { cloudtrailRecord } from '../support/records.ts';

/** A message of a batch, and what becomes of it however its neighbours fare. */
interface Sample {
  readonly kind: 'change' | 'read' | 'forged' | 'poison';
  readonly id: string;
}

const sample = fc.record({ kind: fc.constantFrom('change', 'read', 'forged', 'poison' as const), id: fc.uuid() });
/** Messages that a queue does not take, of the findings and of what goes aside. */
const faults = fc.record({ findings: fc.array(fc.nat(20)), aside: fc.array(fc.nat(20)) });

function bodyOf({ kind, id }: Sample): string {
  if (kind === 'poison') return `{"Records":[{"eventID":"${id}",`;
  const over = kind === 'read' ? { eventName: 'DescribeInstances', readOnly: true } : {};
  const source = kind === 'forged' ? 'my.app' : 'aws.ec2';
  return JSON.stringify({ 'detail-type': 'AWS API Call via CloudTrail', source, detail: cloudtrailRecord({ eventID: id, ...over }) });
}

test('each message of a batch ends in exactly one way, whatever its siblings hold and whatever fails', async () => {
  const detector = detectorOf();
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(sample, { selector: ({ id }) => id, maxLength: 21 }), faults, async (samples, lost) => {
      const { parts, findingsSqs, asideSqs, limits, timing } = readingParts('cloudtrail', { detector });
      const isLost = (numbers: readonly number[]) => (body: string) =>
        numbers.some((at) => body.includes(samples[at]?.id ?? 'nobody')) ? 'refuse' : undefined;
      findingsSqs.fault = isLost(lost.findings);
      asideSqs.fault = isLost(lost.aside);
      const work = new CloudTrailWork({ ...parts, trail: undefined, openS3: async () => new FakeS3() });
      const messages = samples.map((each) => ({ messageId: each.id, body: bodyOf(each) }));
      const again = await work.run(messages, limits);

      const lostFindings = new Set(lost.findings);
      const lostAside = new Set(lost.aside);
      const expected = samples.filter(
        ({ kind }, at) => (kind === 'change' && lostFindings.has(at)) || (kind === 'poison' && lostAside.has(at)),
      );
      expect(again).toEqual(new Set(expected.map(({ id }) => id)));
      const done = (wanted: Sample['kind']) => samples.filter(({ kind, id }) => kind === wanted && !again.has(id));
      expect(eventsIn(findingsSqs)).toEqual(done('change').map(({ id }) => id));
      expect(asideSqs.kept.map(({ body }) => body)).toEqual(done('poison').map(bodyOf));

      // what waits to be counted goes with the next run
      timing.advance(60_000);
      findingsSqs.fault = () => undefined;
      await work.run([], { deadlineMs: timing.now() + 30_000 });
      const counts = countsIn(findingsSqs);
      expect(counts['dropped aws_cloudtrail read'] ?? 0).toBe(done('read').length);
      expect(counts['dropped unknown forged'] ?? 0).toBe(done('forged').length);
      const failed = Object.entries(counts).filter(([name]) => name.startsWith('failed'));
      expect(failed.length > 0).toBe(done('poison').length > 0);
    }),
  );
}, 60_000);
