import type { QueryLanguage } from '../../asl/state-machine.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { expectedType, mustBeOneOf, type Section } from './section.ts';

const JSON_PATH_ONLY = [
  'InputPath',
  'Parameters',
  'ResultSelector',
  'ResultPath',
  'OutputPath',
  'ItemsPath',
  'SecondsPath',
  'TimestampPath',
  'TimeoutSecondsPath',
  'HeartbeatSecondsPath',
  'MaxConcurrencyPath',
  'ToleratedFailureCountPath',
  'ToleratedFailurePercentagePath',
  'ErrorPath',
  'CausePath',
  'Result',
  'Variable',
];
const JSONATA_ONLY = ['Arguments', 'Output', 'Items', 'Condition'];
const LANGUAGES = ['JSONPath', 'JSONata'];

/** The query language that a state or definition declares or inherits. As on AWS, any declared value but JSONPath means JSONata. */
export function languageOf({ QueryLanguage: declared }: JsonObject, inherited: QueryLanguage): QueryLanguage {
  if (declared === undefined) return inherited;
  return declared === 'JSONPath' ? 'JSONPath' : 'JSONata';
}

/** Refuses an unknown QueryLanguage. */
export function checkDeclared(section: Section): void {
  const { QueryLanguage: declared } = section.value;
  if (declared === undefined) return;
  if (typeof declared !== 'string') section.problem(expectedType('STRING'), 'QueryLanguage');
  else if (!LANGUAGES.includes(declared)) section.problem(mustBeOneOf(LANGUAGES), 'QueryLanguage');
}

/** A state may only have fields of its own query language, and may not be JSONPath in a JSONata state machine. */
export function checkLanguage(state: Section, inherited: QueryLanguage): void {
  if (inherited === 'JSONata' && state.language === 'JSONPath') {
    const message = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine";
    state.problem(message, 'QueryLanguage', { at: state.pointer });
  } else checkFields(state);
  checkDeclared(state);
}

/** Refuses the fields of the other query language. */
export function checkFields(section: Section): void {
  const { language } = section;
  const other = language === 'JSONata' ? 'JSONPath' : 'JSONata';
  for (const key of language === 'JSONata' ? JSON_PATH_ONLY : JSONATA_ONLY) {
    if (!section.has(key)) continue;
    const message = `The QueryLanguage is set to '${language}', but field '${key}' is only supported for the '${other}' QueryLanguage`;
    section.problem(message, key, { at: section.pointer });
  }
}
