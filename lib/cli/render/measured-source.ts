import type { MeasuredLogs, MeasuredMap, ProfileSource } from '../../compiler/plan/durations.ts';
import { count } from '../report.ts';

/** How deployed executions were measured: what logs and distributed Maps told; nothing of local runs. */
export const sourceLines = ({ logs, maps = [] }: ProfileSource): readonly string[] => [
  ...(logs ? logLines(logs) : []),
  ...maps.map(mapLine),
];

function logLines({ calls, read, problems = [] }: MeasuredLogs): readonly string[] {
  if (calls === 0) return [];
  const rest = read < calls ? '; the others are priced by their seconds and the memory of their components' : '';
  const line = `billed time of ${read} of ${count(calls, 'call')} read from logs${rest}`;
  const [first] = problems;
  if (first === undefined) return [line];
  return [line, problems.length === 1 ? first : `${first}, and ${problems.length - 1} more: see --json`];
}

function mapLine({ step, children, read, express }: MeasuredMap): string {
  if (express)
    return `${step}: the starts of ${count(children, 'Express item')} are counted; their time and their calls, of which there is no history, are left out`;
  if (read === 0) return `${step}: of ${count(children, 'item')} none is listed any more: what they cost is left out`;
  return `${step}: ${read} of ${count(children, 'item')} were read; their calls, transitions and costs count for all`;
}
