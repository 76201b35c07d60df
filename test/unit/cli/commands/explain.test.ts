import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cloudtrailRecord, kubernetesEvent } from '../../../support/records.ts';
import { runMain } from '../../../support/run-main.ts';

const folder = mkdtempSync(join(tmpdir(), 'driftwire-explain-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const config = write('driftwire.yaml', '');

describe('driftwire explain', () => {
  test('shows for each rule the checks that decided, with what their fields held', async () => {
    const log = write('aws.log', JSON.stringify(cloudtrailRecord({ eventSource: 'cloudtrail.amazonaws.com', eventName: 'StopLogging' })));
    const { out, err, status } = await runMain('explain', log, '--config', config);
    expect([status, err]).toEqual([0, '']);
    expect(out).toContain('    + Audit trail weakened: Critical: audit trail weakened by carol:');
    expect(out).toContain('        drift.class = change is true: drift.class is "change"\n');
    expect(out).toContain('    - Root user activity: no match\n        drift.root = true is false: drift.root is "false"\n');
    expect(out).toContain('    - Denied change attempt: no match\n        drift.class = attempt is false: drift.class is "change"\n');
  });

  test('fits 80 columns, leaves nothing of a long answer out, and shows nothing raw', async () => {
    const username = `eve\u001b[2J\u202e${'long-name-'.repeat(40)}`;
    const log = write('k8s.log', JSON.stringify(kubernetesEvent({ user: { username }, userAgent: 'agent '.repeat(60) })));
    const { out, status } = await runMain('explain', log, '--config', config);
    expect(status).toBe(0);
    expect(out.split('\n').filter((line) => line.length > 80 && !line.includes(folder))).toEqual([]);
    expect(out).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
    expect(out.replace(/\n +/g, '')).toContain('long-name-'.repeat(40));
  });

  test.each([
    ['ResponseComplete', 'yes: ResponseComplete is the one reported'],
    ['RequestReceived', 'no: RequestReceived is not the one reported'],
    ['\u001b[2J', 'no: \\x1b[2J is not the one reported'],
  ])('says of the stage %j whether it decides', async (stage, answer) => {
    const log = write('stage.log', JSON.stringify(kubernetesEvent({ stage })));
    const { out } = await runMain('explain', log, '--config', config);
    expect(out).toContain(`  does this stage decide?      ${answer}\n`);
  });

  test('tells a rule that does not match from one that an earlier rule hides', async () => {
    const first = write('first.yaml', 'rules: { rule_matching: first }\n');
    const log = write('stop.log', JSON.stringify(cloudtrailRecord({ eventSource: 'cloudtrail.amazonaws.com', eventName: 'StopLogging' })));
    const { out } = await runMain('explain', log, '--config', first);
    expect(out).toContain('    + Manual AWS change: Warning');
    expect(out).toContain('    - Audit trail weakened: not reported: a rule before it matched\n    (rule_matching: first)\n');
  });
});
