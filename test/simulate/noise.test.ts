import { describe, expect, it } from 'vitest';
import { noiseFactors, randomFrom } from '../../lib/simulate/noise.ts';

const draws = (sigma: number): number[] =>
  Array.from({ length: 20_000 }, (_, run) => noiseFactors(sigma, 1, run)('step')).sort((a, b) => a - b);

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('noise', () => {
  it('is the same for the same seed, run and step', () => {
    expect(noiseFactors(0.5, 3, 7)('load')).toBe(noiseFactors(0.5, 3, 7)('load'));
    const noise = noiseFactors(0.5, 3, 7);
    expect(noise('load')).toBe(noise('load'));
  });

  it('differs between seeds, runs and steps', () => {
    const some = [
      noiseFactors(0.5, 1, 0)('a'),
      noiseFactors(0.5, 2, 0)('a'),
      noiseFactors(0.5, 1, 1)('a'),
      noiseFactors(0.5, 1, 0)('b'),
    ];
    expect(new Set(some).size).toBe(4);
  });

  it('of a step does not depend on which steps were asked before', () => {
    const noise = noiseFactors(0.5, 1, 0);
    noise('a');
    expect(noise('b')).toBe(noiseFactors(0.5, 1, 0)('b'));
  });

  it('of no strength changes nothing', () => {
    expect(noiseFactors(0, 1, 0)('a')).toBe(1);
  });

  it('is log-normal: its logarithm has the mean 0 and the deviation asked for', () => {
    const logarithms = draws(0.5).map(Math.log);
    const deviation = Math.sqrt(mean(logarithms.map((value) => value ** 2)) - mean(logarithms) ** 2);
    expect(mean(logarithms)).toBeCloseTo(0, 1);
    expect(deviation).toBeCloseTo(0.5, 2);
    // Of a normal distribution 68.3 % lie within one deviation, and 95.4 % within two.
    const within = (sigmas: number): number =>
      logarithms.filter((value) => Math.abs(value) < sigmas * 0.5).length / logarithms.length;
    expect(within(1)).toBeCloseTo(0.683, 1);
    expect(within(2)).toBeCloseTo(0.954, 1);
  });

  it('comes from numbers in [0, 1) that are spread evenly', () => {
    const random = randomFrom('a seed');
    const tenths = new Array<number>(10).fill(0);
    for (let draw = 0; draw < 100_000; draw += 1) {
      const value = random();
      expect(value >= 0 && value < 1).toBe(true);
      tenths[Math.floor(value * 10)] = (tenths[Math.floor(value * 10)] ?? 0) + 1;
    }
    for (const count of tenths) expect(count / 10_000).toBeCloseTo(1, 1);
  });
});
