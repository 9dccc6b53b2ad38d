import { nearest } from '../../flow/text/nearest.ts';
import { formatPath } from '../../protocol/describe.ts';
import type { Access, Fault } from './access.ts';
import { describeType } from './describe-type.ts';
import type { Scope } from './scope.ts';
import { accessOf } from './type-of.ts';
import { type FoundReference, referencesIn } from './walk.ts';

/** Reports each path that what it reads does not have. */
export function checkPaths(scope: Scope): void {
  for (const found of referencesIn(scope.flow)) {
    const { fault, presence } = accessOf(found.reference, scope);
    if (fault) reportPath(found, fault, presence, scope);
  }
}

function reportPath(
  { reference, lenient }: FoundReference,
  fault: Fault,
  presence: Access['presence'],
  scope: Scope,
): void {
  const { segment, of } = fault;
  const known = [...new Set(of.flatMap(({ fields }) => fields?.names ?? []))];
  const place = formatPath(fault.at);
  const params = {
    of: place === '' ? sourceOf(reference) : `"${place}" of ${sourceOf(reference)}`,
    part: typeof segment === 'number' ? `item ${segment}` : `field "${segment}"`,
    found: describeType(of),
    known,
    nearest: typeof segment === 'string' ? nearest(segment, known) : undefined,
  };
  const span = reference.path.span ?? reference.span;
  // Where what is missing is passed over, reading what is never there is pointless, but no fault of a run.
  if (presence === 'never' && !lenient) scope.report('unknown-path', params, span);
  else scope.report('doubtful-path', params, span);
}

function sourceOf(reference: FoundReference['reference']): string {
  if (reference.kind === 'input') return "the flow's input";
  return reference.kind === 'step' ? `the result of "${reference.step}"` : `the variable "${reference.name}"`;
}
