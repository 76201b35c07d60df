import { describe, expect, test } from 'vitest';
import { lokiLine } from '../../../../lib/core/deliver/loki-line.ts';

const ID = '5f0fb67d-8838-4d13-9f15-397a86509e83';
const LIMIT = 4096;
const filler = (bytes: number): string => 'x'.repeat(bytes);

/** A CloudTrail record with spaces of its own, so that what stays is seen to stay byte for byte. */
function record(members: Record<string, unknown>): string {
  const rest = Object.entries(members).map(([name, value]) => `, "${name}": ${JSON.stringify(value)}`);
  return `{ "eventVersion": "1.11", "eventID": "${ID}"${rest.join('')} }`;
}

const cut = (text: string, maxBytes = LIMIT) => lokiLine('aws_cloudtrail', text, ID, maxBytes);

describe('a line of Loki', () => {
  test('is the record byte for byte as long as it fits, whatever is in it', () => {
    const text = '{"a" :1.0,\t"b":"\\u00e4 ä 🚀 \\ud800", "c":{}}\r\n';
    expect(lokiLine('k8s_audit', text, ID, Buffer.byteLength(text))).toEqual({ text, isCut: false });
  });

  test('holds no half of a surrogate pair, for which Loki refuses the whole push', () => {
    expect(cut('{"a":"\ud800"}').text).toBe('{"a":"\ufffd"}');
  });

  test('counts bytes and not characters', () => {
    const text = record({ requestParameters: { name: 'ä'.repeat(100) } });
    expect(cut(text, Buffer.byteLength(text)).isCut).toBe(false);
    expect(cut(text, Buffer.byteLength(text) - 1).isCut).toBe(true);
  });
});

describe('a record that is too long', () => {
  test('loses its answer first, and the rest stays as it was written', () => {
    const answer = { big: filler(5000) };
    const text = record({ requestParameters: { name: 'web' }, responseElements: answer, readOnly: false });
    expect(cut(text)).toEqual({
      text: `{ "eventVersion": "1.11", "eventID": "${ID}", "requestParameters": {"name":"web"}, "responseElements": "(cut: ${JSON.stringify(answer).length} bytes)", "readOnly": false }`,
      isCut: true,
    });
  });

  test('loses the end of long texts next, wherever they are, and keeps the short ones', () => {
    const { text } = cut(record({ requestParameters: { policy: filler(5000), list: [{ name: 'web', text: 'ä'.repeat(1000) }] } }));
    expect(JSON.parse(text)).toEqual({
      eventVersion: '1.11',
      eventID: ID,
      requestParameters: {
        policy: `${filler(256)}(cut: 5000 bytes)`,
        list: [{ name: 'web', text: `${'ä'.repeat(128)}(cut: 2000 bytes)` }],
      },
    });
  });

  test('loses its request next, also behind an answer that was not enough', () => {
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`name${index}`, 'value']));
    const { text } = cut(record({ requestParameters: many, responseElements: many, resources: ['one'] }));
    expect(JSON.parse(text)).toEqual({
      eventVersion: '1.11',
      eventID: ID,
      requestParameters: `(cut: ${JSON.stringify(many).length} bytes)`,
      responseElements: `(cut: ${JSON.stringify(many).length} bytes)`,
      resources: ['one'],
    });
  });

  test('loses other members, the largest first, and no more of them than it must', () => {
    const list = (length: number) => Array.from({ length }, (_, index) => index);
    const { text } = cut(record({ additional: list(500), resources: list(900), tls: { version: 'TLSv1.3' } }));
    expect(JSON.parse(text)).toEqual({
      eventVersion: '1.11',
      eventID: ID,
      additional: list(500),
      resources: `(cut: ${JSON.stringify(list(900)).length} bytes)`,
      tls: { version: 'TLSv1.3' },
    });
  });

  test('is its id alone when thousands of small members are left', () => {
    const many = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`name${index}`, index]));
    expect(cut(record(many))).toEqual({ text: `{"eventID":"${ID}"}`, isCut: true });
    const large = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`name${index}`, filler(900)]));
    expect(cut(record(large)).text).toBe(`{"eventID":"${ID}"}`);
  });

  test('keeps its id even where the id is long, and an id that fits in no line is cut', () => {
    const id = filler(300);
    const text = JSON.stringify({ auditID: id, annotations: filler(5000) });
    expect(JSON.parse(lokiLine('k8s_audit', text, id, 1024).text)['auditID']).toBe(id);
    expect(lokiLine('k8s_audit', text, id, 100).text).toBe(`{"auditID":"${filler(88)}`);
  });

  test('of Kubernetes loses responseObject and requestObject', () => {
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`name${index}`, 'value']));
    const text = JSON.stringify({ auditID: ID, requestObject: many, responseObject: many });
    expect(JSON.parse(lokiLine('k8s_audit', text, ID, LIMIT).text)).toEqual({
      auditID: ID,
      requestObject: `(cut: ${JSON.stringify(many).length} bytes)`,
      responseObject: `(cut: ${JSON.stringify(many).length} bytes)`,
    });
  });

  test('and has no id of its own gets one, because what is left may be the same for two records', () => {
    const text = ` {"rule":"Shell in a container","output_fields":${JSON.stringify({ cmdline: filler(5000) })}}`;
    expect(lokiLine('falco', text, 'f1n6e', LIMIT).text).toBe(
      ` {"driftwire_id":"f1n6e","rule":"Shell in a container","output_fields":"(cut: 5014 bytes)"}`,
    );
  });

  test('and broken off keeps its beginning, and its id behind it', () => {
    const text = `{"eventID":"${ID}","requestParameters":"${'ä'.repeat(4000)}`;
    const line = cut(text).text;
    expect(line.endsWith(` (cut: ${Buffer.byteLength(text)} bytes) ${ID}`)).toBe(true);
    expect(Buffer.byteLength(line)).toBeGreaterThan(LIMIT - 4);
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(LIMIT);
    expect(cut(text, 30).text).toBe(`{"eventID":"5f0fb67d-8838-4d13`);
  });

  test('and not an object keeps its beginning too', () => {
    expect(cut(JSON.stringify([filler(5000)])).text.startsWith('["xxx')).toBe(true);
  });

  test('is cut the same way each time, and a line that was cut fits', () => {
    for (const size of [1, 100, 1000, 5000]) {
      const text = record({ responseElements: filler(size), requestParameters: { a: filler(size), b: [filler(size)] }, c: filler(size) });
      for (const bound of [64, 200, 1024, 2048, LIMIT]) {
        const line = cut(text, bound);
        expect(line).toEqual(cut(text, bound));
        expect(Buffer.byteLength(line.text)).toBeLessThanOrEqual(bound);
        expect(line.text).toContain(ID);
      }
    }
  });
});
