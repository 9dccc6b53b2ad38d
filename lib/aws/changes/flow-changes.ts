import { isDeepStrictEqual } from 'node:util';
import { flowOfDescription } from '../../protocol/deployed.ts';
import { isObject } from '../../protocol/json.ts';
import { COMMENT_KEY } from '../definition.ts';

/** What a deployment does to a flow. */
export interface FlowChange {
  readonly flow: string;
  readonly change: 'added' | 'changed' | 'removed' | 'unchanged';
  /** What of it changes: `definition`, `function NAME`, or the kind of another resource, such as `alarm`. Empty where all does. */
  readonly parts: readonly string[];
}

/** A resource of a CloudFormation template. */
interface Resource {
  readonly Type: string;
  readonly Properties?: unknown;
  readonly Metadata?: { readonly [key: string]: unknown };
}

/** The parts of a CloudFormation template that tell of flows. */
export interface Template {
  readonly Resources?: { readonly [id: string]: Resource };
  readonly Outputs?: { readonly [id: string]: { readonly Description?: string; readonly Value?: unknown } };
}

/**
 * What changes for each flow when a stack of one template gets another one, by the flows' names. A flow's resources are those
 * below its construct, and the functions that its state machines call.
 */
export function flowChanges(before: Template, after: Template): readonly FlowChange[] {
  const [old, now] = [flowsIn(before), flowsIn(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  return names.map((flow) => {
    const [was, is] = [old.get(flow), now.get(flow)];
    if (!was || !is) return { flow, change: is ? 'added' : 'removed', parts: [] };
    const parts = changedParts(was, is);
    return { flow, change: parts.length > 0 ? 'changed' : 'unchanged', parts };
  });
}

/** The resources of a flow, by a name that stays when what it stands for changes. */
type Parts = ReadonlyMap<string, unknown>;

function flowsIn(template: Template): ReadonlyMap<string, Parts> {
  const { Resources: resources = {}, Outputs: outputs = {} } = template;
  const found = Object.values(outputs).flatMap(({ Description: text, Value: value }): [string, Parts][] => {
    const flow = flowOfDescription(text);
    const machine = flow === undefined ? undefined : referredTo(value).find((id) => resources[id]);
    return flow === undefined || machine === undefined ? [] : [[flow, partsOf(machine, resources)]];
  });
  return new Map(found);
}

function partsOf(machine: string, resources: { readonly [id: string]: Resource }): Parts {
  const construct = constructOf(pathOf(resources[machine]));
  const own = Object.entries(resources).filter(
    ([id, resource]) => id === machine || (construct !== '' && constructOf(pathOf(resource)) === construct),
  );
  const parts = new Map<string, unknown>();
  for (const [id, { Type: type, Properties: properties }] of own) {
    if (PUBLISHED.has(type)) continue;
    const [kind, told] = type === MACHINE ? ['definition', withoutReferences(properties)] : [kindOf(type), properties];
    parts.set(`${kind} ${type === MACHINE ? stable(pathOf(resources[id])) : id}`, told);
  }
  const called = own.filter(([, { Type: type }]) => type === MACHINE);
  for (const [id, resource] of reachable(
    called.map(([id]) => id),
    resources,
  )) {
    if (resource.Type === FUNCTION) parts.set(`function ${functionName(id, resource)}`, resource.Properties);
  }
  return parts;
}

const MACHINE = 'AWS::StepFunctions::StateMachine';
const FUNCTION = 'AWS::Lambda::Function';

/** Published anew whenever what they are versions of changes: nothing of their own. */
const PUBLISHED: ReadonlySet<string> = new Set([
  'AWS::StepFunctions::StateMachineVersion',
  'AWS::StepFunctions::StateMachineAlias',
]);

/** `AWS::CloudWatch::Alarm` is an `alarm`, `AWS::IAM::Role` a `role`. */
const kindOf = (type: string): string =>
  (type.split('::').at(-1) ?? type).replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();

function changedParts(before: Parts, after: Parts): readonly string[] {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const changed = names.filter((name) => !isDeepStrictEqual(before.get(name), after.get(name)));
  const shown = changed.map((name) => (name.startsWith('function ') ? name : name.slice(0, name.lastIndexOf(' '))));
  return [...new Set(shown)].sort();
}

/** Where a resource is in the tree of constructs: `Stack/Flow/StateMachine/Resource`; '' where the app writes no paths. */
const pathOf = (resource: Resource | undefined): string => String(resource?.Metadata?.['aws:cdk:path'] ?? '');

const constructOf = (path: string): string => path.split('/').slice(0, 2).join('/');

/** A path without the hashes of content that are in the names of some constructs. */
const stable = (path: string): string => path.replace(/[.-]?[0-9a-f]{8,}/g, '');

/** The component of a function, as its construct is named: `Stack/Components/AiSummarize.0a1b2c/Function/Resource`. */
const functionName = (id: string, resource: Resource): string => stable(pathOf(resource).split('/').at(-3) ?? '') || id;

/**
 * The properties of a state machine without what it refers to: a function that changes has another name. Nor is there its
 * Comment, which says where to read of this version.
 */
function withoutReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutReferences);
  if (!isRecord(value)) return value;
  const { 'Fn::Join': joined, Ref: reference, 'Fn::GetAtt': attribute } = value;
  if (reference !== undefined || attribute !== undefined) return '';
  if (Array.isArray(joined) && Array.isArray(joined[1])) return withoutComment(joined[1].map(textOf).join(''));
  const kept = Object.entries(value).filter(([key]) => key !== COMMENT_KEY);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutReferences(inner)]));
}

const textOf = (part: unknown): string => (typeof part === 'string' ? part : '');

const withoutComment = (definition: string): string => definition.replace(/"Comment":"Stepflow: [^"]*"/, '');

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } => isObject(value as never);

/** The resources that some resources refer to, also through others, roles and logs left out. */
function reachable(
  from: readonly string[],
  resources: { readonly [id: string]: Resource },
): ReadonlyMap<string, Resource> {
  const found = new Map<string, Resource>();
  const queue = [...from];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const resource = resources[id];
    if (!resource || found.has(id)) continue;
    found.set(id, resource);
    if (FOLLOWED.has(resource.Type)) queue.push(...referredTo(resource.Properties));
  }
  return found;
}

const FOLLOWED: ReadonlySet<string> = new Set([MACHINE, 'AWS::Lambda::Version']);

/** The logical ids that a value of a template refers to. */
function referredTo(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referredTo);
  if (!isRecord(value)) return [];
  const { Ref: reference, 'Fn::GetAtt': attribute } = value;
  if (typeof reference === 'string') return [reference];
  if (Array.isArray(attribute)) return [String(attribute[0])];
  return Object.values(value).flatMap(referredTo);
}
