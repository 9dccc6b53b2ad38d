import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { aliasOutputId, constructIds, outputId } from '../../lib/aws/flow-ids.ts';
import { flowsInFolder } from '../../lib/aws/flows-in-folder.ts';
import { StepflowStack } from '../../lib/aws/index.ts';
import { runs } from '../chance.ts';
import { testApp } from './test-app.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'stepflow-flow-ids-'));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const FLOW = 'steps: []\noutput: { $input: $ }\n';

/** A folder of its own with these files. */
function folderOf(files: { readonly [name: string]: string }): string {
  const folder = mkdtempSync(join(FOLDER, 'workflows-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

describe('the construct ids of flows', () => {
  it('are words in capitals where that is no other one’s id', () => {
    const names = ['user-insights', 'early_validation', '3d', 'reports/daily'];
    expect([...constructIds(names).values()]).toEqual(['UserInsights', 'EarlyValidation', '3d', 'ReportsDaily']);
  });

  it('have a hash where they would be taken, or none', () => {
    const ids = constructIds(['a-b', 'a_b', 'a', 'A', 'api', 'blobs', 'components', 'отчёт', '日次', 'x', 'x-arn']);
    expect(ids.get('a-b')).toBe('AB');
    expect(ids.get('a_b')).toMatch(/^AB[0-9a-f]{8}$/);
    expect(ids.get('a')).toBe('A');
    expect(ids.get('A')).toMatch(/^A[0-9a-f]{8}$/);
    expect(ids.get('api')).toMatch(/^Api[0-9a-f]{8}$/);
    expect(ids.get('отчёт')).toMatch(/^Flow[0-9a-f]{8}$/);
    expect(ids.get('日次')).toMatch(/^Flow[0-9a-f]{8}$/);
    expect(ids.get('日次')).not.toBe(ids.get('отчёт'));
    expect(ids.get('x-arn')).toMatch(/^XArn[0-9a-f]{8}$/);
  });

  it('differ from each other and from all outputs, and do not depend on the order, whatever the names', () => {
    const part = fc.oneof(
      fc.constantFrom('a', 'A', 'b', 'arn', 'api', 'url', '1', '日', 'é', 'x'.repeat(90)),
      fc.string({ minLength: 1 }),
    );
    const name = fc.array(fc.tuple(part, fc.constantFrom('', '-', '_', '.', '/', ' ')), { minLength: 1, maxLength: 4 });
    const names = fc.uniqueArray(
      name.map((parts) => parts.flat().join('')),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(names, (drawn) => {
        const ids = constructIds(drawn);
        const all = [
          ...ids.values(),
          ...[...ids.values()].flatMap((id) => [outputId(id), aliasOutputId(id)]),
          'Api',
          'ApiUrl',
          'Blobs',
          'BlobBucket',
        ];
        expect(new Set(all).size).toBe(all.length);
        for (const id of ids.values()) expect(id).toMatch(/^[A-Za-z0-9]{1,160}$/);
        const turned = constructIds([...drawn].reverse());
        for (const one of drawn) expect(turned.get(one)).toBe(ids.get(one));
      }),
      { numRuns: runs(200) },
    );
  });

  it('stay for lower case with hyphens, whatever flows come and go', () => {
    const kebab = fc
      .array(fc.constantFrom('a', 'b', 'ab', 'user', 'x1'), { minLength: 1, maxLength: 3 })
      .map((words) => words.join('-'));
    const other = fc.constantFrom('a_b', 'A', 'aB', 'USER', 'a.b', 'a/b', 'user_x1', 'ab');
    fc.assert(
      fc.property(kebab, fc.uniqueArray(other), (name, others) => {
        expect(constructIds([...others, name]).get(name)).toBe(constructIds([name]).get(name));
      }),
    );
  });
});

describe('the flows of a folder', () => {
  it('are those of subfolders too, without the files that these read', () => {
    const folder = folderOf({
      'a.yaml': FLOW,
      'a.yml': FLOW,
      'x/sub.yaml': FLOW,
      'x/y/deep.flow.json': JSON.stringify({ steps: [], output: 1 }),
      'x/list.yaml': '[{ id: a, component: /noop }]',
      'files/plans.yaml': 'small: 1\nlarge: 2\n',
      'stepflow-config.yml': 'plugins: {}',
      '.hidden/b.yaml': FLOW,
    });
    expect(flowsInFolder(folder).map(({ name }) => name)).toEqual(['a', 'a.yml', 'x/list', 'x/sub', 'x/y/deep']);
  });

  it('are deployed whatever their names are', () => {
    const names = ['a-b', 'a_b', 'A', 'a', 'api', 'blobs', 'components', '日次', 'x/sub', 'x-sub'];
    const workflows = folderOf(Object.fromEntries(names.map((name) => [`${name}.yaml`, FLOW])));
    const stack = new StepflowStack(testApp(), 'Names', { workflows });
    const template = Template.fromStack(stack);
    expect(stack.workflows.map(({ flowName }) => flowName).sort()).toEqual([...names].sort());
    const machines = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
    const physical = machines.map(({ Properties }) => String(Properties.StateMachineName));
    expect(new Set(physical).size).toBe(names.length);
    for (const name of physical) expect(name).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
    const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route'));
    expect(routes.map(({ Properties }) => Properties.RouteKey)).toContain('POST /flows/{path+}');
  });
});
