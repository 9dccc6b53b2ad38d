import type { Branch, State } from '../../lib/asl/state-machine.ts';
import { reachedIn, targetsOf } from '../../lib/asl/transitions.ts';
import { type Problem, type Rule, scopesIn } from './problem.ts';

const nextOf = (state: State): string | undefined => ('Next' in state ? state.Next : undefined);

const isLast = (state: State): boolean =>
  state.Type === 'Succeed' || state.Type === 'Fail' || ('End' in state && state.End === true);

/** Every target exists in the same scope, every state is reached, each but a Choice either leads on or ends, and some end is reached. */
export const transitions: Rule = ({ machine }) => scopesIn(machine).flatMap(inScope);

function inScope({ StartAt, States }: Branch): readonly Problem[] {
  const names = new Set(Object.keys(States));
  const reached = reachedIn({ StartAt, States });
  return [
    ...(names.has(StartAt) ? [] : [`StartAt "${StartAt}" is no state of its scope`]),
    ...[...names].filter((name) => !reached.has(name)).map((name) => `"${name}" is never reached`),
    ...([...reached].some((name) => States[name] && isLast(States[name]))
      ? []
      : [`no end is reached from "${StartAt}"`]),
    ...Object.entries(States).flatMap(([name, state]) => [
      ...targetsOf(state)
        .filter((next) => !names.has(next))
        .map((next) => `"${name}" leads to "${next}", which is no state of its scope`),
      ...(state.Type !== 'Choice' && (nextOf(state) === undefined) !== isLast(state)
        ? [`"${name}" must either lead on or end`]
        : []),
      ...(state.Type === 'Choice' && state.Choices.length === 0 ? [`"${name}" has no rules`] : []),
    ]),
  ];
}
