import { type Expression, forEachChild } from '../../flow/expression.ts';
import type { Test } from '../../protocol/invocation.ts';
import type { Reference } from './uses.ts';

/**
 * What is asked of an expression: whether its value passes a test; whether it is skipped, because it reads a skipped step; or
 * whether it reads something that is missing, which is a fault.
 */
export type Question = Test | 'skips' | 'misses';

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
        { of: of.condition, question: 'if' },
        { of: of.condition, question: 'skips' },
        { of: of.consequent, question },
        { of: of.alternative, question },
      ];
    case 'coalesce': {
      if (!isTest(question)) return [];
      return childrenAsked(of, [...new Set<Question>(['present', question])]);
    }
    default:
      return [];
  }
}

const isTest = (question: Question): question is Test => question !== 'skips' && question !== 'misses';

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
  return { reference: of, ...(isTest(question) && { test: question }) };
}
