import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { PARTS } from './parts.ts';

const rank = ({ project }: TestSpecification): number => PARTS.findIndex(({ name }) => name === project.name);

/** Begins with the files that take longest, so that no worker is left with one of them at the end. */
export default class LongestFirst extends BaseSequencer {
  /** Within a part: by how long the files took the last time, else by their size. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
