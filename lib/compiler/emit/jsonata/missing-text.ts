import { mayFail } from '../../analyse/operation-faults.ts';
import type { Use } from '../../analyse/uses.ts';
import { gateCode, isMissing, missingIn } from './answers.ts';
import { type ByGates, byGates } from './by-gates.ts';
import { allOf, type Code, eitherOf, firstTextOf, written } from './code.ts';
import type { ExpressionScope } from './expression-scope.ts';
import { choose, type Jsonata, jsonata, quote } from './jsonata.ts';
import { bind } from './locals.ts';
import { isFaultCode } from './operations.ts';
import { slotOrInput, sourceOf } from './read-reference.ts';

/** A message that names what is missing and its reader, in JSONata; only meaningful where {@link missingIn} holds. */
export const missingText = (uses: readonly Use[], reader: string, scope: ExpressionScope): Jsonata =>
  written(firstMissing(byGates(uses), reader, scope));

const firstMissing = (groups: ByGates<Use>, reader: string, scope: ExpressionScope): Code =>
  groups.reduceRight<Code>((rest, group) => {
    if ('item' in group)
      return eitherOf(isMissing(group.item, scope), missingMessageCode(group.item, reader, scope), rest);
    const gates = allOf(group.gates.map((gate) => gateCode(gate, scope)));
    return firstTextOf(eitherOf(gates, firstMissing(group.behind, reader, scope), quote('')), rest);
  }, quote(''));

function missingMessageCode(use: Use, reader: string, scope: ExpressionScope): Jsonata {
  const { operation } = use.reference.path.path;
  const message = quote(missingMessage(use, reader, scope.inputCalled));
  if (!operation || !mayFail(operation)) return message;
  const fault = jsonata`$lookup($value, "$fault") & ${quote(`, in ${readerOf(use, reader)}`)}`;
  return bind('$value', slotOrInput(use.reference, scope), choose(isFaultCode('$value'), fault, message));
}

/** The place that reads a value. */
export const readerOf = ({ field }: Use, reader: string): string =>
  field === '' ? reader : `field ${quote(field)} of ${reader}`;

/** The message that what a use reads is missing. `inputCalled`: what the flow's input is called, if it is not that. */
export const missingMessage = (use: Use, reader: string, inputCalled?: string): string =>
  `${sourceOf(use.reference, inputCalled)} is missing, which ${readerOf(use, reader)} reads`;
