import type { Reporter, TestModule } from 'vitest/node';
import { EFFORT, SEED } from './chance.ts';
import { PARTS } from './parts.ts';

const SLOWEST = 10;

/** The duration of a test file in milliseconds, including imports. */
function msOf(module: TestModule): number {
  const { collectDuration, duration, setupDuration } = module.diagnostic();
  return collectDuration + duration + setupDuration;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** One line: the parts that ran, the effort and the seed. */
function partsIn(modules: readonly TestModule[]): string {
  const parts = PARTS.flatMap(({ name }) => {
    const files = modules.filter(({ project }) => project.name === name);
    const ms = files.reduce((sum, file) => sum + msOf(file), 0);
    return files.length > 0
      ? [`${name} (${files.length} ${files.length === 1 ? 'file' : 'files'}, ${seconds(ms)})`]
      : [];
  });
  return `Parts run: ${parts.join(', ')}; effort ${EFFORT}, seed ${SEED}.`;
}

/** Prints at the end the slowest test files, and which parts of the tests ran. */
export default class PartsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const slowest = modules.toSorted((a, b) => msOf(b) - msOf(a)).slice(0, SLOWEST);
    const lines = slowest.map((module) => `${seconds(msOf(module)).padStart(9)}  ${module.relativeModuleId}`);
    if (modules.length > SLOWEST) console.info(`\nThe slowest test files:\n${lines.join('\n')}`);
    console.info(`\n${partsIn(modules)}`);
  }
}
