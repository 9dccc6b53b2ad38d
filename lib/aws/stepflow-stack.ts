import { readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { prepareComponents } from '../project/components/prepared-component.ts';
import { acknowledgeFindings } from './acknowledgements.ts';
import { BlobStore, type BlobStoreProps } from './blob-store.ts';
import { pascalCase } from './components.ts';
import { deployableFlow, type FlowSource, preparationOf } from './deployable-flow.ts';
import { Workflow, type WorkflowProps } from './workflow.ts';
import { WorkflowApi } from './workflow-api.ts';
import { WorkflowError } from './workflow-error.ts';

/** Properties of a {@link StepflowStack}. */
export interface StepflowStackProps extends StackProps {
  /**
   * The folder whose flows are deployed.
   * @default 'workflows'
   */
  readonly workflows?: string;
  /**
   * The folder of the components.
   * @default - the nearest folder `lambdas`, in the parent of the flows' folder or further up
   */
  readonly components?: string;
  /**
   * Values of variables, for all flows that declare them.
   * @default - those of the context `stepflow:variables`, else the flows' own defaults
   */
  readonly variables?: WorkflowProps['variables'];
  /**
   * The secrets that hold the values of secret variables, for all flows that declare them.
   * @default - the secrets that the context `stepflow:secrets` names
   */
  readonly secrets?: WorkflowProps['secrets'];
  /**
   * The limits of a state machine: see {@link WorkflowProps}.
   * @default - those of AWS, less a reserve
   */
  readonly limits?: WorkflowProps['limits'];
  /**
   * Properties of the blob store.
   * @default - those of {@link BlobStore}
   */
  readonly blobs?: BlobStoreProps;
}

/**
 * Every flow of a folder, with one blob store and one HTTP API.
 *
 * Outputs: `ApiUrl`, `BlobBucket`, and for each flow the ARN of its state machine, e.g. `UserInsightsArn`.
 *
 * @throws WorkflowError that lists the errors of all flows that cannot be deployed
 */
export class StepflowStack extends Stack {
  readonly workflows: readonly Workflow[];
  readonly blobs: BlobStore;
  readonly api: WorkflowApi;

  constructor(scope: Construct, id: string, props: StepflowStackProps = {}) {
    super(scope, id, props);
    const { workflows: folder = 'workflows', components, variables, secrets, blobs, limits } = props;
    this.blobs = new BlobStore(this, 'Blobs', blobs);
    const common = {
      ...(components !== undefined && { components }),
      ...(variables && { variables }),
      ...(secrets && { secrets }),
      ...(limits && { limits }),
    };
    const sources = flowsIn(this, folder).map((flow) => ({ flow, ...common }));
    prepareAll(sources);
    this.workflows = createAll(this, sources, this.blobs);
    this.api = new WorkflowApi(this, 'Api', { workflows: this.workflows });
    this.createOutputs();
    acknowledgeFindings(this);
  }

  private createOutputs(): void {
    new CfnOutput(this, 'ApiUrl', { value: this.api.url, description: 'The HTTP API; requests are to be signed' });
    new CfnOutput(this, 'BlobBucket', { value: this.blobs.bucket.bucketName, description: 'Where large values go' });
    for (const { node, flowName, stateMachineArn } of this.workflows) {
      new CfnOutput(this, `${node.id}Arn`, { value: stateMachineArn, description: `The state machine of ${flowName}` });
    }
  }
}

function flowsIn(stack: Stack, folder: string): readonly string[] {
  const files = readFolder(stack, folder).filter((file) => /\.ya?ml$/.test(file));
  if (files.length > 0) return files.sort().map((file) => join(folder, file));
  throw new WorkflowError(
    stack,
    `The folder "${folder}" has no flows; create one, such as ${join(folder, 'NAME.yaml')}`,
  );
}

function readFolder(stack: Stack, folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new WorkflowError(stack, `The folder of the flows cannot be read (${why}); give its path as \`workflows\``);
  }
}

/** Bundles the components of all flows at once, which is several times faster than flow by flow. */
function prepareAll(flows: readonly FlowSource[]): void {
  const requests = flows.map((flow) => preparationOf(deployableFlow(flow)));
  const [first] = requests;
  if (first) prepareComponents({ ...first, sources: requests.flatMap(({ sources }) => sources) });
}

/** Continues after a flow with errors, so that the errors of all flows are reported at once. */
function createAll(stack: Stack, flows: readonly WorkflowProps[], blobs: BlobStore): readonly Workflow[] {
  const errors: string[] = [];
  const created = flows.flatMap((props) => {
    try {
      const id = pascalCase(basename(props.flow, extname(props.flow)));
      return [new Workflow(stack, id, { ...props, blobs })];
    } catch (error) {
      if (!(error instanceof WorkflowError)) throw error;
      errors.push(error.message);
      return [];
    }
  });
  if (errors.length === 0) return created;
  throw new WorkflowError(stack, `${errors.length} of ${flows.length} flows cannot be deployed.\n${errors.join('\n')}`);
}
