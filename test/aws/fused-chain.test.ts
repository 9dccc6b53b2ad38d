import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { Workflow, WorkflowError } from '../../lib/aws/index.ts';
import { componentSource, project } from '../run/project.ts';
import { permissionsOf } from './permissions.ts';
import { testApp } from './test-app.ts';

const FUSED = 'metadata: { aws: { fuse: true } }';

const flowOf = (first: string, second: string, third: string): string => `
${FUSED}
variablesSchema: { type: object, properties: { key: { type: string, is_secret: true } } }
steps:
  - { id: a, component: ${first}, input: { key: { $variable: key } } }
  - { id: file, component: /load_file, input: { path: words.txt, a: { $step: a } } }
  - { id: b, component: ${second}, input: { $step: file } }
  - { id: c, component: ${third}, input: [{ $step: b }] }
output: { $step: c }`;

const typedFlow = (n: string): string => `
${FUSED}
steps:
  - { id: a, component: /my/typed, input: { n: ${n} } }
  - { id: b, component: /my/small, input: { $step: a } }
output: { $step: b }`;

const home = project({
  'lambdas/my/small.ts': componentSource('return input;', 'timeout: 20'),
  'lambdas/my/large.ts': componentSource('return input;', 'timeout: 30, memorySize: 2048'),
  'lambdas/my/open.ts': componentSource('return input;'),
  'lambdas/my/long.ts': componentSource('return input;', 'timeout: 600'),
  'lambdas/my/throws.ts': "\n\nthrow new Error('too early');\nexport default 1;",
  'lambdas/my/typed.ts': `
console.log('loaded');
setInterval(() => {}, 1000);
${componentSource('return input;').replace('input: z.any()', 'input: z.object({ n: z.number() })')}`,
  'words.txt': 'one two',
  'prints.yaml': typedFlow('1'),
  'misfit.yaml': typedFlow('one'),
  'chain.yaml': flowOf('/my/small', '/my/large', '/my/open'),
  'alone.yaml': flowOf('/my/small', '/my/large', '/my/open').replace(FUSED, ''),
  'both.yaml': flowOf('/my/small', '/my/large', '/my/open').replace(
    'output: { $step: c }',
    '  - { id: d, component: /my/small, input: { $input: x } }\noutput: [{ $step: c }, { $step: d }]',
  ),
  'long.yaml': flowOf('/my/long', '/my/small', '/my/long'),
  'throws.yaml': flowOf('/my/small', '/my/throws', '/my/open'),
  'unknown.yaml': flowOf('/my/small', '/my/lareg', '/my/open'),
});

function synthesise(name: string): { readonly template: Template; readonly workflow: Workflow } {
  const stack = new Stack(testApp(), 'Stack');
  const secrets = { key: Secret.fromSecretNameV2(stack, 'Key', 'the-key') };
  const workflow = new Workflow(stack, 'Flow', { flow: join(home, `${name}.yaml`), secrets });
  return { template: Template.fromStack(stack), workflow };
}

const functionsOf = (template: Template) => Object.entries(template.findResources('AWS::Lambda::Function'));

describe('the function of a chain', () => {
  const { template, workflow } = synthesise('chain');
  const [[id = '', { Properties: made }] = ['', { Properties: {} }], ...others] = functionsOf(template);

  it('is the only one of its steps', () => {
    expect(others).toEqual([]);
    expect(id).toMatch(/^ComponentsMySmallBuiltinLoadFileMyLargeMyOpen/);
    expect([...workflow.functions.keys()]).toEqual(['/my/small+/load_file+/my/large+/my/open']);
    expect(made.Description).toBe('Component /my/small+/builtin/load_file+/my/large+/my/open');
    expect(functionsOf(synthesise('alone').template)).toHaveLength(4);
  });

  it('has the memory of the largest of them, and the time of all', () => {
    // Of two, nothing is said of the time: they have 60 s each. The wrapper has 10 s.
    expect(made).toMatchObject({ MemorySize: 2048, Timeout: 20 + 60 + 30 + 60 + 10 });
  });

  it('may read what any of them reads', () => {
    expect(JSON.stringify(permissionsOf(template, 'ComponentsMySmall'))).toContain('the-key-??????');
    expect(JSON.stringify(made.Environment)).toContain('the-key');
  });

  it('is what the state machine may call, and calls', () => {
    const [machine] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
    expect(JSON.stringify(machine)).toMatch(new RegExp(`\\{"Ref":"${id.slice(0, -8)}PublishedVersion`));
    expect(JSON.stringify(machine)).not.toContain('component:');
  });

  it('stands beside that of a component that is also called by itself', () => {
    const functions = functionsOf(synthesise('both').template);
    expect(functions.map(([name]) => name.replace(/(?:[0-9a-f]{12})?Function[0-9A-F]{8}$/, '')).sort()).toEqual([
      'ComponentsMySmall',
      'ComponentsMySmallBuiltinLoadFileMyLargeMyOpen',
    ]);
  });
});

describe('a chain is deployed', () => {
  it('though a component of it prints while it is loaded, and leaves something running', () => {
    expect([...synthesise('prints').workflow.functions.keys()]).toEqual(['/my/typed+/my/small']);
  });
});

describe('a chain that cannot be deployed', () => {
  const failureOf = (name: string): string => {
    try {
      synthesise(name);
    } catch (error) {
      if (error instanceof WorkflowError) return error.message;
      throw error;
    }
    throw new Error('it was deployed');
  };

  it('since it may take too long, says so, and what to do', () => {
    const message = failureOf('long');
    expect(message).toContain(join(home, 'long.yaml'));
    expect(message).toContain('/my/long, /builtin/load_file, /my/small, /my/long');
    expect(message).toMatch(/add up to 1280 s.* the 900 s .*shorter timeouts, or remove "fuse: true"/);
  });

  it('names the input that does not fit a component of it', () => {
    expect(failureOf('misfit')).toMatch(/number[\s\S]*misfit.yaml:4/);
  });

  it('names the component at fault', () => {
    expect(failureOf('throws')).toMatch(/"\/my\/throws" cannot be loaded: it throws "too early"[\s\S]*my\/throws.ts:/);
  });

  it('names the step whose component there is not', () => {
    expect(failureOf('unknown')).toMatch(/\/my\/lareg[\s\S]*unknown.yaml:7/);
  });
});
