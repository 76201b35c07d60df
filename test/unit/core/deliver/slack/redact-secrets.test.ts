import { describe, expect, test } from 'vitest';
import { REDACTED, redactText } from '../../../../../lib/core/deliver/slack/redact-secrets.ts';

const AWS_SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzeXN0ZW06c2VydmljZWFjY291bnQifQ.c2lnbmF0dXJl';
/** Joined here, so that no scanner takes this file for a leak. */
const token = (...parts: readonly string[]): string => parts.join('');

describe('a secret that is known by its shape', () => {
  test.each([
    ['an AWS key id', 'key AKIAIOSFODNN7EXAMPLE used', `key ${REDACTED} used`],
    ['a temporary AWS key id', 'ASIAIOSFODNN7EXAMPLE', REDACTED],
    ['an AWS secret key', `k ${AWS_SECRET} x`, `k ${REDACTED} x`],
    ['a Slack token', token('xo', 'xb-123456789012-abcdefghijkl'), REDACTED],
    ['a Slack webhook', token('https://hooks.sl', 'ack.com/services/T000/B000/XXXX'), `https://${REDACTED}`],
    ['a Discord webhook', token('https://disc', 'ord.com/api/webhooks/123/abc-def'), `https://${REDACTED}`],
    ['a GitHub token', token('gh', 'p_abcdefghijklmnopqrstuvwxyz0123456789'), REDACTED],
    ['a GitLab token', token('gl', 'pat-abcdefghijklmnopqrst'), REDACTED],
    ['a Stripe key', token('sk', '_live_abcdefghijklmnop'), REDACTED],
    ['a Google key', token('AI', 'zaSyA0123456789abcdefghijklmnopqrstuv'), REDACTED],
    ['a Google token', token('ya', '29.a0AfH6SMBx-abcdefg'), REDACTED],
    ['a SendGrid key', token('S', 'G.abcdefghijklmnopqrst.abcdefghijklmnopqrst'), REDACTED],
    ['a Vault token', token('hv', 's.CAESIJabcdefghijklmnop'), REDACTED],
    ['a Databricks token', token('da', 'pi0123456789abcdef0123456789abcdef'), REDACTED],
    ['a Terraform token', token('abcdefghijklmn.atlas', 'v1.abcdefghijklmnopqrstuvwxyz'), REDACTED],
    ['an age key', token('AGE-SECRET-', 'KEY-1QQPQYRS7EQ8V5L2T9T9FVQKQ'), REDACTED],
    ['a JSON Web Token', `run ${JWT} now`, `run ${REDACTED} now`],
    ['a bearer token', 'curl with bearer abcdefgh12345', `curl with ${REDACTED}`],
    ['a private key', 'a -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- b', `a ${REDACTED} b`],
    ['a private key that was cut', 'a -----BEGIN PRIVATE KEY-----\nMIIEvQ rest of it', `a ${REDACTED}`],
    ['a PGP key', '-----BEGIN PGP PRIVATE KEY BLOCK-----\nlQ\n-----END PGP PRIVATE KEY BLOCK-----', REDACTED],
  ])('%s', (_, text, clean) => {
    expect(redactText(text)).toBe(clean);
  });
});

describe('a secret in an address', () => {
  test.each([
    ['postgres://app:hunter2@db.example.com/shop', `postgres://app:${REDACTED}@db.example.com/shop`],
    ['postgres://app:p@ss/w:rd@db/shop', `postgres://app:${REDACTED}@db/shop`],
    ['https://:hunter2@example.com', `https://:${REDACTED}@example.com`],
    ['https://0123456789abcdefghij@git.example.com/x', `https://${REDACTED}@git.example.com/x`],
    ['https://x/y?X-Amz-Signature=abc&X-Amz-Date=1', `https://x/y?X-Amz-Signature=${REDACTED}&X-Amz-Date=1`],
    ['https://a.blob.core.windows.net/c?sv=2024&sig=abc%3D', `https://a.blob.core.windows.net/c?sv=2024&sig=${REDACTED}`],
  ])('%s', (text, clean) => {
    expect(redactText(text)).toBe(clean);
  });
});

describe('a secret behind its name', () => {
  test.each([
    ['PGPASSWORD=hunter2 psql', `PGPASSWORD=${REDACTED} psql`],
    ['db_password: "correct horse"', `db_password: ${REDACTED}`],
    ["token = 'a b c' x", `token = ${REDACTED} x`],
    ['{"password":"hunter2","user":"app"}', `{"password":${REDACTED},"user":"app"}`],
    ['{\\"password\\":\\"hunter2\\"}', `{\\"password\\":${REDACTED}}`],
    ['Server=db;Password=hunter2;User=app', `Server=db;Password=${REDACTED};User=app`],
    ['AccountKey=abc==;x', `AccountKey=${REDACTED};x`],
    ['Authorization: Token abcdef', `Authorization: ${REDACTED}`],
    ['Authorization: Bearer abcdefgh1', `Authorization: ${REDACTED}`],
    ['-Dspring.datasource.password=hunter2', `-Dspring.datasource.password=${REDACTED}`],
    ['x-api-key: abc', `x-api-key: ${REDACTED}`],
    ['--from-literal=DB=hunter2', `--from-literal=DB=${REDACTED}`],
    ["ALTER USER app WITH PASSWORD 'a b'", `ALTER USER app WITH PASSWORD ${REDACTED}`],
    ['CREATE USER app IDENTIFIED BY "a b"', `CREATE USER app IDENTIFIED BY ${REDACTED}`],
    ['/token=abc', `/token=${REDACTED}`],
  ])('%s', (text, clean) => {
    expect(redactText(text)).toBe(clean);
  });
});

describe('a secret in a command', () => {
  test.each([
    ['mysql -u root -psecret db', `mysql -u root -p${REDACTED} db`],
    ["sh -c '/usr/bin/mysql -phunter2'", `sh -c '/usr/bin/mysql -p${REDACTED}`],
    ['mongosh -p hunter2 --host x', `mongosh -p ${REDACTED} --host x`],
    ['sshpass -phunter2 ssh x', `sshpass -p${REDACTED} ssh x`],
    ['docker login -u me -p hunter2 reg', `docker login -u me -p ${REDACTED} reg`],
    ['redis-cli -a hunter2 ping', `redis-cli -a ${REDACTED} ping`],
    ['curl -u me:hunter2 https://x', `curl -u ${REDACTED} https://x`],
    ['ldapsearch -w hunter2 -x', `ldapsearch -w ${REDACTED} -x`],
    ['tool --password hunter2 --verbose', `tool --password ${REDACTED} --verbose`],
    ['tool --password "correct horse battery" next', `tool --password ${REDACTED} next`],
    ['tool --token "a b c" next', `tool --token ${REDACTED} ${REDACTED} ${REDACTED} next`],
    ['tool --token "a" next', `tool --token ${REDACTED} next`],
    ["tool --token ' a' next", `tool --token ${REDACTED} ${REDACTED} next`],
    ['tool --api-key abc', `tool --api-key ${REDACTED}`],
    ['aws configure set aws_secret_access_key abc ; ls token x', `aws configure set aws_secret_access_key ${REDACTED} ; ls token x`],
    ['kubectl create secret generic x --from-literal a=b', `kubectl create secret generic x --from-literal ${REDACTED}`],
    ['echo hunter2 | docker login -u me --password-stdin reg', `echo ${REDACTED} | docker login -u me --password-stdin reg`],
    ['echo -n app:hunter2 | chpasswd', `echo -n ${REDACTED} | chpasswd`],
    ['mysql -pa; ls -pb', `mysql -p${REDACTED} ls -pb`],
  ])('%s', (text, clean) => {
    expect(redactText(text)).toBe(clean);
  });
});

describe('what is no secret', () => {
  test.each([
    'alice changed Secret shop/db',
    'arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf',
    'system:serviceaccount:kube-system:token:x',
    'secret/token:abc',
    'httpTokens=required httpEndpoint=enabled',
    'passwordPolicyId=abc123 minimumPasswordLength: 14',
    'nextToken=abc clientRequestToken: 0d8e3d1d-728c-42ce-829e-87e5e2e6d8cb',
    'password=&token=;secret=',
    'password: null token=true secretString=HIDDEN_DUE_TO_SECURITY_REASONS password=***',
    'mysql -u root -p db',
    'docker run -p 8080:80 nginx',
    'tool --password --verbose',
    'tool --password-stdin registry.example.com',
    'mkdir -p /data; ps -p 1',
    'echo hello | tee /etc/motd',
    'https://prometheus.example.com:9090/graph?email=a@example.com',
    'http://db.example.com:5432',
    'ssh://git@github.com/acme/repo',
    '0123456789abcdef0123456789abcdef01234567',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'AWSReservedSSO_AdministratorAccess_0123456789abcdef',
    'AROAIOSFODNN7EXAMPLE:alice@example.com',
    'a  b\tc  ',
    '',
  ])('%s', (text) => {
    expect(redactText(text)).toBe(text);
  });
});

describe('a long text', () => {
  test('is looked at up to a bound, and no half of a secret is left at its end', () => {
    const long = `${'word '.repeat(397)}x AKIAIOSFODNN7EXAMPLE`;
    expect(long.length).toBeGreaterThan(2_000);
    expect(redactText(long)).toBe(`${'word '.repeat(397)}x `);
  });

  test('is looked at as far as the caller wants', () => {
    const long = `${'word '.repeat(1_000)}--password hunter2`;
    expect(redactText(long, 10_000)).toBe(`${'word '.repeat(1_000)}--password ${REDACTED}`);
  });

  test('of one word keeps its beginning', () => {
    expect(redactText('a'.repeat(10_000))).toBe('a'.repeat(1_800));
  });

  test.each([
    ['names', 'a'],
    ['quotes', '"'],
    ['blanks', ' '],
    ['slashes', '://'],
    ['names that end nowhere', 'password'],
    ['keys that end nowhere', '-----BEGIN PRIVATE KEY-----'],
    ['assignments', 'a='],
    ['dots', 'eyJ.'],
  ])('of nothing but %s costs no time', (_, part) => {
    const begin = performance.now();
    redactText(part.repeat(2_000));
    expect(performance.now() - begin).toBeLessThan(500);
  });
});
