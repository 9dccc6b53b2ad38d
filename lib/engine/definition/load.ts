import type { State, StateMachine } from '../../asl/state-machine.ts';
import { isObject, type JsonObject } from '../../protocol/json.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import { DEPTH_LIMIT, tooDeepAt } from '../execution/depth.ts';
import { jsonBytes } from '../execution/limits.ts';
import { compileChoice } from '../states/choice.ts';
import { compileFail } from '../states/fail.ts';
import { compileMap } from '../states/map.ts';
import { compileParallel } from '../states/parallel.ts';
import { compilePass } from '../states/pass.ts';
import { compileSucceed } from '../states/succeed.ts';
import { compileTask } from '../states/task.ts';
import { compileWait } from '../states/wait.ts';
import type { CompiledMachine, StateCompiler } from './compiled.ts';
import { DefinitionError, type Problem, Problems } from './definition-error.ts';
import { JsonPointer } from './json-pointer.ts';
import { checkDeclared, languageOf } from './languages.ts';
import { DefinitionContext, MachineLoader } from './machine-loader.ts';
import { Section } from './section.ts';
import { MACHINE_FIELDS } from './state-fields.ts';

/** A state machine that is checked and compiled. It may run any number of times, also concurrently. */
export interface LoadedStateMachine {
  readonly definition: StateMachine | JsonObject;
  readonly machine: CompiledMachine;
  /** Seconds after which an execution times out. */
  readonly timeoutSeconds: number | undefined;
  /** The problems that it has as an Express state machine. */
  readonly expressProblems?: readonly Problem[];
}

const COMPILERS: Readonly<Record<State['Type'], StateCompiler>> = {
  Task: compileTask,
  Pass: compilePass,
  Choice: compileChoice,
  Wait: compileWait,
  Succeed: compileSucceed,
  Fail: compileFail,
  Parallel: compileParallel,
  Map: compileMap,
};

const loaded = new WeakMap<object, LoadedStateMachine>();

/**
 * Loads a definition. The result is cached by object, so the definition must not be changed afterwards.
 * Throws a {@link DefinitionError} with all problems.
 */
export function loadStateMachine(definition: StateMachine | JsonObject): LoadedStateMachine {
  const known = loaded.get(definition);
  if (known) return known;
  const problems = new Problems();
  const result = load(definition, problems);
  if (result === undefined || problems.all.length > 0) throw new DefinitionError(problems.all);
  loaded.set(definition, result);
  return result;
}

/** Throws a {@link DefinitionError} if a state machine cannot be of a type. */
export function checkType({ expressProblems = [] }: LoadedStateMachine, type: 'STANDARD' | 'EXPRESS'): void {
  if (type === 'EXPRESS' && expressProblems.length > 0) throw new DefinitionError(expressProblems);
}

function load(definition: StateMachine | JsonObject, problems: Problems): LoadedStateMachine | undefined {
  // A StateMachine is JSON, and the loader checks each field itself.
  const value = definition as JsonObject;
  const problem = isObject(value) ? (depthProblem(value) ?? sizeProblem(value)) : NOT_AN_OBJECT;
  if (problem !== undefined) {
    problems.all.push(problem);
    return undefined;
  }
  const section = new Section(value, new JsonPointer(), problems, languageOf(value, 'JSONPath'));
  section.allow(MACHINE_FIELDS);
  checkDeclared(section);
  section.oneOf('Version', ['1.0']);
  const context = new DefinitionContext(COMPILERS, section.language);
  const machine = new MachineLoader(section, context).load();
  context.scope.check(problems);
  const seconds = section.number('TimeoutSeconds', 0, 0, QUOTAS.seconds);
  const timeoutSeconds = seconds > 0 ? seconds : undefined;
  return machine && { definition, machine, timeoutSeconds, expressProblems: problems.forExpress };
}

const NOT_AN_OBJECT: Problem = {
  code: 'SCHEMA_VALIDATION_FAILED',
  message: 'Definition must be a valid JSON object',
  pointer: '',
  help: 'a state machine is an object with StartAt and States',
};

/** The problem of a definition that is nested too deep, at the field of the state in which it is. */
function depthProblem(definition: JsonObject): Problem | undefined {
  const path = tooDeepAt(definition);
  if (path === undefined) return undefined;
  const pointer = path.slice(0, 3).reduce((above, key) => above.below(key), new JsonPointer());
  return {
    code: 'SCHEMA_VALIDATION_FAILED',
    message: `Definition is nested more than ${DEPTH_LIMIT} levels deep`,
    location: pointer.location,
    pointer: pointer.text,
    help: 'flatten it, or move a part of it into a nested state machine',
  };
}

/** AWS refuses such a definition before it reads it. Source: "definition", CreateStateMachine, AWS Step Functions API reference. */
function sizeProblem(definition: JsonObject): Problem | undefined {
  if (jsonBytes(definition) <= QUOTAS.definition) return undefined;
  const message = `1 validation error detected: Value at 'definition' failed to satisfy constraint: Member must have length less than or equal to ${QUOTAS.definition}`;
  return {
    code: 'ValidationException',
    message,
    pointer: '',
    help: 'move a part of it into a nested state machine',
  };
}
