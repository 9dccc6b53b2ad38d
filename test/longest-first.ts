import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { PARTS } from './parts.ts';

const rank = ({ project }: TestSpecification): number => PARTS.findIndex(({ name }) => name === project.name);

/** Starts the longest test files first, so that none of them is left for the end. */
export default class LongestFirst extends BaseSequencer {
  /** Within a part, by the duration of the last run, else by size. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
