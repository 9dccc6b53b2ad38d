import type { Template } from '../../../asl/state-machine.ts';
import { CODES_OF_ERRORS, CODES_OF_PREFIXES } from '../../../protocol/failure-codes.ts';
import type { Fault } from '../frame.ts';
import { constant, evaluated, type Jsonata, jsonata, quote, text } from '../jsonata/jsonata.ts';
import { bind, bindAll } from '../jsonata/locals.ts';

/** The language's code for an Error, as `codeOf` of failure-codes.ts has it. */
const code = (error: Jsonata): Jsonata => {
  const prefixed = CODES_OF_PREFIXES.map(([prefix, named]) => {
    return [jsonata`$substring($error, 0, ${prefix.length}) = ${quote(prefix)}`, quote(named)] as const;
  });
  const known = jsonata`$lookup(${constant(CODES_OF_ERRORS)}, $error)`;
  return bindAll(
    [
      ['$error', error],
      ['$known', known],
    ],
    jsonata`$exists($known) ? $known : ${prefixed.reduceRight<Jsonata>((rest, [has, named]) => jsonata`${has} ? ${named} : ${rest}`, '$error')}`,
  );
};

/** The message in a Cause: that of a function's error, else the Cause itself. */
const message = (cause: Jsonata): Jsonata =>
  bind(
    '$cause',
    cause,
    jsonata`$substring($cause, 0, 1) = "{" ? $lookup($parse($cause), "errorMessage") : $exists($cause) ? $cause : ""`,
  );

/** The result of an inner run that failed, for a Catch. `most`: the characters that its message may have. */
export const caughtOutcome = (most: number): Template => ({
  outcome: text('failed'),
  error: {
    code: evaluated(code(jsonata`$states.errorOutput.Error`)),
    message: evaluated(jsonata`$substring(${message(jsonata`$states.errorOutput.Cause`)}, 0, ${most})`),
  },
});

/** The result of an inner run that failed by a fault which the state machine itself found. */
export const faultOutcome = (fault: Fault): Template => ({
  outcome: text('failed'),
  error: { code: text(fault.code), message: evaluated(fault.message) },
});
