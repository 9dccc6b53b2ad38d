import { Lazy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { type Construct, DependencyGroup } from 'constructs';
import { MOST_IN_ROLE, sizeOnceDeployed } from './policy-size.ts';

/** How a role is made of its draft. */
export interface RoleProps {
  /** The service that assumes it. */
  readonly assumedBy: iam.IPrincipal;
  /** @default none */
  readonly permissionsBoundary?: iam.IManagedPolicy;
}

/**
 * The permissions of a role, collected before it is made, so that its policy is part of it: one resource instead of two, and
 * no function or state machine begins before its role has all permissions. Each function and each flow has a role of its own, so
 * that what is granted to one afterwards is granted to no other.
 */
export class RoleDraft extends iam.PrincipalBase {
  private readonly statements: iam.PolicyStatement[] = [];
  private role: iam.Role | undefined;
  /** A key or secret of the same account then leaves its own policy as it is. */
  override readonly principalAccount: string;

  constructor(scope: Construct) {
    super();
    this.principalAccount = Stack.of(scope).account;
  }

  override get policyFragment(): iam.PrincipalPolicyFragment {
    const arn = Lazy.string({ produce: () => this.role?.roleArn });
    return new iam.ArnPrincipal(arn).policyFragment;
  }

  override addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    if (this.role) return this.role.addToPrincipalPolicy(statement);
    this.statements.push(statement);
    return { statementAdded: true, policyDependable: new DependencyGroup() };
  }

  override dedupeString(): undefined {
    return undefined;
  }

  /** Allows the actions on the resources. */
  allow(actions: readonly string[], ...resources: string[]): void {
    if (resources.length > 0) this.addToPrincipalPolicy(new iam.PolicyStatement({ actions: [...actions], resources }));
  }

  /** Makes the role, below `scope`. Its policy is part of it, as long as there is room. */
  create(scope: Construct, props: RoleProps): iam.Role {
    const { statements } = this;
    const policy = new iam.PolicyDocument({ statements });
    const resolved = Stack.of(scope).resolve([policy, props.assumedBy.policyFragment]);
    const isInline = statements.length > 0 && sizeOnceDeployed(resolved) <= MOST_IN_ROLE;
    const role = new iam.Role(scope, 'Role', {
      ...props,
      ...(isInline && { inlinePolicies: { Permissions: policy } }),
    });
    // The CDK divides what is too long into several policies.
    if (!isInline) for (const part of statements.flatMap(inParts)) role.addToPrincipalPolicy(part);
    this.role = role;
    return role;
  }
}

/** So many ARNs fit into a managed policy, which has room for 6,144 characters; the CDK divides no statement. */
const MOST_RESOURCES = 30;

function inParts(statement: iam.PolicyStatement): readonly iam.PolicyStatement[] {
  const { resources } = statement;
  if (resources.length <= MOST_RESOURCES) return [statement];
  const count = Math.ceil(resources.length / MOST_RESOURCES);
  return Array.from({ length: count }, (_, at) =>
    statement.copy({ resources: resources.slice(at * MOST_RESOURCES, (at + 1) * MOST_RESOURCES) }),
  );
}
