import { awsProblem } from './aws-errors.ts';
import { UsageError } from './errors.ts';

/** The page with the permissions that commands for executions need. */
const PAGE = 'docs/operating.md';

/** Does what a command asks of executions; what keeps it from an answer is told with what to do about it. */
export async function asking<T>(command: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const [{ Problem }, { toProblem }] = await Promise.all([
      import('../executions/problem.ts'),
      import('../executions/aws/to-problem.ts'),
    ]);
    // Inputs are shown with their place.
    if (error instanceof Problem && error.diagnostics) throw error;
    const problem = error instanceof Problem ? error : toProblem(error);
    if (problem.code !== 'ORCHESTRATOR_ERROR') throw asUsageError(problem.message);
    const said = awsProblem(error, { command, page: PAGE });
    throw said ? new UsageError(said.message, said.help) : error;
  }
}

/** A message says what is the matter, and after its last semicolon what to do. */
function asUsageError(message: string): UsageError {
  const at = message.lastIndexOf('; ');
  return at < 0
    ? new UsageError(message, `${PAGE} says what the command needs`)
    : new UsageError(message.slice(0, at), message.slice(at + 2));
}
