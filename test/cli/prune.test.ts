import { CloudFormationClient, DescribeStacksCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import {
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
} from '@aws-sdk/client-iam';
import {
  DeleteFunctionCommand,
  LambdaClient,
  ListFunctionsCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
} from '@aws-sdk/client-lambda';
import {
  DeleteStateMachineCommand,
  DeleteStateMachineVersionCommand,
  DescribeStateMachineAliasCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  ListExecutionsCommand,
  ListStateMachineAliasesCommand,
  ListStateMachinesCommand,
  ListStateMachineVersionsCommand,
  ListTagsForResourceCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { call } from './terminal.ts';

const cloudFormation = mockClient(CloudFormationClient);
const iam = mockClient(IAMClient);
const lambda = mockClient(LambdaClient);
const sfn = mockClient(SFNClient);

vi.stubEnv('AWS_REGION', 'eu-west-1');

// Other test files share these modules.
afterAll(() => {
  vi.unstubAllEnvs();
  for (const client of [cloudFormation, iam, lambda, sfn]) client.restore();
});

const STATES = 'arn:aws:states:eu-west-1:123456789012';
const MAIN = `${STATES}:stateMachine:Flows-Insights-1A2B3C4D`;
const NESTED = `${STATES}:stateMachine:Insig0ab1c2Loaddeadbeef-x7Yz`;
const OTHER = `${STATES}:stateMachine:Other0ab1c2Loaddeadbeef-x7Yz`;
const LOAD = 'arn:aws:lambda:eu-west-1:123456789012:function:Flows-Load';
const SAVE = 'arn:aws:lambda:eu-west-1:123456789012:function:Flows-Save';
const ROLE = 'arn:aws:iam::123456789012:role/stepflow/Flows/eu-west-1';

const calling = (...arns: string[]) => ({
  definition: JSON.stringify(arns),
  roleArn: `${ROLE}/states`,
  type: 'STANDARD',
});
const created = new Date(0);

/** A stack with one flow, deployed twice: the second time with another component, and in one state machine instead of two. */
beforeEach(() => {
  for (const client of [cloudFormation, iam, lambda, sfn]) client.reset();
  cloudFormation
    .on(DescribeStacksCommand)
    .resolves({ Stacks: [{ StackName: 'Flows', CreationTime: created, StackStatus: 'UPDATE_COMPLETE' }] });
  const resource = (PhysicalResourceId: string, ResourceType: string) => ({
    PhysicalResourceId,
    ResourceType,
    LogicalResourceId: 'Id',
    LastUpdatedTimestamp: created,
    ResourceStatus: 'CREATE_COMPLETE' as const,
  });
  cloudFormation
    .on(ListStackResourcesCommand, { StackName: 'Flows' })
    .resolves({
      StackResourceSummaries: [
        resource(MAIN, 'AWS::StepFunctions::StateMachine'),
        resource('nested-stack', 'AWS::CloudFormation::Stack'),
      ],
    })
    .on(ListStackResourcesCommand, { StackName: 'nested-stack' })
    .resolves({
      StackResourceSummaries: [
        resource('Flows-Load', 'AWS::Lambda::Function'),
        resource(`${LOAD}:2`, 'AWS::Lambda::Version'),
        resource('load-2', 'AWS::IAM::Role'),
      ],
    });
  sfn.on(ListStateMachinesCommand).resolves({
    stateMachines: [MAIN, NESTED, OTHER, `${STATES}:stateMachine:Unrelated`].map((stateMachineArn) => ({
      stateMachineArn,
      name: stateMachineArn.split(':').at(-1),
      type: 'STANDARD',
      creationDate: created,
    })),
  });
  sfn.on(ListTagsForResourceCommand).resolves({ tags: [{ key: 'stepflow:stack', value: 'Flows' }] });
  sfn
    .on(ListTagsForResourceCommand, { resourceArn: OTHER })
    .resolves({ tags: [{ key: 'stepflow:stack', value: 'Others' }] });
  const describes = (stateMachineArn: string, { definition, roleArn }: ReturnType<typeof calling>) =>
    sfn
      .on(DescribeStateMachineCommand, { stateMachineArn })
      .resolves({ stateMachineArn, name: 'x', definition, roleArn, type: 'STANDARD', creationDate: created });
  describes(MAIN, calling(`${LOAD}:2`));
  describes(`${MAIN}:2`, calling(`${LOAD}:2`));
  describes(`${MAIN}:1`, calling(NESTED));
  describes(NESTED, calling(`${LOAD}:1`, `${SAVE}:1`));
  sfn.on(ListStateMachineAliasesCommand).resolves({ stateMachineAliases: [] });
  sfn
    .on(ListStateMachineAliasesCommand, { stateMachineArn: MAIN })
    .resolves({ stateMachineAliases: [{ stateMachineAliasArn: `${MAIN}:live`, creationDate: created }] });
  sfn
    .on(DescribeStateMachineAliasCommand)
    .resolves({ routingConfiguration: [{ stateMachineVersionArn: `${MAIN}:2`, weight: 100 }], updateDate: created });
  sfn.on(ListStateMachineVersionsCommand).resolves({ stateMachineVersions: [] });
  sfn.on(ListStateMachineVersionsCommand, { stateMachineArn: MAIN }).resolves({
    stateMachineVersions: [2, 1].map((number) => ({
      stateMachineVersionArn: `${MAIN}:${number}`,
      creationDate: created,
    })),
  });
  sfn.on(ListExecutionsCommand).resolves({ executions: [] });
  const Environment = { Variables: { STEPFLOW_BLOBS: 's3://b/blobs' } };
  lambda.on(ListFunctionsCommand).resolves({
    Functions: [
      { FunctionArn: LOAD, Role: `${ROLE}/load-2`, Environment },
      { FunctionArn: SAVE, Role: `${ROLE}/save-1`, Environment },
      { FunctionArn: `${LOAD}-not-ours` },
    ],
  });
  lambda.on(ListTagsCommand).resolves({ Tags: { 'stepflow:stack': 'Flows' } });
  lambda.on(ListVersionsByFunctionCommand, { FunctionName: LOAD }).resolves({
    Versions: ['$LATEST', '1', '2'].map((Version) => ({ Version, Role: `${ROLE}/load-${Version}`, Environment })),
  });
  lambda
    .on(ListVersionsByFunctionCommand, { FunctionName: SAVE })
    .resolves({ Versions: [{ Version: '1', Role: `${ROLE}/save-1`, Environment }] });
  iam.on(ListRolesCommand, { PathPrefix: '/stepflow/Flows/eu-west-1/' }).resolves({
    Roles: ['states', 'load-1', 'load-2', 'save-1'].map((name) => ({
      Arn: `${ROLE}/${name}`,
      RoleName: name,
      Path: '/',
      RoleId: name,
      CreateDate: created,
    })),
  });
  iam.on(ListRolePoliciesCommand).resolves({ PolicyNames: ['Permissions'] });
  iam.on(ListAttachedRolePoliciesCommand).resolves({
    AttachedPolicies: [
      { PolicyArn: 'arn:aws:iam::123456789012:policy/stepflow/Flows/eu-west-1/More' },
      { PolicyArn: 'arn:aws:iam::aws:policy/Theirs' },
    ],
  });
});

const prune = (...argv: string[]) => call(['prune', 'Flows', ...argv], { env: { AWS_REGION: 'eu-west-1' } });

describe('stepflow prune', () => {
  test('lists what nothing needs any more, and deletes nothing', async () => {
    const { code, stdout, stderr } = await prune();
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "  state machine version  Flows-Insights-1A2B3C4D:1
        state machine          Insig0ab1c2Loaddeadbeef-x7Yz
        function version       Flows-Load:1
        function               Flows-Save
        role                   load-1
        role                   save-1
      ! 6 things that nothing needs any more
      "
    `);
    expect(stderr).toBe('Next: stepflow prune Flows --yes\n');
    expect(lambda.commandCalls(DeleteFunctionCommand)).toEqual([]);
  });

  test('keeps what a running execution began with', async () => {
    const execution = { executionArn: `${STATES}:execution:x:y`, stateMachineArn: MAIN, name: 'y', startDate: created };
    sfn
      .on(ListExecutionsCommand, { stateMachineArn: MAIN, statusFilter: 'RUNNING' })
      .resolves({ executions: [{ ...execution, status: 'RUNNING', stateMachineVersionArn: `${MAIN}:1` }] });
    expect(await prune()).toEqual({
      code: 0,
      stdout: '✔ nothing is left of earlier deployments that no execution needs\n',
      stderr: '',
    });
  });

  test('keeps what an execution began with that waits to be redriven, and was started without a version', async () => {
    const execution = { executionArn: `${STATES}:execution:x:y`, stateMachineArn: MAIN, name: 'y', startDate: created };
    sfn
      .on(ListExecutionsCommand, { stateMachineArn: MAIN, statusFilter: 'PENDING_REDRIVE' })
      .resolves({ executions: [{ ...execution, status: 'PENDING_REDRIVE' }] });
    sfn
      .on(DescribeStateMachineForExecutionCommand)
      .resolves({ ...calling(`${SAVE}:1`), stateMachineArn: MAIN, name: 'x', updateDate: created });
    const { parts } = JSON.parse((await prune('--json')).stdout);
    expect(JSON.stringify(parts)).not.toContain(SAVE);
    expect(JSON.stringify(parts)).toContain(NESTED);
  });

  test('deletes what it lists with --yes', async () => {
    const { code, stdout } = await prune('--yes');
    expect(code).toBe(0);
    expect(stdout).toMatch(/✔ state machine {10}Insig0ab1c2Loaddeadbeef-x7Yz\n[\s\S]*✔ 6 things deleted\n$/);
    const inputs = [
      ...sfn.commandCalls(DeleteStateMachineVersionCommand),
      ...sfn.commandCalls(DeleteStateMachineCommand),
      ...lambda.commandCalls(DeleteFunctionCommand),
      ...iam.commandCalls(DeleteRolePolicyCommand),
      ...iam.commandCalls(DetachRolePolicyCommand),
      ...iam.commandCalls(DeletePolicyCommand),
      ...iam.commandCalls(DeleteRoleCommand),
    ].map(({ args }) => args[0].input);
    const more = 'arn:aws:iam::123456789012:policy/stepflow/Flows/eu-west-1/More';
    const ofRole = (RoleName: string) => [
      { RoleName, PolicyName: 'Permissions' },
      ...[more, 'arn:aws:iam::aws:policy/Theirs'].map((PolicyArn) => ({ RoleName, PolicyArn })),
      { PolicyArn: more },
      { RoleName },
    ];
    expect(inputs).toEqual(
      expect.arrayContaining([
        { stateMachineVersionArn: `${MAIN}:1` },
        { stateMachineArn: NESTED },
        { FunctionName: LOAD, Qualifier: '1' },
        { FunctionName: SAVE },
        ...ofRole('load-1'),
        ...ofRole('save-1'),
      ]),
    );
    expect(inputs).toHaveLength(14);
  });

  test('goes on where AWS refuses to delete something, and says what', async () => {
    lambda.on(DeleteFunctionCommand, { FunctionName: SAVE }).rejects(new Error('an alias of yours points to it'));
    const { code, stdout } = await prune('--yes');
    expect(code).toBe(1);
    expect(stdout).toContain('✖ function               Flows-Save: an alias of yours points to it\n');
    expect(stdout).toContain('✖ 1 thing of 6 could not be deleted; correct what AWS says, and call prune again\n');
    expect(iam.commandCalls(DeleteRoleCommand)).toHaveLength(2);
  });

  test('prints with --json what it has found, and what was deleted', async () => {
    const listed = JSON.parse((await prune('--json')).stdout);
    expect(listed).toMatchObject({ ok: true, deleted: false });
    expect(listed.parts[0]).toEqual({ kind: 'state machine version', arn: `${MAIN}:1` });
    const { code, stdout } = await prune('--json', '--yes');
    expect({ code, report: JSON.parse(stdout) }).toEqual({ code: 0, report: { ...listed, deleted: true } });
  });

  test('waits for a deployment that is under way', async () => {
    cloudFormation
      .on(DescribeStacksCommand)
      .resolves({ Stacks: [{ StackName: 'Flows', CreationTime: created, StackStatus: 'UPDATE_IN_PROGRESS' }] });
    expect(await prune('--yes')).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('The stack Flows is being changed (UPDATE_IN_PROGRESS)\n  help: wait until'),
    });
  });

  test('finds what a deleted stack left', async () => {
    cloudFormation
      .on(DescribeStacksCommand)
      .rejects(Object.assign(new Error('Stack with id Flows does not exist'), { name: 'ValidationError' }));
    const { parts } = JSON.parse((await prune('--json')).stdout);
    expect(parts.map(({ kind }: { kind: string }) => kind)).toContain('function');
  });

  test.each([
    ['CredentialsProviderError', 'Could not load credentials', 'AWS accepts no credentials of this shell'],
    ['AccessDenied', 'not allowed to describe', 'not allowed to describe'],
    ['Error', 'Region is missing', 'no region of AWS is set'],
  ])('says what to do about %s', async (name, message, shown) => {
    cloudFormation.on(DescribeStacksCommand).rejects(Object.assign(new Error(message), { name }));
    const { code, stderr } = await prune();
    expect(code).toBe(2);
    expect(stderr).toContain(shown);
    expect(stderr).toContain('help: ');
  });
});
