import type { CompileOptions } from '../compiler/compile.ts';
import type { PassName } from '../compiler/passes/passes.ts';
import { nearest } from '../flow/text/nearest.ts';
import { UsageError } from './errors.ts';

/** The option that leaves out passes of the optimiser. */
export const WITHOUT_OPTION = {
  kind: 'list',
  value: 'PASS',
  summary: 'leave out a pass of the optimiser; may be repeated',
} as const;

/** The passes that run on request only: help shows them without loading the compiler, and a test says when there are more. */
const REQUESTABLE: readonly PassName[] = ['fuse-chains'];

/** The option that asks for passes that run on request only. */
export const WITH_OPTION = {
  kind: 'list',
  value: 'PASS',
  summary: `run a pass that the flow does not ask for: ${REQUESTABLE.join(', ')}; may be repeated`,
} as const;

/** What was given of {@link WITHOUT_OPTION} and {@link WITH_OPTION}. */
interface PassOptions {
  readonly without?: readonly string[] | undefined;
  readonly with?: readonly string[] | undefined;
}

/** The passes to compile with, and without, each known. */
export type Passes = Required<Pick<CompileOptions, 'without' | 'with'>>;

/** The passes to compile with, and without. Throws a UsageError for an unknown name. */
export async function passesOf({ without = [], with: also = [] }: PassOptions): Promise<Passes> {
  const { ON_REQUEST, PASS_NAMES } = await import('../compiler/passes/passes.ts');
  refuseUnknown(without, '--without', PASS_NAMES, PASS_NAMES);
  refuseUnknown(also, '--with', ON_REQUEST, PASS_NAMES);
  return { without, with: also };
}

function refuseUnknown(
  names: readonly string[],
  option: string,
  takes: readonly string[],
  all: readonly string[],
): void {
  const unknown = names.find((name) => !takes.includes(name));
  if (unknown === undefined) return;
  const near = nearest(unknown, takes);
  const help = near === undefined ? `${option} takes ${takes.join(', ')}` : `did you mean ${option} ${near}?`;
  const isPass = all.includes(unknown);
  throw new UsageError(isPass ? `the pass "${unknown}" always runs` : `there is no pass "${unknown}"`, help);
}
