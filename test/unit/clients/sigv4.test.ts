import { describe, expect, test } from 'vitest';
import { type AwsCredentials, RequestSigner } from '../../../lib/clients/sigv4.ts';

const KEY: AwsCredentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const request = {
  method: 'POST',
  url: 'https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write',
  headers: { 'content-encoding': 'snappy', 'user-agent': 'driftwire/1.0.0' },
  body: new Uint8Array([1, 2, 3]),
};
const signerOf = (credentials: () => Promise<AwsCredentials>) => new RequestSigner({ region: 'eu-west-1', service: 'aps', credentials });
const AT = Date.UTC(2026, 10, 20, 9, 0, 0);

describe('a signature', () => {
  test('names the service it is for, which the address does not', async () => {
    const { authorization } = await signerOf(async () => KEY).sign(request, AT);
    expect(authorization).toContain('Credential=AKIDEXAMPLE/20261120/eu-west-1/aps/aws4_request');
  });

  test('covers the body, the host and the time, and not the user agent, which proxies change', async () => {
    const signer = signerOf(async () => KEY);
    const base = (await signer.sign(request, AT))['authorization'];
    expect((await signer.sign({ ...request, body: new Uint8Array([1, 2]) }, AT))['authorization']).not.toBe(base);
    expect((await signer.sign(request, AT + 1_000))['authorization']).not.toBe(base);
    expect((await signer.sign({ ...request, headers: { ...request.headers, 'user-agent': 'x' } }, AT))['authorization']).toBe(base);
    expect((await signer.sign({ ...request, url: request.url.replace('eu-west-1', 'eu-west-2') }, AT))['authorization']).not.toBe(base);
  });

  test('keeps the headers it was given', async () => {
    expect(await signerOf(async () => KEY).sign(request, AT)).toMatchObject(request.headers);
  });

  test('is made with the credentials of the moment', async () => {
    let asked = 0;
    const signer = signerOf(async () => ({ ...KEY, sessionToken: `session-${++asked}` }));
    expect((await signer.sign(request, AT))['x-amz-security-token']).toBe('session-1');
    expect((await signer.sign(request, AT))['x-amz-security-token']).toBe('session-2');
  });

  test('is not made without credentials', async () => {
    await expect(signerOf(() => Promise.reject(new Error('none found'))).sign(request, AT)).rejects.toThrow('none found');
  });
});
