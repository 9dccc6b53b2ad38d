import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import validateDefinition from 'asl-validator';
import { Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, describe, expect, it } from 'vitest';
import { StepflowStack, Workflow } from '../../lib/aws/index.ts';
import { permissionsOfMachines } from './permissions.ts';
import { PROJECT, testApp } from './test-app.ts';

const folder = mkdtempSync(join(tmpdir(), 'stepflow-nested-machines-'));
afterAll(() => rmSync(folder, { recursive: true }));

const LIMITS = { definitionBytes: 8500 };

/** Writes a flow, a chain of steps, into a folder of its own, and answers its file. */
function chain(name: string, size: number): string {
  mkdirSync(join(folder, name));
  const steps = Array.from({ length: size }, (_, at) => {
    const input = at === 0 ? '{ $input: n }' : `{ $step: s${at - 1} }`;
    return `  - { id: s${at}, component: /letters/join, input: ${input} }`;
  });
  const file = join(folder, name, 'chain.yaml');
  writeFileSync(file, `name: chain\nsteps:\n${steps.join('\n')}\noutput: { $step: s${size - 1} }\n`);
  return file;
}

const components = join(PROJECT, 'lambdas');

function synthesise(flow: string, limits = LIMITS) {
  const stack = new Stack(testApp(), 'Stack');
  const workflow = new Workflow(stack, 'Chain', { flow, limits, components });
  return { workflow, template: Template.fromStack(stack) };
}

const machinesIn = (template: Template) => Object.entries(template.findResources('AWS::StepFunctions::StateMachine'));

/** The logical ids of nested state machines begin with the workflow, a hash of the stack and the workflow, and the step. */
const NESTED = /^Chain[0-9a-f]{6}S\d+[0-9a-f]{8}$/;

describe('a workflow of a flow that is too large for one state machine', () => {
  const file = chain('small', 12);
  const { workflow, template } = synthesise(file);
  const machines = machinesIn(template);
  const nestedMachines = machines.filter(([id]) => NESTED.test(id));

  it('has nested state machines, traced and logged as its own one', () => {
    expect(workflow.compiled.nestedMachines).toHaveLength(2);
    expect(nestedMachines).toHaveLength(2);
    const [own] = machines.filter(([id]) => id.startsWith('ChainStateMachine'));
    for (const [, { Properties }] of nestedMachines) {
      for (const key of ['LoggingConfiguration', 'TracingConfiguration', 'RoleArn', 'StateMachineType'])
        expect(Properties[key]).toEqual(own?.[1].Properties[key]);
      // CloudFormation names them.
      expect(Properties).not.toHaveProperty('StateMachineName');
    }
  });

  it('starts them by their ARNs', () => {
    const [[, own] = []] = machines.filter(([id]) => id.startsWith('ChainStateMachine'));
    const text = JSON.stringify(own?.Properties.DefinitionString);
    for (const [id] of nestedMachines) expect(text).toContain(JSON.stringify({ Ref: id }));
    expect(text).not.toContain('{machine:');
  });

  it('may start them and wait for them, and no others', () => {
    const prefix = `*${nestedMachines[0]?.[0].slice(0, 'Chain'.length + 6)}*`;
    const arn = (service: string, end: string) => ({
      'Fn::Join': [
        '',
        [
          'arn:',
          { Ref: 'AWS::Partition' },
          `:${service}:`,
          { Ref: 'AWS::Region' },
          ':',
          { Ref: 'AWS::AccountId' },
          `:${end}`,
        ],
      ],
    });
    const statement = (Action: unknown, Resource: unknown) => ({ Effect: 'Allow', Action, Resource });
    expect(permissionsOfMachines(template)).toEqual(
      expect.arrayContaining([
        statement('states:StartExecution', arn('states', `stateMachine:${prefix}`)),
        statement(['states:DescribeExecution', 'states:StopExecution'], arn('states', `execution:${prefix}`)),
        statement(
          ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
          arn('events', 'rule/StepFunctionsGetEventsForStepFunctionsExecutionRule'),
        ),
      ]),
    );
  });

  it('keeps the nested state machines of executions that are running when it is deployed again', () => {
    for (const [, nested] of nestedMachines)
      expect(nested).toMatchObject({ UpdateReplacePolicy: 'Retain', DeletionPolicy: 'RetainExceptOnCreate' });
    const idsIn = (found: Template) => machinesIn(found).flatMap(([id]) => (NESTED.test(id) ? [id] : []));
    const [before, same, changed] = [template, synthesise(file).template, synthesise(chain('changed', 13)).template];
    expect(idsIn(same)).toEqual(idsIn(before));
    for (const id of idsIn(before)) expect(idsIn(changed)).not.toContain(id);
  });

  it('has definitions that asl-validator accepts', () => {
    for (const { stateMachine } of workflow.compiled.nestedMachines)
      expect(validateDefinition(structuredClone(stateMachine)).errors).toEqual([]);
  });
});

describe('a workflow of 3,000 steps', () => {
  const { template } = synthesise(chain('large', 3000), { definitionBytes: 943_718 });

  it('has its definitions uploaded beside the template, which stays small', () => {
    // A small one is in the template.
    const machines = machinesIn(template).filter(([, { Properties }]) => Properties.DefinitionS3Location);
    expect(machines.length).toBeGreaterThan(2);
    for (const [, { Properties }] of machines) {
      expect(Properties.DefinitionS3Location.Key).toMatch(/\.json$/);
      expect(Object.keys(Properties.DefinitionSubstitutions)).toContain('function0');
    }
    expect(JSON.stringify(template.toJSON()).length).toBeLessThan(100_000);
  });

  it('names the nested state machines in the definition by substitution', () => {
    const [[, own] = []] = machinesIn(template).filter(([id]) => id.startsWith('ChainStateMachine'));
    const given = Object.keys(own?.Properties.DefinitionSubstitutions);
    expect(given.filter((key) => key.startsWith('machine')).length).toBeGreaterThan(1);
  });
});

describe('a workflow with a loop of many rounds', () => {
  const file = join(folder, 'loop.yaml');
  writeFileSync(
    file,
    `steps:
  - id: loop
    component: /iterate
    input:
      initial_input: { n: 0 }
      max_iterations: { $input: most }
      flow:
        $literal:
          steps: [{ id: one, component: /letters/join, input: { $input: n } }]
          output: { next: { n: { $step: one } } }
output: { $step: loop }
`,
  );
  const { workflow, template } = synthesise(file, { definitionBytes: 943_718 });
  const [[id, loop] = []] = machinesIn(template).filter(([one]) => /^Chain[0-9a-f]{6}Loop[0-9a-f]{8}$/.test(one));

  it('has a state machine for the loop, which starts itself by the ARN that it has', () => {
    expect(workflow.compiled.nestedMachines).toHaveLength(1);
    expect(JSON.stringify(loop?.Properties.DefinitionString)).toContain('{% $states.context.StateMachine.Id %}');
    const starts = machinesIn(template).filter(([, { Properties }]) =>
      JSON.stringify(Properties.DefinitionString).includes(JSON.stringify({ Ref: id })),
    );
    expect(starts.map(([one]) => one)).toEqual([expect.stringMatching(/^ChainStateMachine/)]);
  });

  it('has definitions that asl-validator accepts', () => {
    const { stateMachine, nestedMachines } = workflow.compiled;
    for (const one of [stateMachine, ...nestedMachines.map((nested) => nested.stateMachine)])
      expect(validateDefinition(structuredClone(one ?? { StartAt: '', States: {} })).errors).toEqual([]);
  });
});

describe('a stack of such a workflow', () => {
  it('has no finding of cdk-nag that is not acknowledged with a reason', () => {
    const app = testApp();
    const workflows = join(chain('stack', 12), '..');
    const stack = new StepflowStack(app, 'StepflowStack', { workflows, components, limits: LIMITS });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(stack.workflows[0]?.nestedMachines?.stateMachines).toHaveLength(2);
    expect(() => app.synth()).not.toThrow();
  });
});
