import { isObject, type Json, type JsonObject } from '../protocol/json.ts';
import { parseResource, type Resource } from './definition/resource.ts';
import { TaskError, type TaskRequest, type TaskResolver } from './types.ts';
import { matchesParts } from './wildcard.ts';

/** One call of a Task and its answer, which is null if none of `result`, `error` and `timeout` is given. */
export interface MockCall {
  /** The value that the call's arguments must equal; in a string, `*` matches any text. Absent: any arguments. */
  readonly args?: Json;
  readonly result?: Json;
  readonly error?: { readonly error: string; readonly cause?: string };
  /** The call times out. */
  readonly timeout?: Json;
}

/** The behaviour of a Lambda function: it returns its event, or throws. */
export interface MockFunction {
  readonly kind: 'identity' | 'raise';
  readonly name?: string;
  readonly error?: string;
  readonly errorMessage?: string;
}

/** Answers for Task states: by the state's name, each call once and in order; otherwise by the function's ARN or name. */
export interface Mocks {
  readonly byState?: { readonly [state: string]: readonly MockCall[] };
  readonly lambda?: { readonly [arn: string]: MockFunction };
}

/** Mocks that cannot be read, or a call that no mock matches. It ends the run: no Catch may hide it. */
export class MockError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MockError';
  }
}

/** A resolver that answers from mocks. */
export interface MockResolver extends TaskResolver {
  /** All calls so far. */
  readonly calls: readonly TaskRequest[];
  /** The mocks that no call has used yet. */
  unused(): readonly { readonly state: string; readonly call: MockCall }[];
}

/** Makes a resolver from mocks; see {@link Mocks} for what answers a call. */
export function mockResolver(mocks: Mocks): MockResolver {
  const calls: TaskRequest[] = [];
  const unusedCalls = new Map(Object.entries(mocks.byState ?? {}).map(([state, list]) => [state, [...list]]));
  const resolver: TaskResolver = async (request) => {
    calls.push(request);
    const candidates = unusedCalls.get(request.stateName);
    if (candidates === undefined) return callFunction(mocks, request);
    const index = candidates.findIndex(({ args }) => args === undefined || matches(args, request.arguments));
    if (index < 0) throw noMatch(request, candidates);
    const [call] = candidates.splice(index, 1);
    return answer(call ?? {});
  };
  const unused = () => [...unusedCalls].flatMap(([state, candidates]) => candidates.map((call) => ({ state, call })));
  return Object.assign(resolver, { calls, unused });
}

function answer({ result, error, timeout }: MockCall): Json {
  if (error) throw new TaskError(error.error, error.cause);
  if (timeout !== undefined && timeout !== false) throw new TaskError('States.Timeout');
  return result ?? null;
}

/** Whether a value equals the expected one; in expected strings, `*` matches any text. */
function matches(expected: Json, found: Json): boolean {
  if (typeof expected === 'string' && typeof found === 'string')
    return expected === found || matchesParts(found, expected.split('*'));
  if (Array.isArray(expected))
    return (
      Array.isArray(found) &&
      expected.length === found.length &&
      expected.every((item, index) => matches(item, found[index] ?? null))
    );
  if (!isObject(expected)) return expected === found;
  const keys = Object.keys(expected);
  return (
    isObject(found) &&
    keys.length === Object.keys(found).length &&
    keys.every((key) => fieldMatches(expected, found, key))
  );
}

const fieldMatches = (expected: JsonObject, found: JsonObject, key: string): boolean => {
  const [wanted, value] = [expected[key], Object.hasOwn(found, key) ? found[key] : undefined];
  return wanted !== undefined && value !== undefined && matches(wanted, value);
};

function noMatch({ stateName, arguments: args }: TaskRequest, candidates: readonly MockCall[]): MockError {
  const wanted = candidates.map((call) => JSON.stringify(call.args)).join(' or ');
  const problem =
    candidates.length === 0
      ? 'all its mocks are used up: add one'
      : `the unused mocks want ${wanted}: add or change one`;
  return new MockError(`The state "${stateName}" was called with ${JSON.stringify(args)}, but ${problem}.`);
}

function callFunction(mocks: Mocks, request: TaskRequest): Json {
  const resource = parseResource(request.resource);
  const { name, event, wrap } = functionCall(resource, request.arguments);
  const known = Object.entries(mocks.lambda ?? {}).find(([arn, mock]) => arn === name || mock.name === name);
  if (known === undefined) {
    const message = `No mock answers the state "${request.stateName}", which calls ${name}: add it to byState or to lambda.`;
    throw new MockError(message);
  }
  return wrap(behave(known[1], event));
}

/** The function that a call invokes, its event, and how its result is wrapped. */
function functionCall(resource: Resource, args: Json): { name: string; event: Json; wrap: (result: Json) => Json } {
  if (resource.events === 'LambdaFunction') return { name: resource.arn, event: args, wrap: (result) => result };
  const { FunctionName: name, Payload: payload } = isObject(args) ? args : {};
  return {
    name: typeof name === 'string' ? name : resource.arn,
    event: payload ?? {},
    wrap: (result) => ({ ExecutedVersion: '$LATEST', Payload: result, StatusCode: 200 }),
  };
}

function behave({ kind, error = 'Exception', errorMessage = '' }: MockFunction, event: Json): Json {
  if (kind === 'identity') return event;
  throw new TaskError(error, JSON.stringify({ errorMessage, errorType: error }));
}

/** Reads mocks from the value of a JSON file. Throws a {@link MockError} that says what is wrong. */
export function readMocks(value: Json): Mocks {
  if (!isObject(value)) throw new MockError('Mocks are an object with byState, lambda or both.');
  const { byState = {}, lambda = {} } = value;
  if (!isObject(byState) || !Object.values(byState).every(Array.isArray))
    throw new MockError(
      'byState is an object: for each state a list of calls {args, result}, {args, error} or {args, timeout}.',
    );
  if (!isObject(lambda) || !Object.values(lambda).every(isFunction))
    throw new MockError(
      'lambda is an object: for each ARN {"kind": "identity"} or {"kind": "raise", "error", "errorMessage"}.',
    );
  // The shape was checked as far as the resolver depends on it.
  return { byState, lambda } as unknown as Mocks;
}

const isFunction = (value: Json): boolean => isObject(value) && (value.kind === 'identity' || value.kind === 'raise');
