import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OVERHEADS, PRICE_SOURCES, PRICES, PRICES_DATE, PRICES_REGION } from '../../lib/simulate/index.ts';

const page = readFileSync('docs/simulating.md', 'utf8');

/** The cells of the row that begins so. */
const row = (start: string): readonly string[] => {
  const line = page.split('\n').find((one) => one.startsWith(`| ${start}`)) ?? '';
  return line
    .split('|')
    .map((cell) => cell.trim())
    .slice(1, -1);
};

describe('the page on simulating', () => {
  it.each([
    ['Standard: state transitions', PRICES.transition * 1_000, 'per 1,000'],
    ['Express: requests', PRICES.expressRequest * 1_000_000, 'per million'],
    ['Express: time', PRICES.expressGbSecond * 3600, 'per GB-hour'],
    ['functions: requests', PRICES.lambdaRequest * 1_000_000, 'per million'],
    ['functions: time', PRICES.lambdaGbSecond, 'per GB-second'],
    ['S3: PUT', PRICES.s3Put * 1_000, 'per 1,000'],
    ['S3: GET', PRICES.s3Get * 1_000, 'per 1,000'],
    ['Scheduler: starts', PRICES.schedule * 1_000_000, 'per million'],
    ['Pipes: requests', PRICES.pipeRequest * 1_000_000, 'per million'],
  ])('has the price that is counted with: %s', (start, price, unit) => {
    const [, written = ''] = row(start);
    expect(written).toContain(unit);
    expect(Number.parseFloat(written)).toBeCloseTo(price, 12);
  });

  it('has the date, the region and the sources of the prices', () => {
    for (const source of Object.values(PRICE_SOURCES)) expect(page).toContain(`(${source})`);
    expect(page).toContain(`Prices of ${PRICES_DATE}`);
    expect(page).toContain(PRICES_REGION);
  });

  it('has the overheads that are counted with', () => {
    const { transition, branch, invocation } = OVERHEADS.aws;
    expect(row('entering a state').slice(1)).toEqual([`${transition.STANDARD}`, `${transition.EXPRESS}`]);
    expect(row('starting a branch').slice(1)).toEqual([`${branch}`, `${branch}`]);
    expect(row('invoking a warm function').slice(1)).toEqual([`${invocation}`, `${invocation}`]);
  });
});
