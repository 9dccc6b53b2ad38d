import type { Json } from '../../protocol/json.ts';
import type { TemplateContext } from '../definition/template.ts';
import { FieldError } from '../execution/failures.ts';
import { IntrinsicError } from '../intrinsics/intrinsic-error.ts';
import { type Argument, type IntrinsicCall, parseIntrinsic } from '../intrinsics/parse-intrinsic.ts';
import type { Environment } from '../jsonata/expression.ts';
import { parsePath } from './parse-path.ts';
import { parseWhole, requireValue, resolve } from './path.ts';

/** The value of a path or of a call of an intrinsic function. `input`: the value of `$`. Throws a FieldError. */
export type PathValue = (input: Json, environment: Environment) => Json;

/**
 * Compiles the text of a field that is a path or a call of an intrinsic function. Undefined if it is neither, which is
 * reported as a problem. `field`: its name.
 */
export function compilePathValue(text: Json, field: string, context: TemplateContext): PathValue | undefined {
  const report = (options: { readonly help?: string }): void => {
    const message = `The value for the field '${field}' must be a valid JSONPath or a valid intrinsic function call`;
    context.problems.add(context.pointer, message, options);
  };
  if (typeof text !== 'string') {
    report({ help: `write the path or the call as a text; a constant belongs in a field without '.$'` });
    return undefined;
  }
  if (!text.startsWith('States.')) {
    const path = parseWhole(text, parsePath, report);
    return path && ((input, environment) => requireValue(path, input, environment, field));
  }
  const call = parseWhole(text, parseIntrinsic, report);
  return call && ((input, environment) => evaluate({ text, field, call }, input, environment));
}

/** A call with the text of its field, which AWS names in causes. */
interface FieldCall {
  readonly text: string;
  readonly field: string;
  readonly call: IntrinsicCall;
}

function evaluate({ text, field, call }: FieldCall, input: Json, environment: Environment): Json {
  const fail = (error: FieldError['error'], what: string): never => {
    throw new FieldError(error, `The function '${text}' had the following error: ${what}`, field);
  };
  try {
    return argumentValue(call);
  } catch (thrown) {
    if (!(thrown instanceof IntrinsicError)) throw thrown;
    return fail('States.IntrinsicFailure', thrown.message);
  }

  function argumentValue(argument: Argument): Json {
    if ('literal' in argument) return argument.literal;
    if ('function' in argument) return argument.function.call(argument.args.map(argumentValue), environment);
    const { path } = argument;
    const value = resolve(path, input, environment);
    if (value !== undefined) return value;
    // As on AWS, this is not a States.IntrinsicFailure.
    return fail(
      'States.Runtime',
      `The JsonPath argument for the field '${path.text}' could not be found in the input '${JSON.stringify(input)}'`,
    );
  }
}
