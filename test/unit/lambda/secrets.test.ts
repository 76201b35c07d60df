import { describe, expect, test } from 'vitest';
import { awsSecretReader } from '../../../lib/lambda/secrets.ts';

function readerOf(values: Readonly<Record<string, string | undefined | Error>>) {
  const asked: string[] = [];
  let opened = 0;
  const read = async (name: string) => {
    asked.push(name);
    const value = values[name];
    if (value instanceof Error) throw value;
    return value;
  };
  const reader = awsSecretReader(async () => {
    opened++;
    return { parameter: read, secret: read, close: () => undefined };
  });
  return { reader, asked, opened: () => opened };
}

describe('secrets on AWS', () => {
  test('a parameter and a secret are read, by one client each, a line end after them left out', async () => {
    const { reader, asked, opened } = readerOf({ '/driftwire/loki': 'hunter2\n', slack: 'xoxb-1' });
    expect(opened()).toBe(0);
    expect(await reader({ ssm: '/driftwire/loki' })).toEqual({ ok: true, value: 'hunter2' });
    expect(await reader({ secretsmanager: 'slack' })).toEqual({ ok: true, value: 'xoxb-1' });
    expect([asked, opened()]).toEqual([['/driftwire/loki', 'slack'], 1]);
  });

  test.each([
    ['a variable', { env: 'TOKEN' }, 'on AWS a secret is {ssm: NAME}'],
    ['a file', { file: '/run/secret' }, 'on AWS a secret is {ssm: NAME}'],
    ['a parameter without a value', { ssm: 'empty' }, 'the SSM parameter empty holds no text'],
    ['a binary secret', { secretsmanager: 'none' }, 'the Secrets Manager secret none holds no text'],
    [
      'a parameter that may not be read',
      { ssm: 'denied' },
      'the SSM parameter denied cannot be read (AccessDeniedException): check its name',
    ],
  ])('%s is told by name and code, never by value', async (_, reference, words) => {
    const denied = Object.assign(new Error('User: arn:aws:sts::1:assumed-role/x is not authorized, value hunter2'), {
      name: 'AccessDeniedException',
    });
    const { reader } = readerOf({ empty: '', denied });
    const answer = await reader(reference);
    expect(answer.ok === false && answer.message).toContain(words);
    expect(JSON.stringify(answer)).not.toContain('hunter2');
  });
});
