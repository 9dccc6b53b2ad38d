import { type Diagnostic, diagnose } from '../../diagnostics/diagnostics.ts';
import type { Flow } from '../../flow/flow.ts';
import { spanAt } from '../../flow/text/tree.ts';
import { formatPath } from '../../protocol/describe.ts';
import { findProblems } from './problems.ts';

/** Reports each part of an example that does not fit the flow's inputSchema: a run with that example is refused. */
export function checkExamples({ file, examples, inputSchema }: Flow): readonly Diagnostic[] {
  if (inputSchema === undefined) return [];
  return examples.flatMap(({ input, tree }) =>
    findProblems(input, { schema: inputSchema, root: inputSchema }, true).map(({ path, missing, problem }) => {
      const where = formatPath(missing === undefined ? path : [...path, missing]);
      const params = { where: where === '' ? 'the whole input' : `"${where}"`, problem };
      return diagnose('input-mismatch', params, { file, ...spanAt(tree, path) });
    }),
  );
}
