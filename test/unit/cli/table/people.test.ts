import { describe, expect, it } from 'vitest';
import { eventRow } from '../../../../lib/cli/table/event-row.ts';
import { FURTHER_PEOPLE, People } from '../../../../lib/cli/table/people.ts';
import { foundWith } from '../../../support/findings.ts';

function at(minute: number): string {
  return new Date(Date.UTC(2026, 2, 14, 9, minute)).toISOString().replace('Z', '000000Z');
}

describe('findings by person', () => {
  it('puts the person with the worst finding first, then the one with most events', () => {
    const people = new People();
    people.add(eventRow([foundWith({ actor: { user: 'quiet' } })]));
    for (const minute of [1, 2]) people.add(eventRow([foundWith({ time: at(minute), actor: { user: 'busy' } })]));
    people.add(eventRow([foundWith({ priority: 'Critical', actor: { user: 'dangerous' } })]));
    expect(people.all().map(({ user, events, worst }) => [user, events, worst])).toEqual([
      ['dangerous', 1, 'Critical'],
      ['busy', 2, 'Warning'],
      ['quiet', 1, 'Warning'],
    ]);
  });

  it('keeps the worst and newest rows of a person with many, and counts all', () => {
    const people = new People({ rowsPerPerson: 3, people: 10 });
    for (let minute = 0; minute < 50; minute++) {
      people.add(eventRow([foundWith({ time: at(minute), priority: minute === 4 ? 'Alert' : 'Notice' })]));
    }
    const [person] = people.all();
    expect(person?.events).toBe(50);
    expect(person?.rows.map((row) => row.timeMs)).toEqual([4, 48, 49].map((minute) => Date.parse(at(minute))));
  });

  it('shows people beyond the bound together, and loses none of their worst events', () => {
    const people = new People({ rowsPerPerson: 2, people: 3 });
    for (let index = 0; index < 20; index++) people.add(eventRow([foundWith({ time: at(index), actor: { user: `user-${index}` } })]));
    people.add(eventRow([foundWith({ priority: 'Emergency', actor: { user: 'last' } })]));
    const all = people.all();
    expect(all).toHaveLength(4);
    expect(all[0]).toMatchObject({ user: FURTHER_PEOPLE, events: 18, worst: 'Emergency' });
    expect(all.reduce((sum, { events }) => sum + events, 0)).toBe(21);
  });
});

describe('the row of an event', () => {
  it('folds several rules on one event, worst first', () => {
    const row = eventRow([foundWith(), foundWith({ rule: 'Privileged container admitted', priority: 'Critical' })]);
    expect(row).toMatchObject({
      priority: 'Critical',
      findings: 2,
      rules: ['Privileged container admitted', 'Manual Kubernetes change'],
      what: 'patch',
      resource: 'Deployment shop/checkout',
      where: 'demo',
      how: 'kubectl',
    });
  });

  it('names the action, the error, account and region of an AWS call', () => {
    const row = eventRow([
      foundWith({
        source: 'aws_cloudtrail',
        cluster: null,
        action: { service: 's3', name: 'DeleteBucket', verb: 'DeleteBucket', error: 'AccessDenied' },
        target: { kind: 'Bucket', name: 'acme-logs', namespace: null },
      }),
    ]);
    expect(row).toMatchObject({ what: 'DeleteBucket (AccessDenied)', resource: 'Bucket acme-logs', where: 'prod eu-west-1' });
  });

  it('names the service where nothing else is known, and the subresource of a pod', () => {
    const bare = { kind: null, name: null, namespace: null };
    const aws = { source: 'aws_cloudtrail', cluster: null, account_name: null } as const;
    expect(eventRow([foundWith({ ...aws, action: { service: 'ec2' }, target: bare })])).toMatchObject({
      resource: 'ec2',
      where: '111122223333 eu-west-1',
    });
    const scaled = foundWith({ target: { subresource: 'scale' } });
    expect(eventRow([scaled])).toMatchObject({ what: 'patch', resource: 'Deployment shop/checkout (scale)' });
  });

  it('names a session by what was opened', () => {
    const target = { kind: 'Pod', namespace: 'shop', name: 'web-0', subresource: 'exec' };
    const session = foundWith({ action: { class: 'interactive', verb: 'get', name: 'get pods/exec' }, target });
    expect(eventRow([session])).toMatchObject({ what: 'exec', resource: 'Pod shop/web-0' });
  });

  it('is bounded and shows nothing raw, whatever the log holds', () => {
    const row = eventRow([foundWith({ actor: { user: 'a\x1b[31m' }, target: { name: '\u202e'.repeat(100_000) }, rule: 'r\n' })]);
    expect(row.user).toBe('a\\x1b[31m');
    expect(row.rules).toEqual(['r\\x0a']);
    expect(row.resource.length).toBeLessThan(5000);
    expect(eventRow([foundWith({ actor: { user: '' } })]).user).toBe('(nobody named)');
  });
});
