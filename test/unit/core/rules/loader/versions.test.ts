import { describe, expect, test } from 'vitest';
import { isCompatible, parseUint32, parseVersion } from '../../../../../lib/core/rules/loader/versions.ts';

describe('versions', () => {
  test.each([
    ['1.2.3', [1, 2, 3]],
    [' 0.26.0-rc1', [0, 26, 0]],
    ['1. 2. 3', [1, 2, 3]],
    ['-1.0.0', [4294967295, 0, 0]],
    ['1.2', undefined],
    ['v1.2.3', undefined],
    ['', undefined],
  ])('%j is read as libsinsp reads it', (text, version) => {
    expect(parseVersion(text)).toEqual(version);
  });

  test.each([
    [[0, 62, 0], [0, 62, 0], true],
    [[0, 62, 1], [0, 62, 0], true],
    [[0, 62, 0], [0, 62, 1], false],
    [[0, 62, 0], [0, 61, 9], true],
    [[0, 62, 0], [0, 63, 0], false],
    [[0, 62, 0], [1, 0, 0], false],
    [[1, 62, 0], [0, 1, 0], false],
  ] as const)('%j serves what asks for %j: %j', (have, wanted, isServed) => {
    expect(isCompatible(have, wanted)).toBe(isServed);
  });

  test.each([
    ['26', 26],
    ['+26', 26],
    ['0', 0],
    ['010', 8],
    ['0o17', 15],
    ['0x1F', 31],
    ['26 ', 26],
    ['4294967295', 4294967295],
    ['4294967296', undefined],
    ['-1', undefined],
    ['0.26', undefined],
    ['abc', undefined],
    ['09', undefined],
  ])('%j is a whole number: %j', (text, value) => {
    expect(parseUint32(text)).toBe(value);
  });
});
