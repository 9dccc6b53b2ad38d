import { childrenOf, type Expression, forEachChild } from '../../flow/expression.ts';
import type { Test } from '../../protocol/invocation.ts';
import { mayFail } from './operation-faults.ts';
import type { Reference } from './uses.ts';

/**
 * What is asked of an expression: whether its value passes a test; whether it is skipped, because it reads a skipped step;
 * whether it reads something that is missing, which is a fault; or whether, even where a missing value is none, it `fails`,
 * because the operands of an operator do not fit it.
 */
export type Question = Test | 'skips' | 'misses' | 'fails';

/** A question about an expression. */
export interface Asked {
  readonly of: Expression;
  readonly question: Question;
}

/**
 * The questions that the answer to a question is made of. They form a graph that has a few nodes for each part of an
 * expression, however deep its conditions are nested in each other.
 */
export function partsOf({ of, question }: Asked): readonly Asked[] {
  switch (of.kind) {
    case 'map':
    case 'list':
      return childrenAsked(of, isTest(question) ? ['skips', 'misses'] : [question]);
    case 'if':
      return [
        ...failing(of.condition, question),
        { of: of.condition, question: 'if' },
        { of: of.condition, question: 'skips' },
        { of: of.consequent, question },
        { of: of.alternative, question },
      ];
    case 'coalesce': {
      if (isTest(question)) return childrenAsked(of, [...new Set<Question>(['present', question])]);
      return question === 'skips' || !mayFailIn(of) ? [] : childrenAsked(of, ['present', 'fails']);
    }
    case 'operation':
      // One that the state machine does itself: it reads its operands' values.
      return childrenAsked(of, isTest(question) ? ['skips', 'misses'] : [question]);
    default:
      return [];
  }
}

const isTest = (question: Question): question is Test =>
  question !== 'skips' && question !== 'misses' && question !== 'fails';

const failing = (of: Expression, question: Question): readonly Asked[] =>
  (question === 'misses' || question === 'fails') && mayFailIn(of) ? [{ of, question: 'fails' }] : [];

/** Whether an expression has an operation in it whose operands may not fit it. */
export function mayFailIn(expression: Expression): boolean {
  const known = mayFailByExpression.get(expression);
  if (known !== undefined) return known;
  const isSo =
    expression.kind === 'step' || expression.kind === 'input'
      ? expression.path.path.operation !== undefined && mayFail(expression.path.path.operation)
      : childrenOf(expression).some(mayFailIn);
  mayFailByExpression.set(expression, isSo);
  return isSo;
}

/** Conditions have most of their parts in common with others. */
const mayFailByExpression = new WeakMap<Expression, boolean>();

function childrenAsked(of: Expression, questions: readonly Question[]): readonly Asked[] {
  const asked: Asked[] = [];
  forEachChild(of, (child) => {
    for (const question of questions) asked.push({ of: child, question });
  });
  return asked;
}

/** What the answer to a question takes from a reference. */
export interface Answering {
  readonly reference: Reference;
  /** Absent: the value itself. */
  readonly test?: Test;
}

/** What is read for a question about a reference; undefined for all other expressions. That a step was skipped is known anyway. */
export function readFor({ of, question }: Asked): Answering | undefined {
  const isReference = of.kind === 'step' || of.kind === 'input' || (of.kind === 'variable' && of.given !== undefined);
  if (!isReference || question === 'skips') return undefined;
  if (question === 'fails' && !mayFailIn(of)) return undefined;
  return { reference: of, ...(isTest(question) && { test: question }) };
}
