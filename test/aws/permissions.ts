import type { Template } from 'aws-cdk-lib/assertions';

/** A statement of a policy, as it is in a template. */
export interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** What the roles whose logical ids contain `role` may do: by their own policies, and by those that are attached to them. */
export function permissionsOf(template: Template, role = ''): readonly Statement[] {
  const roles = Object.entries(template.findResources('AWS::IAM::Role')).filter(([id]) => id.includes(role));
  const own = roles.flatMap(([, { Properties }]) => Properties.Policies ?? []);
  const others = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) =>
    Object.values(template.findResources(type)).map(({ Properties }) => Properties),
  );
  const attached = others.filter(({ Roles = [] }) => Roles.some(({ Ref }: { Ref: string }) => Ref.includes(role)));
  return [...own, ...attached].flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

/** Those of the roles of state machines: the others are of functions. */
export const permissionsOfMachines = (template: Template): readonly Statement[] =>
  [...rolesOfMachines(template)].flatMap((role) => permissionsOf(template, role));

function rolesOfMachines(template: Template): ReadonlySet<string> {
  const machines = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
  return new Set(machines.map(({ Properties }) => Properties.RoleArn['Fn::GetAtt'][0]));
}
