import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/** Properties of a {@link BlobStore}. */
export interface BlobStoreProps {
  /**
   * What becomes of the bucket when it leaves the stack.
   * @default RemovalPolicy.RETAIN - executions, finished ones too, name blobs for as long as their history is kept
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * How long a blob is kept after it was last written.
   * @default - for good: a blob may be named by any later input
   */
  readonly expireAfter?: Duration;
  /**
   * The folder of the blobs in the bucket.
   * @default 'blobs'
   */
  readonly prefix?: string;
}

/**
 * Where values go that are too large for a state machine's payloads: one private, encrypted bucket.
 * A blob's key is its SHA-256, so the same value is stored once, whoever writes it.
 */
export class BlobStore extends Construct {
  readonly bucket: s3.Bucket;
  /** The store's address, as functions get it in `STEPFLOW_BLOBS`: `s3://BUCKET/PREFIX`. */
  readonly uri: string;
  /** The folder of the blobs in the bucket. */
  readonly prefix: string;
  private readonly objects: string;

  constructor(scope: Construct, id: string, props: BlobStoreProps = {}) {
    super(scope, id);
    const { prefix = 'blobs' } = props;
    this.prefix = prefix;
    this.bucket = new s3.Bucket(this, 'Bucket', {
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
      lifecycleRules: [lifecycle(prefix, props.expireAfter)],
    });
    this.uri = `s3://${this.bucket.bucketName}/${prefix}`;
    this.objects = this.bucket.arnForObjects(`${prefix}/*`);
  }

  /** Allows `grantee` to read blobs, and nothing else of the bucket. */
  grantRead(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions: ['s3:GetObject'], resourceArns: [this.objects] });
  }

  /** Allows `grantee` to read and to write blobs, and to learn that one is not there. */
  grantReadWrite(grantee: iam.IGrantable): iam.Grant {
    const actions = ['s3:GetObject', 's3:PutObject'];
    // Without the right to list, S3 answers "forbidden" for an absent object, and nobody can tell it from a fault.
    const listing = { grantee, actions: ['s3:ListBucket'], resourceArns: [this.bucket.bucketArn] };
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [this.objects] }).combine(
      iam.Grant.addToPrincipal(listing),
    );
  }
}

/** Blobs are read again soon or hardly ever, which nobody can know beforehand: intelligent tiering finds out. */
const lifecycle = (prefix: string, expireAfter: Duration | undefined): s3.LifecycleRule => ({
  id: 'blobs',
  prefix: `${prefix}/`,
  abortIncompleteMultipartUploadAfter: Duration.days(1),
  transitions: [{ storageClass: s3.StorageClass.INTELLIGENT_TIERING, transitionAfter: Duration.days(0) }],
  ...(expireAfter && { expiration: expireAfter }),
});
