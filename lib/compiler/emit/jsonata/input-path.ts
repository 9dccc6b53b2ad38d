import type { ReadPath, VariableReference } from '../../../flow/expression.ts';
import { formatPath } from '../../../protocol/describe.ts';
import { isObject, type Json } from '../../../protocol/json.ts';
import type { Path, Segment } from '../../../protocol/path.ts';
import { VARIABLES_OF_INPUT } from '../../analyse/given-variables.ts';
import { mayFail, mayMiss } from '../../analyse/operation-faults.ts';
import type { Plan } from '../../plan/plan.ts';
import { type Jsonata, jsonata, lookup } from './jsonata.ts';
import { bind, bindAll, type Local } from './locals.ts';
import { mayBeEscaped, travellingField } from './lookalike.ts';
import { operationCode } from './operations.ts';
import { EMPTY } from './syntax.ts';
import type { PreparedReads } from './whole.ts';

/**
 * The value at a path of `base`, with the semantics of the flow language; no value where it is missing. A field of a list and
 * an index of a map are missing, whereas `$lookup` alone would map over lists. A long path is no deeper than a short one.
 */
export function pathOf(base: Jsonata, { path }: Pick<ReadPath, 'path'>): Jsonata {
  const { further } = path;
  if (!further) return ownPathOf(base, path);
  const stages = stagesOf(further).map((stage) => jsonata`$stage = null ? null : ${ownPathOf('$stage', stage)}`);
  return inStages('$stage', [ownPathOf(base, path), ...stages]);
}

/** A path and those that are read of its value. */
function stagesOf(path: Path): readonly Path[] {
  const stages = [path];
  for (let next = path.further; next; next = next.further) stages.push(next);
  return stages;
}

function ownPathOf(base: Jsonata, path: Path): Jsonata {
  const spelled = segmentsOf(base, path.segments);
  const plain = path.segments.length === 1 && path.segments[0] === path.exact;
  if (path.exact === undefined || plain) return spelled;
  const named = segmentsOf(base, [path.exact]);
  return bind('$named', named, jsonata`$exists($named) ? $named : ${spelled}`);
}

function segmentsOf(base: Jsonata, segments: readonly Segment[]): Jsonata {
  const [first, ...rest] = segments;
  if (first === undefined) return base;
  const further = rest.map((segment) => segmentOf('$at', segment));
  if (!/^\$[\w.]+$/.test(base)) return inStages('$at', [base, segmentOf('$at', first), ...further]);
  const own = segmentOf(base, first);
  return further.length === 0 ? jsonata`(${own})` : inStages('$at', [own, ...further]);
}

function segmentOf(value: Jsonata, segment: Segment): Jsonata {
  return typeof segment === 'number'
    ? jsonata`$type(${value}) = "array" ? ${value}[${segment}]`
    : jsonata`$type(${value}) = "object" ? ${travellingField(value, segment)}`;
}

/** The last of several values, each of which has the one before it in a local. */
const inStages = (local: Local, values: readonly Jsonata[]): Jsonata =>
  bindAll(
    values.slice(0, -1).map((value) => [local, value]),
    values.at(-1) ?? EMPTY,
  );

/** Where a flow's input is, and what is given to its variables. */
export interface InputSource {
  readonly input: Jsonata;
  readonly schema?: Json | undefined;
  /** A map of what is given to the flow's variables. @default there are none */
  readonly variables?: Jsonata | undefined;
  /** What the flow reads of its input, and of the map of its variables, if a function may have prepared them for that. */
  readonly reads?: { readonly input: PreparedReads; readonly variables: PreparedReads } | undefined;
}

/** Where a flow finds its input. */
export const inputSourceOf = ({
  plan,
  input,
  variables,
  reads,
}: Pick<InputSource, 'input' | 'variables' | 'reads'> & { readonly plan: Plan }): InputSource => ({
  input,
  schema: plan.flow.inputSchema,
  variables,
  reads,
});

/** The value of an input at a path, as short an expression as its schema allows; no value where it is missing. */
export function inputAt(source: InputSource, path: ReadPath): Jsonata {
  const { input, schema, reads } = source;
  const [first, name, ...segments] = path.path.segments;
  if (first === VARIABLES_OF_INPUT) {
    const own = { text: formatPath(segments) || '$', path: { segments } };
    return variableAt(source, { name: String(name), path: own });
  }
  const { operation } = path.path;
  if (operation) return operationCode(operation, (own, text) => inputAt(source, { text, path: own }));
  const found = ownInputAt(input, schema, path);
  return reads ? reads.input.at(path.path, found) : found;
}

function ownInputAt(input: Jsonata, schema: Json | undefined, path: ReadPath): Jsonata {
  if (isWhole(path)) return input;
  return isGuaranteed(schema, path) ? lookup(input, String(path.path.segments[0])) : pathOf(input, path);
}

/** The value of a variable at the path of a reference; no value where it is missing. */
export function variableAt(
  { variables = EMPTY_MAP, reads }: Pick<InputSource, 'variables' | 'reads'>,
  { name, path }: Pick<VariableReference, 'name' | 'path'>,
): Jsonata {
  const found = ownVariableAt(variables, { name, path });
  const own = { segments: [name], further: path.path };
  return reads ? reads.variables.at(isWhole(path) ? { segments: [name] } : own, found) : found;
}

const EMPTY_MAP = jsonata`{}`;

function ownVariableAt(variables: Jsonata, { name, path }: Pick<VariableReference, 'name' | 'path'>): Jsonata {
  if (isWhole(path) && path.guaranteed && !mayBeEscaped(name)) return lookup(variables, name);
  const whole = pathOf(variables, { path: { segments: [name] } });
  return isWhole(path) ? whole : pathOf(whole, path);
}

/** Whether a path is the whole value. */
export const isWhole = ({ path }: ReadPath): boolean =>
  path.segments.length === 0 && path.further === undefined && path.operation === undefined;

/** Whether a schema guarantees that a path of one field is present, so that it can be read without a check. */
export function isGuaranteed(schema: Json | undefined, { path }: ReadPath): boolean {
  const [field, ...rest] = path.segments;
  if (path.operation) return !mayMiss(path.operation) && !mayFail(path.operation);
  if (path.further) return false;
  if (field === undefined) return true;
  if (typeof field === 'string' && mayBeEscaped(field)) return false;
  if (!isObject(schema) || rest.length > 0 || schema.type !== 'object') return false;
  return Array.isArray(schema.required) && schema.required.includes(field);
}
