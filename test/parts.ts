const ORACLE = ['test/oracle/**/*.test.ts', 'test/large/**/*.test.ts'];
const DEPLOY = ['test/deploy/**/*.test.ts'];

/** Files that replace a module by a mock. */
const MOCKING = ['test/project/open-flow.test.ts'];

/**
 * The parts of the tests, for `vitest run --project NAME`; those with the longest files come first. The files of a part share
 * the modules that they load, which takes half of the time otherwise: what one of them sets, it sets back.
 */
export const PARTS = [
  { name: 'deploy', include: DEPLOY, exclude: [], isolate: true },
  { name: 'oracle', include: ORACLE, exclude: [], isolate: false },
  { name: 'mocking', include: MOCKING, exclude: [], isolate: true },
  { name: 'unit', include: ['test/**/*.test.ts'], exclude: [...ORACLE, ...DEPLOY, ...MOCKING], isolate: false },
];
