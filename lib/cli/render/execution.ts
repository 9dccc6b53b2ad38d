import { type Described, resultIn } from '../../executions/executions.ts';
import { EXIT } from '../errors.ts';
import { colorsFor, type Terminal } from '../terminal.ts';
import { duration } from './duration.ts';
import { showFailure } from './run.ts';

/** Shows in a line how an execution is; on standard error, how its flow failed. */
export function showStatus(execution: Described, terminal: Terminal): void {
  const { stdout, env } = terminal;
  const colors = colorsFor(stdout, env);
  const result = resultIn(execution);
  const { durationMs } = execution.execution;
  const took = durationMs === undefined ? '' : ` ${result ? 'after' : 'for'} ${duration(durationMs)}`;
  const mark = !result ? colors.cyan('…') : result.outcome === 'failed' ? colors.red('✖') : colors.green('✔');
  const status = execution.status.toLowerCase().replaceAll('_', ' ');
  stdout.write(`${mark} ${colors.bold(execution.flow)} ${execution.id} ${status}${took}\n`);
  if (result?.outcome === 'failed') showFailure(result.error, [], terminal);
}

/** The exit code for an execution: whether its flow has failed. */
export const exitCodeFor = (execution: Described): number =>
  resultIn(execution)?.outcome === 'failed' ? EXIT.failed : EXIT.ok;
