import { join } from 'node:path';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { prepareComponents } from '../project/components/prepared-component.ts';
import { acknowledgeFindings } from './acknowledgements.ts';
import { BlobStore, type BlobStoreProps } from './blob-store.ts';
import { deployableFlow, type FlowSource, preparationOf } from './deployable-flow.ts';
import { constructIds, outputId } from './flow-ids.ts';
import { type FlowInFolder, flowsInFolder } from './flows-in-folder.ts';
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
   * How many functions an execution of each flow calls at once: see {@link WorkflowProps}.
   * @default - `metadata.aws.maxConcurrency` of each flow, else 200
   */
  readonly maxConcurrency?: WorkflowProps['maxConcurrency'];
  /**
   * Properties of the blob store.
   * @default - those of {@link BlobStore}
   */
  readonly blobs?: BlobStoreProps;
}

/**
 * Every flow of a folder and its subfolders, with one blob store and one HTTP API, where a flow of a subfolder is
 * `SUBFOLDER/NAME`.
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
    const { workflows: folder = 'workflows', components, variables, secrets, blobs, limits, maxConcurrency } = props;
    this.blobs = new BlobStore(this, 'Blobs', blobs);
    const common = {
      ...(components !== undefined && { components }),
      ...(variables && { variables }),
      ...(secrets && { secrets }),
      ...(limits && { limits }),
      ...(maxConcurrency !== undefined && { maxConcurrency }),
    };
    const sources = flowsIn(this, folder).map(({ file, name }) => ({ flow: file, flowName: name, ...common }));
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
      new CfnOutput(this, outputId(node.id), {
        value: stateMachineArn,
        description: `The state machine of ${flowName}`,
      });
    }
  }
}

function flowsIn(stack: Stack, folder: string): readonly FlowInFolder[] {
  const flows = readFolder(stack, folder);
  if (flows.length > 0) return flows;
  throw new WorkflowError(
    stack,
    `The folder "${folder}" has no flows; create one, such as ${join(folder, 'NAME.yaml')}`,
  );
}

function readFolder(stack: Stack, folder: string): readonly FlowInFolder[] {
  try {
    return flowsInFolder(folder);
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

type NamedFlow = WorkflowProps & Required<Pick<WorkflowProps, 'flowName'>>;

/** Continues after a flow with errors, so that the errors of all flows are reported at once. */
function createAll(stack: Stack, flows: readonly NamedFlow[], blobs: BlobStore): readonly Workflow[] {
  const errors: string[] = [];
  const ids = constructIds(flows.map(({ flowName }) => flowName));
  const created = flows.flatMap((props) => {
    try {
      return [new Workflow(stack, ids.get(props.flowName) ?? props.flowName, { ...props, blobs })];
    } catch (error) {
      if (!(error instanceof WorkflowError)) throw error;
      errors.push(error.message);
      return [];
    }
  });
  if (errors.length === 0) return created;
  throw new WorkflowError(stack, `${errors.length} of ${flows.length} flows cannot be deployed.\n${errors.join('\n')}`);
}
