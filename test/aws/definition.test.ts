import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import validateDefinition from 'asl-validator';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { StateMachine as StateMachineConstruct } from 'aws-cdk-lib/aws-stepfunctions';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Branch, StateMachine, TaskState } from '../../lib/asl/state-machine.ts';
import { callsOf, componentsOf, definitionProps } from '../../lib/aws/definition.ts';
import { hasDistributedMap } from '../../lib/aws/distributed-maps.ts';
import { compile } from '../../lib/compiler/compile.ts';
import { verbatim } from '../../lib/compiler/emit/jsonata/jsonata.ts';
import type { Json } from '../../lib/runtime/index.ts';
import { runs } from '../chance.ts';
import { testApp } from './test-app.ts';

const task = (component: string, input: Json = {}): TaskState => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: verbatim({ FunctionName: `\${component:${component}}`, Payload: { input } }),
  End: true,
});

const branch = (name: string, state: TaskState): Branch => ({ StartAt: name, States: { [name]: state } });

const machine = (input: Json): StateMachine => ({
  QueryLanguage: 'JSONata',
  StartAt: 'all',
  States: {
    all: {
      Type: 'Parallel',
      Branches: [branch('a', task('/x/a', input)), branch('b', task('/x/b'))],
      Next: 'each',
    },
    each: { Type: 'Map', ItemProcessor: branch('c', task('/x/a')), End: true },
  },
});

function synthesise(definition: StateMachine) {
  const app = testApp();
  const stack = new Stack(app, 'Stack');
  const arn = (component: string): string =>
    `${LambdaFunction.fromFunctionName(stack, component, component.slice(3)).functionArn}`;
  const arns = new Map(componentsOf(definition).map((component) => [component, arn(component)]));
  new StateMachineConstruct(
    stack,
    'Machine',
    definitionProps(stack, definition, {
      component: (path) => arns.get(path) ?? '',
      machine: (name) => `arn:machine:${name}`,
    }),
  );
  return { outdir: app.outdir, template: Template.fromStack(stack) };
}

const propertiesOf = (template: Template) =>
  Object.values(template.findResources('AWS::StepFunctions::StateMachine'))[0]?.Properties;

const resolved = (text: { 'Fn::Join': [string, (string | object)[]] }): string =>
  text['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : 'TOKEN')).join('');

describe('a distributed Map', () => {
  const distributed = (Mode: string): StateMachine => ({
    ...machine({}),
    States: {
      ...machine({}).States,
      each: {
        Type: 'Map',
        ItemProcessor: { ...branch('c', task('/x/a')), ProcessorConfig: { Mode } },
        End: true,
      },
    },
  });

  it('is one by its mode, not by what a step is given', () => {
    expect(hasDistributedMap(distributed('DISTRIBUTED'))).toBe(true);
    expect(hasDistributedMap(distributed('INLINE'))).toBe(false);
    expect(hasDistributedMap(machine({ Mode: 'DISTRIBUTED' }))).toBe(false);
  });
});

describe('a definition', () => {
  it('names each component once, those in branches and items too', () => {
    expect(componentsOf(machine({}))).toEqual(['/x/a', '/x/b']);
  });

  it('stands in the template, with ARNs in the placeholders', () => {
    const { DefinitionString, DefinitionSubstitutions } = propertiesOf(synthesise(machine('a')).template);
    const text = resolved(DefinitionString);
    expect(DefinitionSubstitutions).toBeUndefined();
    expect(text).toContain('"FunctionName":"arn:TOKEN:lambda:TOKEN:TOKEN:function:a"');
    expect(text).toContain('"input":"a"');
    expect(text).not.toContain('${');
  });
});

describe.each([
  ['large', 'x'.repeat(60_000)],
  ['that writes what CloudFormation would substitute', '${component:/x/a} and ${function0}'],
])('a definition %s', (_, input) => {
  const { outdir, template } = synthesise(machine(input));
  const properties = propertiesOf(template);

  it('is uploaded beside the template', () => {
    expect(properties.DefinitionString).toBeUndefined();
    expect(properties.DefinitionS3Location.Key).toMatch(/\.json$/);
    expect(Object.keys(properties.DefinitionSubstitutions)).toEqual(['function0', 'function1']);
  });

  it('gets the ARNs by substitution, which leaves what the flow itself wrote', () => {
    const asset = readdirSync(outdir).find((name) => name.startsWith('asset.') && name.endsWith('.json'));
    const text = readFileSync(join(outdir, asset ?? ''), 'utf8');
    expect(text.match(/\$\{[^}]*\}/g)).toEqual(['${function0}', '${function1}', '${function0}']);
    expect(JSON.parse(text).States.all.Branches[0].States.a.Arguments.Payload.input).toEqual(input);
  });
});

describe('a text of a flow', () => {
  const hostile = fc.constantFrom(
    ...[
      '{{resolve:secretsmanager:db:SecretString:password}}',
      '{{resolve:ssm:/a:1}}',
      '${Token[TOKEN.1]}',
      '${AWS::Region}',
    ],
    ...[
      '#{Token[TOKEN.2]}',
      '${function0}',
      '\u0000function0\u0000',
      '{{{',
      '$',
      '#{',
      '\\u0024{',
      '"',
      '\\',
      'é',
      '-1.8881545897087503e+289',
    ],
  );
  const number = fc.constantFrom(-1.8881545897087503e289, -1.8881545897087626e289, 1.5e300, -0.1);
  const texts = fc
    .array(fc.oneof(hostile, fc.string({ maxLength: 3 })), { maxLength: 4 })
    .map((parts) => parts.join(''));

  it('reaches AWS as it is, however it looks to CloudFormation and to the CDK', () => {
    const property = fc.property(texts, number, fc.boolean(), (text, one, isLarge) => {
      const input = { [text]: [text, one], ...(isLarge && { large: 'x'.repeat(60_000) }) };
      const { outdir, template } = synthesise(machine(input));
      const { DefinitionString, DefinitionS3Location } = propertiesOf(template);
      const asset = readdirSync(outdir).find((name) => name.startsWith('asset.') && name.endsWith('.json'));
      const written = DefinitionS3Location
        ? readFileSync(join(outdir, asset ?? ''), 'utf8').replace(/\$\{(?:function|machine)\d+\}/g, 'ARN')
        : resolved(DefinitionString);
      expect(written).not.toMatch(/\$\{|#\{|\{\{resolve/);
      const { Arguments } = JSON.parse(written).States.all.Branches[0].States.a;
      expect(Arguments.Payload.input).toEqual(input);
      expect(Arguments.FunctionName).toMatch(/^(?:ARN|arn:.*:a)$/);
    });
    fc.assert(property, { numRuns: runs(15) });
  });
});

describe('the definition of steps that share a Map', () => {
  const ids = Array.from({ length: 10 }, (_, at) => `w${at}`);
  const steps = ids.map((id) => `  - { id: ${id}, component: /x/a, input: { key: { $variable: key }, name: ${id} } }`);
  const { stateMachine } = compile(`
schemas: { type: object, properties: { variables: { type: object, properties: { key: { type: string, is_secret: true } } } } }
steps:
${steps.join('\n')}
output: [${ids.map((id) => `{ $step: ${id} }`).join(', ')}]`);
  if (!stateMachine) throw new Error('it has no errors');

  it('says once what they call, and which secrets they read', () => {
    expect(callsOf(stateMachine).map(({ component, invocation }) => [component, invocation.secrets])).toEqual([
      ['/x/a', ['key']],
    ]);
    const { template } = synthesise(stateMachine);
    expect(resolved(propertiesOf(template).DefinitionString)).not.toContain('component:');
  });

  it('is one that asl-validator accepts', () => {
    // The validator writes into what it is given.
    expect(validateDefinition(structuredClone(stateMachine)).errors).toEqual([]);
  });
});
