import type { Expression } from '../../../flow/expression.ts';
import type { Step } from '../../../flow/flow.ts';
import { earlierSlot } from '../../../protocol/markers.ts';
import { isSmallOperation, pathsIn } from '../../../protocol/operation.ts';
import { QUOTAS } from '../../../protocol/quotas.ts';
import { bytesOf } from '../../../runtime/spill/spill.ts';
import { OPERANDS } from '../../analyse/lower-operations.ts';
import { isRead, isStepUse, type Use, usesOf } from '../../analyse/uses.ts';
import { alikeOf } from '../../plan/alike.ts';
import { fusedStepsOf, keysOf, type Plan, type PlannedStep } from '../../plan/plan.ts';
import { type FanOut, firstStepIn, type PlanTree, stepsIn } from '../../plan/plan-tree.ts';
import type { Layout } from '../layout.ts';
import { PACK } from '../packing/pack-component.ts';
import { type Crossed, crossingOf } from '../split/crossing.ts';
import { bytesOfReads } from '../states/output-reads.ts';
import { bytesOfKeys, fixedBytes, holdsValue } from './fixed-bytes.ts';

/** Bytes of a payload that values may take; the others are for what AWS adds, such as a task's metadata. */
export const PAYLOAD_BYTES = QUOTAS.payload - 12_144;

/**
 * Bytes of a map of all that is given to the variables of an inner flow: the input of an execution has it beside the flow's
 * input, and what describes the end of one has its output too.
 */
export const VARIABLES_BYTES = Math.floor(PAYLOAD_BYTES / 3);

/** Stands for the flow's input, and for what is given to its variables, among the sources of values. */
export const INPUT: unique symbol = Symbol('input');

/** Where a value comes from: a step, by its id, or the flow's input. */
export type Source = string | typeof INPUT;

/** The limit of one payload (an input, an output, a variable), and the values that share it. */
export interface PayloadLimit {
  /** Names it for people: `the input of step "load"`. */
  readonly what: string;
  /** The step that the payload belongs to, where it is one step's. */
  readonly step?: string;
  /** Bytes that are left for the values, after what is written out in the flow. */
  readonly availableBytes: number;
  /** Where they come from, one entry a value. */
  readonly values: readonly Source[];
  /** Where values can be packed if they do not fit. */
  readonly place?: PackingPlace;
  /** The expressions that evaluate to the values, where these need not all meet in one run. */
  readonly of?: readonly Expression[];
}

/** Where values can be packed: in a step's variable, or where a Parallel or a nested state machine hands them on, or takes them. */
export type PackingPlace =
  | { readonly in: 'variable'; readonly step: string }
  | { readonly in: 'result' | 'input'; readonly tree: PlanTree };

/** The bytes in front of a step's input in its payload: names, the ARNs of executions, the numbers of iterations. */
export const ENVELOPE = 1000;

/** The most bytes of a task token, with its key. Source: "SendTaskSuccess", AWS Step Functions API reference. */
const TOKEN = 2048 + 16;

/** Bytes of an item of a Map of steps, beside the step's id and its parts: see emit-fan-out.ts. */
const ITEM = 200;

/** The most bytes of a part's name: its UTF-16 units have at most 3 bytes each. */
const nameBytes = (path: string): number => Math.min(bytesOf(path || 'input'), 3 * QUOTAS.name) + 16;

/** What a payload is made of. */
export interface Content {
  /** Bytes of what is written out in the flow itself. */
  readonly fixed: number;
  /** The sources of the values in it, one entry a value. */
  readonly values: readonly Source[];
}

/** What an expression's value adds to a payload. */
export function contentOf(expression: Expression): Content {
  return { fixed: fixedBytes(expression), values: usesOf(expression).flatMap(sourceOf) };
}

/** What the results of a flow without an output are made of. */
export function contentOfSinks({ sinks }: Plan): Content {
  const contents = sinks.map(({ value }) => contentOf(value));
  return {
    fixed:
      sinks.reduce((sum, { id }) => sum + bytesOf(id) + 2, 2) + contents.reduce((sum, { fixed }) => sum + fixed, 0),
    values: contents.flatMap(({ values }) => values),
  };
}

/** The source of a value that is used as it is; a test of it is only a boolean, and what an operation gives is small. */
function sourceOf(use: Use): readonly Source[] {
  if (use.test !== undefined || isSmallOperation(use.reference.path.text)) return [];
  if (isStepUse(use)) return [use.reference.step];
  const { operation } = use.reference.path.path;
  // The state machine puts a text together of parts of the input: it may take what all of them take.
  if (operation) return pathsIn(operation).map(() => INPUT);
  return isRead(use.reference) ? [INPUT] : [];
}

/** Values that meet in one run: their least bytes, and how many they are. */
export interface Meeting {
  readonly least: number;
  readonly count: number;
}

/**
 * The most that values of expressions take at once: of the arms of an `$if` and of the items of a `$coalesce`, only one is
 * there. `leastOf`: the least bytes of a source's value; undefined for one that is elsewhere.
 */
export function meetingIn(
  expressions: readonly Expression[],
  leastOf: (source: Source) => number | undefined,
): Meeting {
  const meeting = (expression: Expression): Meeting => {
    switch (expression.kind) {
      case 'literal':
        return NO_VALUES;
      case 'operation':
        return expression.operands.map(meeting).reduce(both, NO_VALUES);
      case 'step':
        return meetingOf(leastOf(expression.step));
      case 'input':
        return meetingOf(leastOf(INPUT));
      case 'map':
        return expression.entries.map(({ value }) => meeting(value)).reduce(both, NO_VALUES);
      case 'list':
        return expression.items.map(meeting).reduce(both, NO_VALUES);
      case 'if':
        return larger(meeting(expression.consequent), meeting(expression.alternative));
      case 'coalesce':
        return expression.items.map(meeting).reduce(larger, NO_VALUES);
      case 'variable':
        if (expression.given === 'value') return meetingOf(leastOf(INPUT));
        return expression.fallback ? meeting(expression.fallback) : NO_VALUES;
    }
  };
  return expressions.map(meeting).reduce(both, NO_VALUES);
}

const NO_VALUES: Meeting = { least: 0, count: 0 };

const meetingOf = (least: number | undefined): Meeting => (least === undefined ? NO_VALUES : { least, count: 1 });

const both = (one: Meeting, other: Meeting): Meeting => ({
  least: one.least + other.least,
  count: one.count + other.count,
});

const larger = (one: Meeting, other: Meeting): Meeting => ({
  least: Math.max(one.least, other.least),
  count: Math.max(one.count, other.count),
});

/** The slots of a step that hold values. */
const valueKeys = (layout: Layout, id: string): readonly string[] => layout.keys(id).filter(holdsValue);

/** The payload of the function that a step calls; that of a fused chain has the inputs of all its steps. */
export function functionPayloadLimit(planned: PlannedStep, layout: Layout): PayloadLimit {
  const { step, fusedBefore = [], checks = [] } = planned;
  const inside = new Set<Source>(fusedBefore.map((fused) => fused.step.id));
  const inputs = fusedStepsOf(planned).map((link) => link.step.input);
  const contents = inputs.map(contentOf);
  const keys = [...layout.keys(step.id), ...fusedBefore.flatMap(keysOf)];
  const names = bytesOf(step.id) + bytesOf(keys) + bytesOfLinks(planned) + bytesOfReads(checks);
  const fixed = contents.reduce((sum, content) => sum + content.fixed, 0);
  // What they read of each other enters the state machine only by name.
  const values = contents.flatMap((content) => content.values);
  const own = values.filter((source) => !inside.has(source));
  const linked = fusedBefore.reduce((sum, fused) => sum + ENVELOPE + bytesOfNames(fused), 0);
  const token = planned.step.waits ? TOKEN : 0;
  const availableBytes = PAYLOAD_BYTES - fixed - ENVELOPE - names - linked - token;
  return { what: inputInWords(step), step: step.id, availableBytes, values: own, of: inputs };
}

function inputInWords({ id, component, added, addedFor }: Step): string {
  if (added && component === PACK) return `what is packed in one blob, "${id}"`;
  return added && component === OPERANDS ? `the operands of ${operatorOf(addedFor)}` : `the input of step "${id}"`;
}

const operatorOf = (reader: string | undefined): string =>
  `an operator in ${reader === undefined ? 'the output' : `step "${reader}"`}`;

/** Bytes of the links by which the other steps of a fused chain refer to what they read of one. */
const bytesOfNames = ({ step, readings }: PlannedStep): number =>
  readings.reduce((sum, { key }) => sum + bytesOf(earlierSlot(step.id, key)), 0);

/** The variable that holds a step's slots. */
export function variableLimit(planned: PlannedStep, layout: Layout): PayloadLimit {
  const { step } = planned;
  const keys = layout.keys(step.id);
  const values = keys.filter(holdsValue).map(() => step.id);
  const availableBytes = PAYLOAD_BYTES - bytesOfKeys(keys) - bytesOfLinks(planned);
  const place: PackingPlace = { in: 'variable', step: step.id };
  const isOperator = step.added && step.component === OPERANDS;
  const what = isOperator ? `what ${operatorOf(step.addedFor)} gives` : `what is read of step "${step.id}"`;
  return { what, step: step.id, availableBytes, values, place };
}

/** Bytes of the names of a fused chain's steps, and of what the answer reports of each. */
const bytesOfLinks = (planned: PlannedStep): number =>
  planned.fusedBefore ? fusedStepsOf(planned).reduce((sum, { step }) => sum + bytesOf(step.id) + 16, 16) : 0;

/** The output of a flow, which may have `bytes`. */
export function outputLimit(plan: Plan, bytes: number): PayloadLimit {
  const { output } = plan.flow;
  const what = 'the output of the flow';
  if (!output) {
    const { fixed, values } = contentOfSinks(plan);
    return { what, availableBytes: bytes - 64 - fixed, values };
  }
  const { fixed, values } = contentOf(output);
  return { what, availableBytes: bytes - 64 - fixed, values, of: [output] };
}

/** What passes between scopes: the results of Parallel and Map states, the inputs and outputs of nested state machines. */
export function crossScopeLimits(plan: Plan, layout: Layout): readonly PayloadLimit[] {
  const limits: PayloadLimit[] = [];
  const visit = (tree: PlanTree, depth: number): void => {
    if (tree.kind === 'step' || tree.kind === 'conditions') return;
    if (tree.kind === 'fan-out') limits.push(...fanOutLimits(plan, tree, layout));
    else if (tree.kind === 'sequence') for (const part of tree.parts) visit(part, depth);
    else if (tree.kind === 'nested') {
      limits.push(...nestedMachineLimits(plan, tree, layout, depth + 1));
      visit(tree.body, depth + 1);
    } else {
      limits.push(parallelLimit(tree, layout, depth + 1));
      for (const branch of tree.branches) visit(branch, depth + 1);
    }
  };
  if (plan.tree) visit(plan.tree, 0);
  return limits;
}

/** The items of a Map of steps, and its result. */
function fanOutLimits(plan: Plan, { steps }: FanOut, layout: Layout): readonly PayloadLimit[] {
  const [first = ''] = steps;
  const { own } = alikeOf(steps.flatMap((id) => plan.steps.get(id)?.step.input ?? []));
  const given = own.flatMap(({ path, parts }) =>
    parts.map(contentOf).map(({ fixed, values }) => ({ fixed: fixed + nameBytes(path), values })),
  );
  const names = steps.reduce((sum, id) => sum + bytesOf(id) + ITEM, 2);
  const results = steps.reduce((sum, id) => sum + bytesOf(id) + bytesOfKeys(layout.keys(id)) + 4, 2);
  return [
    {
      what: `what is given to step "${first}" and those beside it`,
      step: first,
      availableBytes: PAYLOAD_BYTES - names - given.reduce((sum, { fixed }) => sum + fixed, 0),
      values: given.flatMap(({ values }) => values),
    },
    {
      what: `what step "${first}" and those beside it hand on`,
      step: first,
      availableBytes: PAYLOAD_BYTES - results,
      values: steps.flatMap((id) => valueKeys(layout, id).map(() => id)),
    },
  ];
}

function parallelLimit(tree: Extract<PlanTree, { kind: 'parallel' }>, layout: Layout, depth: number): PayloadLimit {
  const { branches } = tree;
  const values: Source[] = [];
  let fixed = 2;
  for (const id of branches.flatMap(stepsIn)) {
    const keys = layout.keysOutside(id, depth);
    if (keys.length === 0) continue;
    fixed += bytesOf(id) + bytesOfKeys(keys) + 4;
    for (const key of keys) if (holdsValue(key)) values.push(id);
  }
  const [first = ''] = branches.flatMap(stepsIn);
  return {
    what: `what runs beside step "${first}" hands on`,
    step: first,
    availableBytes: PAYLOAD_BYTES - fixed,
    values,
    place: { in: 'result', tree },
  };
}

/** The input and the output of a nested state machine. */
function nestedMachineLimits(
  plan: Plan,
  tree: Extract<PlanTree, { kind: 'nested' }>,
  layout: Layout,
  depth: number,
): readonly PayloadLimit[] {
  const { body } = tree;
  const step = firstStepIn(body) ?? '';
  const crossing = crossingOf(plan, layout, body, depth);
  const limit = (
    what: string,
    crossed: readonly Crossed[],
    more: readonly Source[],
    side: 'result' | 'input',
  ): PayloadLimit => {
    const fixed = crossed.reduce((sum, { id, keys }) => sum + bytesOf(id) + bytesOfKeys(keys) + 4, ENVELOPE);
    const values = crossed.flatMap(({ id, keys }) => keys.filter(holdsValue).map(() => id));
    const place = { in: side, tree };
    return { what, step, availableBytes: PAYLOAD_BYTES - fixed, values: [...values, ...more], place };
  };
  return [
    limit(
      `what the part from step "${step}" on takes`,
      crossing.in,
      [...crossing.input, ...crossing.variables].map(() => INPUT),
      'input',
    ),
    limit(`what the part from step "${step}" on gives`, crossing.out, [], 'result'),
  ];
}

/** How many values the variables of a plan hold, counting those that Parallel states hand on again. */
export function variablesIn(plan: Plan, layout: Layout): number {
  let count = 0;
  for (const id of plan.steps.keys()) {
    count += valueKeys(layout, id).length;
    for (let depth = layout.scopePathOf(id).length; depth > 0; depth -= 1) {
      count += layout.keysOutside(id, depth).filter(holdsValue).length;
    }
  }
  return count;
}
