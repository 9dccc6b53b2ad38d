import type { PathFault } from '../../diagnostics/messages.ts';
import { type Flow, flowCalled } from '../../flow/flow.ts';
import { Suggestions } from '../../flow/text/nearest.ts';
import { formatPath } from '../../protocol/describe.ts';
import { isObject } from '../../protocol/json.ts';
import type { Access, Fault } from './access.ts';
import { describeType } from './describe-type.ts';
import type { Scope } from './scope.ts';
import { accessOf } from './type-of.ts';
import { type FoundReference, referencesIn } from './walk.ts';

/** Reports each path that does not exist in the value it reads. `input`: what the flow's input is called, if it is not that. */
export function checkPaths(scope: Scope, input?: string): void {
  const suggestions = new Map<string, Suggestions>();
  for (const found of referencesIn(scope.flow)) {
    const { fault, presence } = accessOf(found.reference, scope);
    if (fault) reportPath(found, fault, presence, { scope, suggestions, input });
  }
}

/** Where paths are reported, and how. */
interface Told {
  readonly scope: Scope;
  readonly suggestions: Map<string, Suggestions>;
  readonly input: string | undefined;
}

function reportPath(
  { reference, lenient }: FoundReference,
  fault: Fault,
  presence: Access['presence'],
  { scope, suggestions, input }: Told,
): void {
  const { segment, of } = fault;
  const known = [...new Set(of.flatMap(({ fields }) => fields?.names ?? []))];
  const key = known.join('\n');
  const names = suggestions.get(key) ?? new Suggestions(known);
  suggestions.set(key, names);
  const parent = formatPath(fault.at);
  const source = reference.kind === 'input' && input !== undefined ? input : sourceOf(reference, scope.flow);
  const params = {
    of: parent === '' ? source : `"${parent}" of ${source}`,
    part: typeof segment === 'number' ? `item ${segment}` : `field "${segment}"`,
    found: describeType(of),
    known,
    nearest: typeof segment === 'string' ? names.nearest(segment) : undefined,
    around: reference.kind === 'input' && fault.at.length === 0 ? aroundOf(scope.flow, String(segment)) : undefined,
  };
  const span = reference.path.span ?? reference.span;
  // Where a missing value is tolerated, a path that never exists is pointless, but fails no run.
  if (presence === 'never' && !lenient) scope.report('unknown-path', params, span);
  else scope.report('doubtful-path', params, span);
}

/** The flow around an inner one whose input has a field of that name, by the step in it that runs the inner one. */
function aroundOf({ outer, runner }: Flow, field: string): PathFault['around'] {
  if (!outer || runner === undefined) return undefined;
  const properties = isObject(outer.inputSchema) ? outer.inputSchema.properties : undefined;
  return isObject(properties) && Object.hasOwn(properties, field) ? { runner, field } : undefined;
}

function sourceOf(reference: FoundReference['reference'], flow: Flow): string {
  if (reference.kind === 'input') return flow.outer ? `the input of ${flowCalled(flow)}` : "the flow's input";
  return reference.kind === 'step' ? `the result of "${reference.step}"` : `the variable "${reference.name}"`;
}
