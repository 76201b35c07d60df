import { describe, expect, it } from 'vitest';
import { Random } from '../../../lib/simulate/random.ts';

describe('the generator', () => {
  it('gives the same stream for the same seed, on every machine', () => {
    const random = new Random('driftwire');
    expect([random.next(), random.below(1000), random.hex(8), random.base32(6), random.uuid()]).toEqual([
      1576195936,
      743,
      '6bd961f8',
      'VHSIAV',
      'af4153d8-0471-4ec2-b601-f1c6293320b8',
    ]);
  });

  it('gives another stream for another seed, and forks do not depend on what was drawn', () => {
    const one = new Random('a');
    const two = new Random('a');
    two.next();
    expect(new Random('b').next()).not.toBe(new Random('a').next());
    expect(two.fork('x').next()).toBe(one.fork('x').next());
    expect(one.fork('y').next()).not.toBe(one.fork('x').next());
  });

  it('stays in bounds and reaches all of them', () => {
    const random = new Random('bounds');
    const seen = new Set(Array.from({ length: 2000 }, () => random.below(7)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(new Set(Array.from({ length: 200 }, () => random.pick(['a', 'b'])))).toEqual(new Set(['a', 'b']));
    const hits = Array.from({ length: 10_000 }, () => random.chance(0.2)).filter(Boolean).length;
    expect(hits).toBeGreaterThan(1800);
    expect(hits).toBeLessThan(2200);
  });

  it('makes version 4 UUIDs, hexadecimal digits and AWS-like ids, none twice', () => {
    const random = new Random('ids');
    const ids = Array.from({ length: 5000 }, () => random.uuid());
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(5000);
    expect(random.hex(40)).toMatch(/^[0-9a-f]{40}$/);
    expect(random.base32(17)).toMatch(/^[A-Z2-7]{17}$/);
  });
});
