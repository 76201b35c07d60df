import { describe, expect, test } from 'vitest';
import { requestText } from '../../../../../lib/core/deliver/slack/request-text.ts';

function textOf(record: object): string | undefined {
  return requestText(JSON.stringify(record));
}

describe('what a request asked for', () => {
  test('are the parameters of a call', () => {
    expect(textOf({ requestParameters: { bucketName: 'a', kind: 'x' } })).toBe('{"bucketName":"a","kind":"x"}');
    expect(textOf({ requestParameters: null })).toBeUndefined();
    expect(textOf({ requestParameters: 'text' })).toBeUndefined();
  });

  test('is the body of a Kubernetes request, without what stands elsewhere', () => {
    const requestObject = { kind: 'Deployment', apiVersion: 'apps/v1', status: {}, spec: { replicas: 3 } };
    expect(textOf({ requestURI: '/apis', requestObject })).toBe('{"spec":{"replicas":3}}');
    const metadata = { name: 'a', uid: 'b', labels: { app: 'x' }, managedFields: [{}] };
    expect(textOf({ requestObject: { metadata, ...requestObject } })).toBe('{"spec":{"replicas":3},"metadata":{"labels":{"app":"x"}}}');
    expect(textOf({ requestObject: { metadata: { name: 'a' } } })).toBeUndefined();
    expect(textOf({ requestObject: [{ op: 'remove', path: '/spec/x' }] })).toBe('[{"op":"remove","path":"/spec/x"}]');
  });

  test('is nothing of a Kubernetes Secret but its names', () => {
    const objectRef = { resource: 'secrets' };
    expect(textOf({ requestObject: { kind: 'Secret', data: { a: 'eA==' } } })).toBe('{"data":{"a":"[redacted]"}}');
    expect(textOf({ objectRef, requestObject: { stringData: { a: 'x' } } })).toBe('{"stringData":{"a":"[redacted]"}}');
    expect(textOf({ objectRef, requestObject: [{ op: 'add', path: '/data/a', value: 'x' }] })).toContain('"value":"[redacted]"');
  });

  test('is the command that was run in a pod, without its secrets', () => {
    const uri = (query: string) => ({ requestURI: `/api/v1/namespaces/a/pods/b/exec?${query}` });
    expect(textOf(uri('command=sh&command=-c&command=ls+-l%20%2F&container=app'))).toBe('$ sh -c ls -l /');
    expect(textOf(uri('command=mysql&command=-phunter2'))).toBe('$ mysql -p[redacted]');
    expect(textOf(uri('command=tool&command=--token&command=a%20b%20c'))).toBe('$ tool --token [redacted]');
    expect(textOf(uri('command=sh&command=-c&command=PGPASSWORD%3Dx+psql'))).toBe('$ sh -c PGPASSWORD=[redacted] psql');
    expect(textOf(uri('command=%ff%zz'))).toBe('$ %ff%zz');
    expect(textOf(uri('stdin=true'))).toBeUndefined();
    expect(textOf({ requestURI: '/api' })).toBeUndefined();
  });

  test('is unknown of a record that was cut or is none', () => {
    expect(requestText('{"requestParameters":{"a":')).toBeUndefined();
    expect(requestText('[1]')).toBeUndefined();
    expect(requestText('')).toBeUndefined();
  });
});
