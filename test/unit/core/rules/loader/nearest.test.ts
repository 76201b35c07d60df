import { describe, expect, test } from 'vitest';
import { didYouMean, nearest } from '../../../../../lib/core/rules/loader/nearest.ts';

const FIELDS = ['ka.verb', 'ka.user.name', 'ka.user.groups', 'ka.uri'];

describe('the nearest name', () => {
  test.each([
    ['ka.vreb', 'ka.verb'],
    ['ka.ver', 'ka.verb'],
    ['KA.VERB', 'ka.verb'],
    ['ka.user.nam', 'ka.user.name'],
    ['ka.usr.name', 'ka.user.name'],
    ['ka.username', 'ka.user.name'],
    ['proc.cmdline', undefined],
    ['x', undefined],
    ['x'.repeat(200), undefined],
  ])('to %j is %j', (word, name) => {
    expect(nearest(word, FIELDS)).toBe(name);
  });

  test('an abbreviation of three letters is near', () => {
    expect(didYouMean('warn', ['Error', 'Warning'])).toBe("did you mean 'Warning'?");
    expect(didYouMean('wa', ['Warning'])).toBe('');
    expect(didYouMean('cloudtrail', ['aws_cloudtrail'])).toBe("did you mean 'aws_cloudtrail'?");
  });

  test('the word itself is no suggestion, and names without end are not compared', () => {
    expect(nearest('tags', ['tags', 'tag'])).toBe('tag');
    expect(nearest('abcdef', [...Array.from({ length: 1000 }, () => 'zzz'), 'abcdeg'])).toBeUndefined();
    expect(nearest('abcdef', ['a'.repeat(300), 'abcdeg'])).toBe('abcdeg');
  });
});
