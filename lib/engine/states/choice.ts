import type { Exit, Loader, StateCompiler } from '../definition/compiled.ts';
import { compileDataFlow, type DataFlow } from '../definition/data-flow.ts';
import { compileField } from '../definition/field.ts';
import { checkFields } from '../definition/languages.ts';
import { EMPTY, isEmpty, type Section } from '../definition/section.ts';
import type { MaybePromise } from '../definition/template.ts';
import { FieldError } from '../execution/failures.ts';
import type { Visit } from '../execution/visit.ts';
import { compileComparison, NO_RULE_FIELD } from '../json-path/comparison.ts';

interface Rule {
  readonly holds: (visit: Visit) => MaybePromise<boolean>;
  readonly next: string | undefined;
  readonly dataFlow: DataFlow;
}

/** Choice: takes the first rule whose condition holds, with the rule's Assign and Output; otherwise Default, with the state's own. */
export const compileChoice: StateCompiler = (name, section, loader) => {
  section.require('Choices');
  const rules = section.sections('Choices').map((rule) => compileRule(rule, loader));
  if (isEmpty(section.value.Choices)) section.problem(EMPTY, 'Choices');
  const defaultState = section.has('Default') ? loader.target(section, 'Default') : undefined;
  const dataFlow = compileDataFlow(section);
  return {
    name,
    type: 'Choice',
    waitsForToken: false,
    async run(visit): Promise<Exit> {
      for (const rule of rules) {
        const holds = rule.holds(visit);
        if (holds === true || (holds !== false && (await holds))) return exit(visit, rule.dataFlow, rule.next);
      }
      if (defaultState === undefined) throw noMatch();
      return exit(visit, dataFlow, defaultState);
    },
  };
};

async function exit(visit: Visit, dataFlow: DataFlow, next: string | undefined): Promise<Exit> {
  return { ...(await dataFlow.stateOutput(visit, await dataFlow.effectiveInput(visit))), next };
}

function compileRule(section: Section, loader: Loader): Rule {
  const next = loader.target(section);
  const dataFlow = compileDataFlow(section);
  checkFields(section);
  if (section.language === 'JSONPath') return { holds: compileComparison(section), next, dataFlow };
  const condition = compileField(section, 'Condition', 'boolean');
  if (!section.has('Condition') && !section.has('Variable')) section.problem(NO_RULE_FIELD);
  return { holds: (visit) => condition?.evaluate(visit) ?? false, next, dataFlow };
}

const noMatch = (): FieldError =>
  new FieldError(
    'States.NoChoiceMatched',
    'Failed to transition out of the state. The state does not point to a next state.',
  );
