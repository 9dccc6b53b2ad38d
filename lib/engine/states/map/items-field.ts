import { isObject, type Json, type JsonObject } from '../../../protocol/json.ts';
import { unexpectedResult } from '../../definition/field.ts';
import { expectedType, type Section } from '../../definition/section.ts';
import { compileTemplate, type MaybePromise } from '../../definition/template.ts';
import { FieldError } from '../../execution/failures.ts';
import type { Visit } from '../../execution/visit.ts';
import { compilePath, requireValue } from '../../json-path/path.ts';
import { expressionText } from '../../jsonata/expression.ts';

/** The items of a Map: a list or, in a distributed Map, the fields of an object. */
type Collection = readonly Json[] | JsonObject;

/** Evaluates to the collection. `input`: the effective input. */
type Items<T> = (visit: Visit, input: Json) => MaybePromise<T>;

/** Compiles Items, or in JSONPath ItemsPath, of an inline Map. The default is the state's input. */
export const compileList = (section: Section): Items<readonly Json[]> => compileItems(section, isList);

/** Compiles Items, or ItemsPath, of a distributed Map, which may also be an object. */
export const compileCollection = (section: Section): Items<Collection> => compileItems(section, isCollection);

const isList = (value: Json): value is Json[] => Array.isArray(value);
const isCollection = (value: Json): value is Json[] | JsonObject => isList(value) || isObject(value);

type Is<T> = (value: Json) => value is Json & T;

function compileItems<T>(section: Section, is: Is<T>): Items<T> {
  return section.language === 'JSONata' ? compileJsonataItems(section, is) : compileJsonPathItems(section, is);
}

function compileJsonataItems<T>(section: Section, is: Is<T>): Items<T> {
  const items = section.value.Items;
  if (items === undefined) return (_, input) => (is(input) ? input : throwError(notAList(input)));
  const source = typeof items === 'string' ? expressionText(items) : undefined;
  if (source === undefined && !is(items)) section.problem(expectedType('ARRAY'), 'Items');
  const template = compileTemplate(items, section.templateContext('Items'));
  const check = (value: Json): T =>
    is(value)
      ? value
      : throwError(unexpectedResult(source ?? 'Items', section.templateContext('Items').field, 'array', value));
  return (visit) => {
    const value = template.render(visit);
    return value instanceof Promise ? value.then(check) : check(value);
  };
}

function compileJsonPathItems<T>(section: Section, is: Is<T>): Items<T> {
  const path = section.has('ItemsPath') ? compilePath(section, 'ItemsPath') : undefined;
  return (visit, input) => {
    const items = path === undefined ? input : requireValue(path, input, visit, 'ItemsPath');
    const what = `Reference path "${path?.text ?? '$'}" must point to array.`;
    return is(items) ? items : throwError(new FieldError('States.Runtime', what));
  };
}

function throwError(error: FieldError): never {
  throw error;
}

const notAList = (input: Json): FieldError =>
  new FieldError('States.QueryEvaluationError', `Map state input must be an array but was: ${JSON.stringify(input)}`);
