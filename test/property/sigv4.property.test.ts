import { AwsV4Signer } from 'aws4fetch';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RequestSigner } from '../../lib/clients/sigv4.ts';

const segment = fc.stringMatching(/^[A-Za-z0-9_.~-]{1,12}$/).filter((text) => !['.', '..', '__proto__'].includes(text)); // the last is lost inside the signer; the address is the user's own
const url = fc
  .record({
    host: fc.stringMatching(/^[a-z][a-z0-9-]{0,10}[a-z0-9]$/),
    port: fc.constantFrom('', ':8443'),
    path: fc.array(segment, { maxLength: 5 }),
    query: fc.array(fc.tuple(segment, segment), { maxLength: 3 }),
  })
  .map(({ host, port, path, query }) => {
    const search = query.length === 0 ? '' : `?${query.map(([name, value]) => `${name}=${value}`).join('&')}`;
    return `https://${host}.example${port}/${path.join('/')}${search}`;
  });
const header = fc.tuple(fc.stringMatching(/^x-[a-z]{1,8}$/), fc.stringMatching(/^[!-~]{1,20}$/));

test('a signature is the one that another library makes', async () => {
  await fc.assert(
    fc.asyncProperty(
      url,
      fc.uniqueArray(header, { selector: ([name]) => name, maxLength: 4 }),
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 0, max: 4e12 }),
      fc.option(fc.stringMatching(/^[A-Za-z0-9/+=]{8,40}$/), { nil: undefined }),
      async (address, pairs, body, nowMs, sessionToken) => {
        const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', sessionToken };
        const signer = new RequestSigner({ region: 'eu-west-1', service: 'aps', credentials: async () => credentials });
        const headers = { 'content-encoding': 'snappy', ...Object.fromEntries(pairs) };
        const signed = await signer.sign({ method: 'POST', url: address, headers, body }, nowMs);
        const { authorization, 'x-amz-date': datetime, 'x-amz-security-token': _token, ...rest } = signed;
        const other = new AwsV4Signer({
          ...credentials,
          ...(sessionToken === undefined ? {} : { sessionToken }),
          method: 'POST',
          url: address,
          headers: rest,
          body: new Uint8Array(body),
          service: 'aps',
          region: 'eu-west-1',
          datetime: datetime ?? '',
          allHeaders: true,
        } as ConstructorParameters<typeof AwsV4Signer>[0]);
        expect(authorization).toBe(await other.authHeader());
      },
    ),
  );
}, 30_000);
