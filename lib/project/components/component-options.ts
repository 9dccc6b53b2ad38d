import { readFileSync } from 'node:fs';
import type { Span } from '../../diagnostics/diagnostics.ts';
import { nearest } from '../../flow/text/nearest.ts';
import { describe } from '../../protocol/describe.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import { isStoreUse } from '../../runtime/stores/store-use.ts';
import type { ComponentFile } from './catalog.ts';

interface Option {
  readonly wanted: string;
  readonly fits: (value: unknown) => boolean;
}

const isBetween = (value: unknown, least: number, most: number): boolean =>
  typeof value === 'number' && value >= least && value <= most;

/** The options of a component that become properties of its function. */
const OPTIONS: { readonly [name: string]: Option } = {
  description: { wanted: 'a string', fits: (value) => typeof value === 'string' },
  memorySize: {
    wanted: `a whole number of MB from ${QUOTAS.leastFunctionMemory} to ${QUOTAS.functionMemory}`,
    fits: (value) => Number.isInteger(value) && isBetween(value, QUOTAS.leastFunctionMemory, QUOTAS.functionMemory),
  },
  timeout: {
    wanted: `a number of seconds above 0, at most ${QUOTAS.functionSeconds}`,
    fits: (value) => value !== 0 && isBetween(value, 0, QUOTAS.functionSeconds),
  },
  reservedConcurrency: {
    // Lambda takes 0 as well, and then lets nobody call the function. The most depends on the account.
    wanted: 'a whole number of calls of at least 1',
    fits: (value) => Number.isSafeInteger(value) && value !== 0 && isBetween(value, 0, Number.MAX_SAFE_INTEGER),
  },
  uses: { wanted: "the list ['cache']", fits: (value) => Array.isArray(value) && value.every(isStoreUse) },
  travelling: { wanted: 'true or false', fits: (value) => typeof value === 'boolean' },
};

const KNOWN = [...Object.keys(OPTIONS), 'input', 'output', 'run'];

/** Names of options elsewhere. */
const MEANT: { readonly [name: string]: string } = {
  memory: 'memorySize',
  memoryMB: 'memorySize',
  timeoutSeconds: 'timeout',
  concurrency: 'reservedConcurrency',
  reservedConcurrentExecutions: 'reservedConcurrency',
  cache: 'uses',
};

/** An option of a component that its function cannot have. */
export class BadOption extends Error {
  override readonly name = 'BadOption';
  readonly option: string;
  readonly remedy: string;

  constructor(option: string, problem: string, remedy: string) {
    super(problem);
    this.option = option;
    this.remedy = remedy;
  }
}

/** Throws a {@link BadOption} if an option of a loaded component cannot be deployed, or is the misspelling of another. */
export function checkOptions(component: { readonly [key: string]: unknown }): void {
  for (const [name, value] of Object.entries(component)) {
    const option = OPTIONS[name];
    if (option && value !== undefined && !option.fits(value)) {
      const problem = `its "${name}" is ${describe(value)}, but ${option.wanted} is expected`;
      throw new BadOption(name, problem, `Write ${option.wanted} for "${name}".`);
    }
    const meant = KNOWN.includes(name) ? undefined : (MEANT[name] ?? nearest(name, KNOWN));
    if (meant !== undefined) {
      throw new BadOption(name, `it has an unknown option "${name}"`, `Did you mean "${meant}"?`);
    }
  }
}

/** Where an option stands in the source of a component; undefined where that is not certain. */
export function placeOfOption({ file }: ComponentFile, option: string): Span | undefined {
  const lines = readFileSync(file, 'utf8').split('\n');
  const found = lines.flatMap((text, index) =>
    [...text.matchAll(new RegExp(`(?<![\\w.$])${option}(?=['"]?\\s*:)`, 'g'))].map(({ index: at }): Span => {
      const line = index + 1;
      return { line, column: at + 1, endLine: line, endColumn: at + 1 + option.length };
    }),
  );
  return found.length === 1 ? found[0] : undefined;
}
