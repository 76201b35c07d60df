import { expect, test } from 'vitest';
import { openDecoder } from '../../../../lib/core/decode/decoder.ts';
import type { Decoded } from '../../../../lib/core/model/raw-record.ts';
import { DEFAULT_LIMITS } from '../../../../lib/sources/limits.ts';

const record = '{"eventTime":"2026-11-20T08:00:00Z","eventSource":"a","eventName":"b","eventType":"c"}';

function open(): { readonly items: Decoded[]; readonly decoder: ReturnType<typeof openDecoder> } {
  const items: Decoded[] = [];
  const options = { input: 'in', line: 1, envelope: {}, limits: DEFAULT_LIMITS, inflate: () => ({ texts: [] }) };
  return { items, decoder: openDecoder({ ...options, take: (item) => items.push(item) }) };
}

test('reading rests between lines and between the elements of a container, and nowhere else', () => {
  const { decoder } = open();
  expect(decoder.rest()).toEqual({ line: 1, array: undefined });
  decoder.push('\n{');
  expect(decoder.rest()).toBeUndefined();
  decoder.push('"Records":[');
  expect(decoder.rest()).toEqual({ line: 2, array: { path: 'Records', index: 0, context: { name: 'Records', envelope: {} } } });
  decoder.push('{"a"');
  expect(decoder.rest()).toBeUndefined();
  decoder.push(':1},[');
  expect(decoder.rest()).toBeUndefined();
});

test('reading does not rest in an array that stands alone', () => {
  const { decoder } = open();
  decoder.push('[');
  expect(decoder.rest()).toBeUndefined();
});

test('records read by somebody else count in paths and lines', () => {
  const { items, decoder } = open();
  decoder.push('{"Records":[');
  decoder.advance(3, 2);
  decoder.push(`,${record}]}`);
  decoder.end();
  expect(items.map((item) => (item.kind === 'record' ? item.record.origin : item.kind))).toEqual([
    { input: 'in', line: 3, path: 'Records[3]' },
  ]);
});

test('text lines before records that somebody else reads stand between records', () => {
  const { items, decoder } = open();
  decoder.push('starting\n');
  decoder.advance(0, 4);
  expect(items).toEqual([]);
  decoder.advance(2, 2);
  decoder.end();
  expect(items).toEqual([{ kind: 'dropped', reason: 'text_line', origin: { input: 'in', line: 1, path: '' } }]);
});
