import { describe, expect, it } from 'vitest';
import { brief, readAll, recordTexts } from '../../../support/reading.ts';
import { cloudtrailRecord, kubernetesEvent } from '../../../support/records.ts';
import { expectSameOutcome } from '../../../support/same-outcome.ts';
import { cutAt } from '../../../support/scanned.ts';

const record = (eventID: string): string => JSON.stringify(cloudtrailRecord({ eventID, userAgent: 'curl' }));
const event = (auditID: string): string => JSON.stringify(kubernetesEvent({ auditID }));
const object = (...records: readonly string[]): string => `{"Records":[${records.join(',')}]}`;
const ids = (text: string): string[] =>
  recordTexts(readAll(text)).map((each) => /"(?:eventID|auditID)":\s?"([^"]*)"/.exec(each)?.[1] ?? '');

/** Where one line holds many records, what damage one of them may have. */
const DAMAGES: Readonly<Record<string, (text: string) => string>> = {
  'a string without its end': (text) => text.replace('"curl"', '"curl'),
  'a string without its beginning': (text) => text.replace('"curl"', 'curl"'),
  'a quote too many': (text) => text.replace('curl', 'cu"rl'),
  'no brace at its end': (text) => text.slice(0, -1),
  'a bracket that is not closed': (text) => text.replace('"responseElements":null', '"responseElements":["a"'),
  'no comma between two members': (text) => text.replace('"curl",', '"curl" '),
  'its second half missing, cut in a string': (text) => text.slice(0, text.indexOf('curl') + 2),
  'its second half missing, cut in a name': (text) => text.slice(0, text.indexOf('"userAgent"') + 4),
  'its second half missing, cut behind a comma': (text) => text.slice(0, text.indexOf('"userAgent"')),
};

describe('a damaged record on a line that holds others', () => {
  it.each(Object.entries(DAMAGES))('with %s takes none of them along', (_, damage) => {
    const text = object(record('a'), damage(record('b')), record('c'), record('d'));
    expect(ids(text)).toEqual(['a', 'c', 'd']);
    const failed = readAll(text).filter((item) => item.kind === 'failed');
    expect(failed).toMatchObject([{ code: 'bad_json', origin: { line: 1, path: 'Records[1]' } }]);
  });

  it.each(Object.entries(DAMAGES))(
    'with %s is read the same however the text is cut, with and without a prefilter',
    (_, damage) => {
      const text = Buffer.from(`${object(damage(record('a')), record('b'))}\n${object(record('c'), damage(record('d')))}\n`);
      for (let at = 1; at < text.length; at += 37) expectSameOutcome(cutAt(text, [at]));
      expectSameOutcome(cutAt(text, [...text.keys()]));
    },
    30_000,
  );

  it('may be the first, the last, or more than one', () => {
    const bad = record('x').replace('"curl"', '"curl');
    expect(ids(object(bad, bad, record('a'), bad, record('b'), bad))).toEqual(['a', 'b']);
    expect(ids(`${record('a')}${bad}${record('b')}\n${bad}\n${record('c')}`)).toEqual(['a', 'b', 'c']);
  });

  it('may be printed on many lines, and what follows has its own', () => {
    const printed = JSON.stringify({ Records: ['a', 'b', 'c'].map((eventID) => cloudtrailRecord({ eventID })) }, undefined, 1);
    const text = printed.replace(/\n {2}\},\n {2}\{/, '\n  ,\n  {');
    const found = readAll(text);
    expect(found.map(brief)).toEqual(['failed bad_json', 'aws_cloudtrail', 'aws_cloudtrail']);
    const begins = text.split('\n').flatMap((line, i) => (line === '  {' ? [i + 1] : []));
    expect(found.map((item) => (item.kind === 'record' ? item.record.origin.line : 3))).toEqual(begins);
    for (let at = 1; at < text.length; at += 7) expectSameOutcome(cutAt(Buffer.from(text), [at]));
  });

  it('may be damaged twice, on lines of its own', () => {
    const printed = JSON.stringify({ Records: ['a', 'b', 'c'].map((eventID) => cloudtrailRecord({ eventID })) }, undefined, 1);
    const twice = printed
      .replace('"ec2.amazonaws.com",', '"ec2.amazonaws.com"')
      .replace('"AuthorizeSecurityGroupIngress"', '"Authorize')
      .replace('\n  },', '\n  ,');
    expect(readAll(twice).map(brief)).toEqual(['failed bad_json', 'aws_cloudtrail', 'aws_cloudtrail']);
    for (let at = 1; at < twice.length; at += 11) expectSameOutcome(cutAt(Buffer.from(twice), [at]));
  });

  it('of Kubernetes is told from the objects inside another', () => {
    const list = {
      kind: 'List',
      apiVersion: 'v1',
      items: [
        { kind: 'Pod', apiVersion: 'v1' },
        { kind: 'Pod', apiVersion: 'v1' },
      ],
    };
    const bad = event('b').replace('"verb":"', `"responseObject":${JSON.stringify(list)},"verb":`);
    const text = `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[${event('a')},${bad},${event('c')}]}`;
    // What is left of the damaged one still names a request.
    expect(readAll(text).map(brief)).toEqual(['k8s_audit', 'k8s_audit truncated', 'k8s_audit']);
    expect(ids(text)).toEqual(['a', 'b', 'c']);
  });

  it('may be damaged in its very beginning', () => {
    const [version, level] = ['{"eventVersion: "1.11","userIdentity":{},"x":1}', '{"level: "Metadata","auditID":"x"}'];
    expect(ids(object(record('a'), version, record('b')))).toEqual(['a', 'b']);
    expect(ids(`{"kind":"EventList","items":[${event('a')},${level},${event('b')}]}`)).toEqual(['a', 'b']);
    const logs = [record('a'), record('b')].map((message, i) => JSON.stringify({ id: `${i}`, timestamp: i, message }));
    const payload = `{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"g","logEvents":[{"id: "0"},${logs.join(',')}]}`;
    expect(readAll(payload).map(brief)).toEqual(['failed bad_json', 'aws_cloudtrail', 'aws_cloudtrail']);
  });

  it('too large to be kept is told as such', () => {
    const bad = `${record('b').slice(0, -1)},"x":"${'y'.repeat(9_000_000)}" z"`;
    const found = readAll(object(record('a'), bad, record('c')), { cuts: [100, 4_000_000, 8_999_000, 9_000_700] });
    expect(found.map(brief)).toEqual(['aws_cloudtrail', 'failed too_large', 'aws_cloudtrail']);
  });

  it('is passed in time that does not grow with the square of the text, when there is nothing but damage', () => {
    const text = `${'{"k":1,"j":x {{ ,'.repeat(30_000)}\n${record('a')}\n`;
    const began = performance.now();
    const found = readAll(text);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(found.length).toBeLessThan(1_000);
    expect(found.map(brief).at(-1)).toBe('aws_cloudtrail');
  }, 30_000);

  it('in a member behind the records ends with its line', () => {
    expect(ids(`{"Records":[${record('a')}],"x": y ${record('b')}}\n${record('c')}`)).toEqual(['a', 'c']);
  });
});
