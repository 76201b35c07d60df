import { expect, test } from 'vitest';
import { FindingsLog } from '../../../lib/lambda/findings-log.ts';
import { deliveryWith } from '../../support/deliveries.ts';

function logOf(change: Parameters<typeof deliveryWith>[0]): {
  readonly lines: string[];
  readonly sink: FindingsLog;
  readonly delivery: ReturnType<typeof deliveryWith>;
} {
  const lines: string[] = [];
  return { lines, sink: new FindingsLog((line) => lines.push(line)), delivery: deliveryWith(change) };
}

test('a finding is one line that says who did what where', async () => {
  const { lines, sink, delivery } = logOf({ id: 'a-1', findings: [{ rule: 'Manual Kubernetes change' }, { rule: 'Root user activity' }] });
  expect(await sink.deliver([delivery])).toEqual([{ kind: 'delivered' }]);
  const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(told.map(({ rule }) => rule)).toEqual(['Manual Kubernetes change', 'Root user activity']);
  expect(told[0]).toMatchObject({ level: 'finding', id: 'a-1', user: expect.any(String), verb: expect.any(String) });
});

test('neither the record nor the output of the rule is in it', async () => {
  const { lines, sink, delivery } = logOf({
    recordText: '{"secret":"of the record"}',
    findings: [{ message: 'secret of the output', output: 'secret of the output' }],
  });
  await sink.deliver([delivery]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('secret of');
});

test('a name that was made to be long, or to look like another line, is one short line', async () => {
  const { lines, sink, delivery } = logOf({});
  const [first] = delivery.findings;
  const user = `x\n{"level":"finding"}${'y'.repeat(100_000)}`;
  const hostile = { ...first, finding: { ...first.finding, actor: { ...first.finding.actor, user } } };
  await sink.deliver([{ ...delivery, findings: [hostile] }]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('\n');
  expect(lines[0]?.length).toBeLessThan(4_000);
});

test('there is nothing to check or to close', async () => {
  const { sink } = logOf({});
  expect(await sink.check()).toEqual({ ok: true });
  sink.close();
});
