import type { QueryLanguage } from '../asl/state-machine.ts';
import type { Section } from './section.ts';

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
  'ErrorPath',
  'CausePath',
  'Result',
];
const JSONATA_ONLY = ['Arguments', 'Output', 'Items'];

/** A state may only have fields of its own query language, and JSONata for the whole machine rules JSONPath out. */
export function checkLanguage(state: Section, inherited: QueryLanguage): void {
  const found = state.value.QueryLanguage;
  if (found !== undefined && found !== state.language) state.problem('wanted "JSONata" or "JSONPath"', 'QueryLanguage');
  if (inherited === 'JSONata' && state.language === 'JSONPath')
    state.problem('the whole state machine is JSONata, so no state can be JSONPath', 'QueryLanguage');
  const other = state.language === 'JSONata' ? 'JSONPath' : 'JSONata';
  for (const key of state.language === 'JSONata' ? JSON_PATH_ONLY : JSONATA_ONLY) {
    if (state.has(key)) state.problem(`this field is of ${other}, and the state is ${state.language}`, key);
  }
}
