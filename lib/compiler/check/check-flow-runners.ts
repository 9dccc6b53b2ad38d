import type { Step } from '../../flow/flow.ts';
import { FLOW_RUNNERS, type FlowRunner, flowRunnerAt } from '../../flow/flow-runners.ts';
import { nearest } from '../../flow/text/nearest.ts';
import { parsePath } from '../../protocol/path.ts';
import { fieldsOf } from '../analyse/builtins.ts';
import { accessAt } from './access.ts';
import { isCovered, type Scope } from './scope.ts';
import { typeOf } from './type-of.ts';

/** Reports each `map`, `eval` and `iterate` without a flow, and each `iterate` whose flow can neither end nor go on. */
export function checkFlowRunners(scope: Scope): void {
  for (const step of scope.flow.steps) {
    const runner = flowRunnerAt(step.component);
    if (!runner || !isBuiltin(step, runner, scope)) continue;
    checkFlowGiven(step, runner, scope);
    if (runner === 'iterate') checkIterated(step, scope);
  }
}

/** Whether a step with the name of a built-in component calls that one, and not one of the project's own. */
const isBuiltin = ({ component }: Step, runner: FlowRunner, { schemasOf }: Scope): boolean =>
  schemasOf(component) === schemasOf(`/builtin/${runner}`);

const severityFor = (step: Step) => (isCovered(step) ? 'warning' : undefined);

/** An input that is not written as a map may hold a flow. */
function checkFlowGiven(step: Step, runner: FlowRunner, scope: Scope): void {
  const fields = fieldsOf(step.input);
  const { flow, id } = FLOW_RUNNERS[runner];
  if (!fields || fields.some(([key]) => key === flow || key === id)) return;
  const keysOfOthers: readonly string[] = Object.values(FLOW_RUNNERS).flatMap((keys) => [keys.flow, keys.id]);
  const entries = entriesOf(step);
  const misplaced =
    entries.find(({ key }) => keysOfOthers.includes(key)) ??
    entries.find(({ key }) => nearest(key, keysOfOthers) !== undefined);
  const params = { step: step.id, runner, flow, id, found: misplaced?.key };
  scope.report('no-inner-flow', params, misplaced?.keySpan ?? step.componentSpan, severityFor(step));
}

const entriesOf = ({ input }: Step) => (input.kind === 'map' || input.kind === 'literal' ? (input.entries ?? []) : []);

function checkIterated(step: Step, scope: Scope): void {
  const inner = scope.inner(step);
  const output = inner?.flow.output;
  if (!inner || !output) return;
  const type = typeOf(output, inner);
  const canBe = (field: string): boolean => {
    const path = parsePath(field);
    return 'error' in path || accessAt(type, path, { result: false }).presence !== 'never';
  };
  if (!canBe('result') && !canBe('next')) {
    scope.report('endless-iterate', { step: step.id }, output.span, severityFor(step));
  }
}
