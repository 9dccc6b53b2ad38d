import type { RequiredInput } from '../../../flow/flow.ts';
import { missingInputText } from '../../../protocol/failure-place.ts';
import type { Fault } from '../frame.ts';
import { pathOf } from '../jsonata/input-path.ts';
import { any, choose, type Jsonata, not, quote } from '../jsonata/jsonata.ts';

/** A condition, and the fault where it holds. */
interface PossibleFault {
  readonly condition: Jsonata;
  readonly fault: Fault;
}

/** What the flow's input may lack that steps need which have no function to say so. */
export function flowInputFaults(requires: readonly RequiredInput[], input: Jsonata, prefix: string): PossibleFault[] {
  if (requires.length === 0) return [];
  const cases = requires.map(({ path, step }) => ({
    absent: not(`$exists(${pathOf(input, path)})`),
    text: quote(missingInputText(`${prefix}${step}`, path.text)),
  }));
  const message = cases.reduceRight<Jsonata>((rest, { absent, text }) => choose(absent, text, rest), quote(''));
  return [{ condition: any(cases.map(({ absent }) => absent)), fault: { code: 'EXPRESSION_FAILURE', message } }];
}
