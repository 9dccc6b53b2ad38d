import type { Json } from '../../protocol/json.ts';
import type { Exit, Loader, StateCompiler } from '../definition/compiled.ts';
import { compileDataFlow, type DataFlow } from '../definition/data-flow.ts';
import { compileField } from '../definition/field.ts';
import { checkFields } from '../definition/languages.ts';
import { EMPTY, isEmpty, type Section } from '../definition/section.ts';
import type { MaybePromise } from '../definition/template.ts';
import { FieldError } from '../execution/failures.ts';
import type { Visit } from '../execution/visit.ts';
import { CHOICE_RULE_FIELDS, compileComparison, NO_RULE_FIELD } from '../json-path/comparison.ts';

interface Rule {
  /** `input`: the value of `$` in JSONPath. */
  readonly holds: (visit: Visit, input: Json) => MaybePromise<boolean>;
  readonly next: string | undefined;
  readonly dataFlow: DataFlow;
}
/** Choice: takes the first rule whose condition holds, with the rule's Assign and Output; otherwise Default, with the state's own. In JSONPath, InputPath and OutputPath are always the state's own. */
export const compileChoice: StateCompiler = (name, section, loader) => {
  section.require('Choices');
  const dataFlow = compileDataFlow(section);
  const rules = section.sections('Choices').map((rule) => compileRule(rule, dataFlow, loader));
  if (isEmpty(section.value.Choices)) section.problem(EMPTY, 'Choices');
  const defaultState = section.has('Default') ? loader.target(section, 'Default') : undefined;
  return {
    name,
    type: 'Choice',
    waitsForToken: false,
    async run(visit): Promise<Exit> {
      const input = dataFlow.selectedInput(visit);
      for (const rule of rules) {
        const holds = rule.holds(visit, input);
        if (holds === true || (holds !== false && (await holds)))
          return { ...(await rule.dataFlow.stateOutput(visit, input)), next: rule.next };
      }
      if (defaultState === undefined) throw noMatch();
      return { ...(await dataFlow.stateOutput(visit, input)), next: defaultState };
    },
  };
};
function compileRule(section: Section, ofState: DataFlow, loader: Loader): Rule {
  section.allow(CHOICE_RULE_FIELDS);
  const next = loader.target(section);
  const dataFlow = ofState.forRule(section);
  checkFields(section);
  if (section.language === 'JSONPath') return { holds: compileComparison(section), next, dataFlow };
  const condition = compileField(section, 'Condition', 'boolean');
  if (!section.has('Condition') && !section.has('Variable')) section.problem(NO_RULE_FIELD);
  return { holds: (visit, input) => condition?.evaluate(visit, input) ?? false, next, dataFlow };
}
const noMatch = (): FieldError =>
  new FieldError(
    'States.NoChoiceMatched',
    'Failed to transition out of the state. The state does not point to a next state.',
  );
