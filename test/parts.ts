const ORACLE = ['test/oracle/**/*.test.ts', 'test/large/**/*.test.ts'];
const DEPLOY = ['test/deploy/**/*.test.ts'];

/** The parts of the tests, for `vitest run --project NAME`; those with the longest files come first. */
export const PARTS = [
  { name: 'deploy', include: DEPLOY, exclude: [] },
  { name: 'oracle', include: ORACLE, exclude: [] },
  { name: 'unit', include: ['test/**/*.test.ts'], exclude: [...ORACLE, ...DEPLOY] },
];
