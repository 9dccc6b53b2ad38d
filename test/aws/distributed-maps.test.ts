import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, describe, expect, it } from 'vitest';
import { StepflowStack, type StepflowStackProps } from '../../lib/aws/index.ts';
import { permissionsOfMachines } from './permissions.ts';
import { testApp } from './test-app.ts';

const home = mkdtempSync(join(tmpdir(), 'stepflow-distributed-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** A folder with one flow. */
function folderWith(items: string): string {
  const folder = mkdtempSync(join(home, 'flow-'));
  const workflow = '{ $literal: { steps: [{ id: one, component: /noop, input: { $input: n } }] } }';
  writeFileSync(
    join(folder, 'each.yaml'),
    `steps:\n  - { id: each, component: /map, input: { items: ${items}, workflow: ${workflow} } }\n`,
  );
  return folder;
}

function deploy(items: string, props: StepflowStackProps = {}) {
  const app = testApp();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const template = Template.fromStack(
    new StepflowStack(app, 'StepflowStack', { ...props, workflows: folderWith(items) }),
  );
  const [machine] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
  const definition = JSON.stringify(machine?.Properties.DefinitionString);
  const allowed = permissionsOfMachines(template).map(({ Action, Resource }) => [Action, JSON.stringify(Resource)]);
  return { app, definition, allowed };
}

describe('a flow with a map', () => {
  it('over items that are only known when it runs may read items, write results, and run items as executions', () => {
    const { app, allowed } = deploy('{ $input: items }');
    expect(allowed).toEqual(
      expect.arrayContaining([
        ['s3:GetObject', expect.stringContaining('/blobs/map-items/*')],
        [
          ['s3:GetObject', 's3:PutObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'],
          expect.stringContaining('/blobs/map-results/*'),
        ],
        ['states:StartExecution', expect.stringMatching(/:stateMachine:StepflowStack-Each-[0-9A-F]{8}"/)],
        [
          ['states:DescribeExecution', 'states:StopExecution'],
          expect.stringMatching(/:execution:(StepflowStack-Each-[0-9A-F]{8}):\*".*:execution:\1\/\*:\*"/),
        ],
        ['states:RedriveExecution', expect.stringMatching(/:execution:StepflowStack-Each-[0-9A-F]{8}\/\*:\*"/)],
      ]),
    );
    expect(() => app.synth()).not.toThrow();
  });

  it('runs as many items at once as the stack says', () => {
    expect(deploy('{ $input: items }').definition).toContain('\\"MaxConcurrency\\":200');
    expect(deploy('{ $input: items }', { maxConcurrency: 50 }).definition).toContain('\\"MaxConcurrency\\":50');
    expect(() => deploy('{ $input: items }', { maxConcurrency: 0 })).toThrow(
      'Its maxConcurrency is 0; give a whole number of at least 1, such as 200',
    );
  });

  it('over a list that is written out may not', () => {
    const { allowed } = deploy('[{ n: 1 }, { n: 2 }]');
    expect(JSON.stringify(allowed)).not.toContain('s3:');
    expect(JSON.stringify(allowed)).not.toContain('states:StartExecution');
  });
});
