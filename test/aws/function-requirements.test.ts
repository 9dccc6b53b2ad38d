import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { Workflow, WorkflowError, type WorkflowProps } from '../../lib/aws/index.ts';
import { permissionsOf } from './permissions.ts';
import { PROJECT, testApp } from './test-app.ts';

const flowNamed = (name: string): string => join(PROJECT, 'needs', `${name}.yaml`);

type Secrets = NonNullable<WorkflowProps['secrets']>;
type Props = Partial<Omit<WorkflowProps, 'secrets'>>;

function synthesise(
  name: string,
  secretsOf: (stack: Stack) => Secrets = () => ({}),
  props: Props = {},
  context: { readonly [key: string]: unknown } = {},
) {
  const app = testApp();
  for (const [key, value] of Object.entries(context)) app.node.setContext(key, value);
  const stack = new Stack(app, 'Stack');
  const workflow = new Workflow(stack, 'Flow', { flow: flowNamed(name), secrets: secretsOf(stack), ...props });
  return { app, stack, workflow, template: Template.fromStack(stack) };
}

const bothSecrets = (stack: Stack): Secrets => ({
  key: Secret.fromSecretNameV2(stack, 'Key', 'the-key'),
  login: new Secret(stack, 'Login'),
});

/** Of each function its environment, and what its role may do with secrets and with buckets that are not ours. */
function functionsOf(template: Template) {
  return Object.entries(template.findResources('AWS::Lambda::Function')).map(([id, { Properties }]) => {
    const [role] = Properties.Role['Fn::GetAtt'];
    const statements = permissionsOf(template, role);
    const about = (part: string) => statements.filter((statement) => JSON.stringify(statement).includes(part));
    return {
      id,
      environment: Properties.Environment.Variables,
      secretsRead: about('secretsmanager:').map(({ Resource }) => JSON.stringify(Resource)),
      objectsRead: about('some-bucket'),
      asset: Properties.Code.S3Key,
    };
  });
}

const functionNamed = (template: Template, start: string) => {
  const found = functionsOf(template).filter(({ id }) => id.startsWith(`Components${start}`));
  expect(found).toHaveLength(1);
  return found[0];
};

describe('the secrets of a flow', () => {
  const { template, workflow } = synthesise('ask', bothSecrets);

  it('may be read by the functions whose steps read them, and by no others', () => {
    const read = functionsOf(template).map(({ id, secretsRead }) => [
      id.replace(/(?:[0-9a-f]{12})?Function.*/, ''),
      secretsRead.join(),
    ]);
    expect(Object.fromEntries(read)).toEqual({
      ComponentsLettersGreet: expect.stringContaining('the-key-??????'),
      ComponentsPeopleLoad: expect.stringMatching(/"Ref":"Login/),
      ComponentsLettersJoin: '',
      ComponentsBuiltinLoadFile: '',
    });
  });

  it('are named to these functions by ARN, with what is JSON', () => {
    const places = JSON.stringify(functionNamed(template, 'PeopleLoad')?.environment.STEPFLOW_SECRETS);
    expect(places).toContain('json');
    expect(places).toMatch(/"Ref":"Login/);
    const key = JSON.stringify(functionNamed(template, 'LettersGreet')?.environment.STEPFLOW_SECRETS);
    expect(key).toMatch(/key.*arn.*secret:the-key/);
    expect(key).not.toContain('json');
    expect(functionNamed(template, 'LettersJoin')?.environment).not.toHaveProperty('STEPFLOW_SECRETS');
  });

  it('stand in the definition as markers', () => {
    expect(JSON.stringify(workflow.compiled.stateMachine)).toContain('{"name":{"$secret":"key"},"word":"Hello"}');
  });

  it('are shared with the function of another flow only where it reads the very same', () => {
    const stack = new Stack(testApp(), 'Stack');
    const [one, other] = ['one', 'other'].map((name) => Secret.fromSecretNameV2(stack, name, name));
    const again = Secret.fromSecretNameV2(stack, 'again', 'one');
    for (const [id, key] of Object.entries({ A: one, B: other, C: again }))
      new Workflow(stack, id, { flow: flowNamed('optional'), ...(key && { secrets: { key } }) });
    new Workflow(stack, 'D', { flow: flowNamed('optional') });
    const read = functionsOf(Template.fromStack(stack)).map(
      ({ secretsRead }) => /:secret:(\w+)-/.exec(secretsRead.join())?.[1],
    );
    expect(read.sort()).toEqual(['one', 'other', undefined]);
  });

  it('may be named by the context, as text or as a map', () => {
    const login = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:login-AbCdEf';
    for (const given of [{ key: 'by-name', login }, JSON.stringify({ key: 'by-name', login })]) {
      const { template } = synthesise('ask', undefined, {}, { 'stepflow:secrets': given });
      expect(functionNamed(template, 'LettersGreet')?.secretsRead.join()).toContain('by-name-??????');
      expect(functionNamed(template, 'PeopleLoad')?.secretsRead.join()).toContain(login);
    }
  });

  it('need no value where a default stands beside every reference', () => {
    const { workflow } = synthesise('optional');
    expect(JSON.stringify(workflow.compiled.stateMachine)).toContain('"name":"nobody"');
  });
});

describe('the variables of a flow', () => {
  it('come from the properties, then from the context, then from the flow', () => {
    const words = (props: Props, context: object) =>
      /"word":"(\w+)"/.exec(
        JSON.stringify(synthesise('ask', bothSecrets, props, { ...context }).workflow.compiled.stateMachine),
      )?.[1];
    const context = { 'stepflow:variables': '{"word": "Servus", "other": 1}' };
    expect(words({ variables: { word: 'Moin' } }, context)).toBe('Moin');
    expect(words({}, context)).toBe('Servus');
    expect(words({}, { 'stepflow:variables': { word: 'Servus' } })).toBe('Servus');
    expect(words({}, {})).toBe('Hello');
  });
});

describe('the files of a flow', () => {
  const { app, template } = synthesise('ask', bothSecrets);
  const loader = functionNamed(template, 'BuiltinLoadFile');

  it('ship with the function of load_file', () => {
    const folder = join(app.outdir, `asset.${String(loader?.asset).replace('.zip', '')}`);
    expect(readFileSync(join(folder, 'files/files/people.csv'), 'utf8')).toBe('id,name\n1,Ada\n');
    expect(existsSync(join(folder, 'index.mjs'))).toBe(true);
    expect(loader?.environment.STEPFLOW_FILES).toBe('files');
  });

  it('that are objects of S3 may be read by it, each by its name', () => {
    expect(loader?.objectsRead).toEqual([
      {
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::some-bucket/dir/a${*}.json']] },
      },
    ]);
  });

  it('leave the other functions as they are', () => {
    const others = functionsOf(template).filter(({ id }) => id !== loader?.id);
    expect(others.map(({ objectsRead }) => objectsRead)).toEqual(others.map(() => []));
  });
});

describe('a flow that lacks something', () => {
  const refusal = (make: () => unknown): string => {
    try {
      make();
    } catch (error) {
      if (error instanceof WorkflowError) return error.message;
      throw error;
    }
    throw new Error('The workflow was accepted.');
  };

  it('a secret, fails with its name and how to give it', () => {
    expect(refusal(() => synthesise('ask'))).toMatch(
      /\[Stack\/Flow\] The flow ".*ask\.yaml" reads the secret "key", but no secret is configured for it; give the Workflow secrets: \{ "key": .*-c stepflow:secrets='\{"key": "NAME"\}'/,
    );
  });

  it.each([{ variables: { key: 'open' } }, { context: { 'stepflow:variables': { key: 'open' } } }])(
    'the secrecy of a secret, fails and does not show it: %j',
    ({ variables, context }) => {
      const message = refusal(() => synthesise('ask', bothSecrets, variables ? { variables } : {}, context));
      expect(message).toContain('"key" of the flow');
      expect(message).toContain('store it in Secrets Manager');
    },
  );

  it('a file, fails with where it is looked for', () => {
    expect(refusal(() => synthesise('no-file'))).toMatch(
      /loads "files\/nowhere\.csv", but the file \/.* does not exist; create it or correct the path/,
    );
  });

  it('a file of its own, fails', () => {
    expect(refusal(() => synthesise('outside'))).toContain('"../workflows/greet.yaml", which is outside its folder');
  });

  it('a value in time, fails: a flow is compiled before it is deployed', () => {
    const word = Lazy.string({ produce: () => 'late' });
    expect(refusal(() => synthesise('ask', bothSecrets, { variables: { word } }))).toContain(
      'only known at deployment',
    );
  });

  it('a value that fits, fails with its place', () => {
    expect(refusal(() => synthesise('ask', bothSecrets, { variables: { word: 1 } }))).toMatch(
      /"word" is a number \(1\)(.|\n)*ask\.yaml:7:\d+/,
    );
  });

  it('a map in its context, fails', () => {
    for (const given of ['{', '[]', 5]) {
      expect(refusal(() => synthesise('ask', bothSecrets, {}, { 'stepflow:variables': given }))).toContain(
        'which is not a map',
      );
    }
    expect(refusal(() => synthesise('ask', undefined, {}, { 'stepflow:secrets': { key: 5 } }))).toContain(
      `has 5 for "key"`,
    );
  });
});
