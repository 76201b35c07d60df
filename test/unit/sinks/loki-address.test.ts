import { describe, expect, test } from 'vitest';
import { lokiAddress } from '../../../lib/sinks/loki-address.ts';

describe('the address of a Loki', () => {
  test.each([
    'http://loki:3100',
    'http://loki:3100/',
    'http://loki:3100/loki/api/v1',
    'http://loki:3100/loki/api/v1/push',
    'http://loki:3100/loki/api/v1/push//',
  ])('is found from %s', (url) => {
    expect(lokiAddress(url)).toEqual({
      push: 'http://loki:3100/loki/api/v1/push',
      queryRange: 'http://loki:3100/loki/api/v1/query_range',
    });
  });

  test('keeps the path of a gateway and its parameters', () => {
    expect(lokiAddress('https://gw.example.com/team/loki/?key=1').push).toBe('https://gw.example.com/team/loki/loki/api/v1/push?key=1');
  });

  test('of old is refused, because Loki answers there as if it had stored what it drops', () => {
    expect(() => lokiAddress('http://loki:3100/api/prom/push')).toThrow(/push address of old/);
  });
});
