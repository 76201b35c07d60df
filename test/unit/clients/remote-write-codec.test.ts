import { describe, expect, test } from 'vitest';
import { compress, encodeV1, encodeV1Metadata, encodeV2 } from '../../../lib/clients/remote-write-codec.ts';

const series = { name: 'a', kind: 'counter', labels: [], value: 1 } as const;
const one = [{ series, samples: [{ timeMs: 1000, value: 1 }] }];
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const NAME = '085f5f6e616d655f5f'; // "__name__" with its length
const SAMPLE = '09000000000000f03f10e807'; // 1.0 at 1000 ms

describe('written by hand from the message definitions', () => {
  test('a series of 1.0', () => {
    expect(hex(encodeV1(one))).toBe(`0a1d0a0d0a${NAME}120161120c${SAMPLE}`);
  });

  test('a series of 2.0, its texts before it', () => {
    expect(hex(encodeV2(one))).toBe(`220022${NAME}220161` + `2a120a020102120c${SAMPLE}`);
  });

  test('metadata of 1.0, a unit only where there is one', () => {
    expect(hex(encodeV1Metadata([{ family: 'a', type: 'gauge', help: 'h', unit: '' }]))).toBe('1a0808021201612201' + '68');
    expect(hex(encodeV1Metadata([{ family: 'a', type: 'histogram', help: 'h', unit: 's' }]))).toBe('1a0b0803120161220168' + '2a0173');
  });

  test('a value that ends a series has the bits that say so', () => {
    expect(hex(encodeV1([{ series, samples: [{ timeMs: 1000, value: 'stale' }] }]))).toContain('09020000000000f07f');
  });

  test('nothing is an empty message, and one byte when compressed', () => {
    expect(hex(encodeV1([]))).toBe('');
    expect(hex(compress(encodeV1([])))).toBe('00');
  });
});

test('labels stand in order with the name among them', () => {
  const labels = [
    ['Z', 'z'],
    ['a', 'a'],
  ] as const;
  const text = Buffer.from(encodeV1([{ series: { ...series, labels }, samples: [] }])).toString('latin1');
  expect(
    [text.indexOf('Z'), text.indexOf('__name__'), text.lastIndexOf('a\x12')].every(
      (at, index, all) => index === 0 || at > (all[index - 1] ?? -1),
    ),
  ).toBe(true);
});

test('a text that stands in many series is written once with 2.0', () => {
  const many = Array.from({ length: 100 }, (_, number) => ({
    series: {
      ...series,
      labels: [
        ['namespace', 'a-rather-long-name'],
        ['user', `user-${number}`],
      ] as const,
    },
    samples: [{ timeMs: 1, value: 1 }],
  }));
  expect(Buffer.from(encodeV2(many)).toString('latin1').split('a-rather-long-name')).toHaveLength(2);
});
