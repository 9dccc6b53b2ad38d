import fc from 'fast-check';
import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import { inputAt } from '../../../../lib/compiler/emit/jsonata/input-path.ts';
import { FALSE, type Jsonata, variable } from '../../../../lib/compiler/emit/jsonata/jsonata.ts';
import { needsFunction, operationCode, type ReadOperand } from '../../../../lib/compiler/emit/jsonata/operations.ts';
import { realClock } from '../../../../lib/engine/index.ts';
import { parseExpression } from '../../../../lib/engine/jsonata/parse.ts';
import { isObject, type Json, type JsonObject } from '../../../../lib/protocol/json.ts';
import { escapeValue, fault, spilled } from '../../../../lib/protocol/markers.ts';
import { type Operand, type Operation, pathsIn } from '../../../../lib/protocol/operation.ts';
import { operationAt } from '../../../../lib/protocol/operation-at.ts';
import { alternativesOf, parsePath, type Segment } from '../../../../lib/protocol/path.ts';
import { sha256 } from '../../../../lib/runtime/stores/blobs.ts';
import { runs } from '../../../chance.ts';
import { operandValue } from '../../../oracle/draw-operands.ts';

const read: ReadOperand = (path, text) => inputAt({ input: variable('in') }, { text, path });

/** Evaluated no deeper than AWS does. Measured there: https://github.com/floci-io/floci/issues/2737 */
const byPackage = async (code: Jsonata, value: Json): Promise<unknown> => {
  const found = await jsonata(code, { stack: 100 }).evaluate({}, { in: value });
  return found === undefined ? undefined : JSON.parse(JSON.stringify(found));
};

const byEngine = async (code: Jsonata, value: Json): Promise<unknown> =>
  parseExpression(code).evaluate({
    states: { input: {}, context: {} },
    variable: (name) => (name === 'in' ? value : undefined),
    clock: realClock,
    random: Math.random,
  });

/** What the language says of an operation on a value. */
function wanted(value: Json, operation: Operation): Json | undefined {
  // Of a value that is null as a whole no path is null here: it is a flow's input.
  const computed = isObject(value) ? operationAt(value, operation) : { missing: '' };
  if ('fault' in computed) return fault(computed.fault);
  return 'value' in computed ? computed.value : undefined;
}

/** Where several parts of a text do not fit, any of them may be named. */
function comparable(found: unknown, operation: Operation): unknown {
  const isFault = typeof found === 'object' && found !== null && '$fault' in found;
  return isFault && namesAny(operation) ? '$fault' : found;
}

const namesAny = ({ operator, operands }: Operation): boolean => {
  const inner = operands.flatMap((operand) => ('operator' in operand ? [operand] : []));
  return (operator === 'concat' && inner.length > 0) || inner.some(namesAny);
};

const pathOperand = (text: string): Operand => {
  const path = parsePath(text);
  if ('error' in path) throw new Error(path.error);
  return { at: text, path };
};

const RUNS = runs(1500);
const OPERATORS = ['eq', 'eq', 'eq', 'eq', 'lt', 'lte', 'gt', 'gte', 'in', 'in', 'in', 'concat', 'length'] as const;
const FIELDS = ['a', 'b', 'c', 'd'] as const;

/** Of parts that {@link inputValue} often makes equal. */
const related: fc.Arbitrary<Operation> = fc
  .tuple(
    fc.constantFrom(...OPERATORS),
    fc.constantFrom(['a', 'b'], ['a', 'list'], ['a', 'c'], ['b', 'a'], ['list[0]', 'a'], ['list', 'list']),
  )
  .map(([operator, texts]) => ({ operator, operands: texts.map(pathOperand).slice(operator === 'length' ? 1 : 0) }));

const anyOperation: fc.Arbitrary<Operation> = fc.letrec<{ operation: Operation; operand: Operand }>((tie) => ({
  operand: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 6, arbitrary: fc.constantFrom(...FIELDS, '["a"].x', 'list', 'list[0]', 'b.x', 'gone').map(pathOperand) },
    { weight: 3, arbitrary: operandValue.map((is) => ({ is })) },
    { weight: 2, arbitrary: tie('operation') },
    // Always an operand of another one.
    {
      weight: 1,
      arbitrary: fc
        .array(tie('operand'), { maxLength: 3 })
        .map((operands): Operation => ({ operator: 'coalesce', operands })),
    },
  ),
  operation: fc.oneof(
    fc
      .tuple(fc.constantFrom(...OPERATORS), tie('operand'), tie('operand'))
      .map(
        ([operator, one, other]): Operation => ({ operator, operands: operator === 'length' ? [one] : [one, other] }),
      ),
    fc.array(tie('operand'), { maxLength: 4 }).map((operands): Operation => ({ operator: 'concat', operands })),
  ),
})).operation;

const operation = fc.oneof({ weight: 1, arbitrary: related }, { weight: 2, arbitrary: anyOperation });

const inputValue = fc
  .record({
    a: operandValue,
    b: operandValue,
    c: operandValue,
    d: operandValue,
    list: fc.array(operandValue, { maxLength: 3 }),
  })
  // Two that are the same, and one among the others.
  .chain((own) =>
    fc.constantFrom<JsonObject>(own, { ...own, b: own.a }, { ...own, list: [own.a, own.b] }, { ...own, c: [own.a] }),
  );

/** The same with every value in a map or a list. */
const nestedInput = inputValue.map((value) => {
  const { list, ...own } = value;
  const nested = Object.fromEntries(Object.entries(own).map(([key, item]) => [key, nest(item)]));
  return { ...nested, list: Array.isArray(list) ? list.map(nest) : [] };
});

const nest = (item: Json): Json => (typeof item === 'number' ? [item, 'more'] : { item, text: 'some text' });

/** A value in which `pick` has picked parts that were spilled, of more bytes than `least`; none in which one of the `ways` goes on. */
function withSpilled(value: Json, ways: readonly (readonly Segment[])[], least: number, pick: () => boolean): Json {
  const text = JSON.stringify(value);
  const goesOn = ways.some((way) => way.length > 0);
  if (!goesOn && Buffer.byteLength(text) > least && pick())
    return spilled(sha256(text), 'value', Buffer.byteLength(text));
  const inside = (key: Segment, part: Json): Json => {
    const further = ways.flatMap(([first, ...rest]) => (first === key ? [rest] : []));
    return withSpilled(part, further, least, pick);
  };
  if (Array.isArray(value)) return value.map((item, at) => inside(at, item));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inside(key, item)]));
}

describe('an operation in JSONata', () => {
  it('does what `operate` does, evaluated by the engine and by the package', async () => {
    const seen = { value: 0, missing: 0, fault: 0 };
    const property = fc.asyncProperty(operation, inputValue, async (drawn, value) => {
      const travelling = escapeValue(value);
      if ((await byPackage(needsFunction(drawn, 1e9, read), travelling)) === true) return;
      const result = wanted(value, drawn);
      const code = operationCode(drawn, read);
      for (const evaluate of [byPackage, byEngine])
        expect(comparable(await evaluate(code, travelling), drawn)).toEqual(comparable(result, drawn));
      seen[result === undefined ? 'missing' : isObject(result) ? 'fault' : 'value'] += 1;
    });
    await fc.assert(property, { numRuns: RUNS });
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(RUNS / 20);
  });

  it('does it with markers of spilled values, unless it says that it needs a function', async () => {
    let done = 0;
    const property = fc.asyncProperty(
      fc.oneof(related, anyOperation),
      fc.oneof(inputValue, nestedInput),
      fc.constantFrom(3, 31, 32, 40, 200),
      fc.infiniteStream(fc.boolean()),
      async (drawn, value, least, picks) => {
        const travelling = escapeValue(value);
        const ways = [...pathsIn(drawn).flatMap(alternativesOf), ['a', 'none']];
        const marked = withSpilled(travelling, ways, least, () => picks.next().value === true);
        const needs = needsFunction(drawn, least, read);
        if (needs !== FALSE && (await byPackage(needs, marked)) === true) return;
        const found = await byPackage(operationCode(drawn, read), marked);
        expect(comparable(found, drawn)).toEqual(comparable(wanted(value, drawn), drawn));
        if (JSON.stringify(marked) !== JSON.stringify(travelling)) done += 1;
      },
    );
    await fc.assert(property, { numRuns: RUNS });
    expect(done).toBeGreaterThan(RUNS / 20);
  });
});
