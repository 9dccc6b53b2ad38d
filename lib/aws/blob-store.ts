import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/** Properties of a {@link BlobStore}. */
export interface BlobStoreProps {
  /**
   * What happens to the bucket when it is removed from the stack.
   * @default RemovalPolicy.RETAIN - executions, including finished ones, refer to blobs for as long as their history is kept
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * How long a blob is kept after it was last written.
   * @default - forever: any later input may refer to a blob
   */
  readonly expireAfter?: Duration;
  /**
   * The folder of the blobs in the bucket.
   * @default 'blobs'
   */
  readonly prefix?: string;
}

/**
 * The store of values that are too large for a state machine's payloads: one private, encrypted bucket.
 * A blob's key is the SHA-256 of its content, so equal values are stored once.
 */
export class BlobStore extends Construct {
  readonly bucket: s3.Bucket;
  /** The store's address, which functions get in `STEPFLOW_BLOBS`: `s3://BUCKET/PREFIX`. */
  readonly uri: string;
  /** The folder of the blobs in the bucket. */
  readonly prefix: string;
  private readonly objectsArn: string;

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
    this.objectsArn = this.bucket.arnForObjects(`${prefix}/*`);
  }

  /** Allows `grantee` to read blobs, and nothing else in the bucket. */
  grantRead(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions: ['s3:GetObject'], resourceArns: [this.objectsArn] });
  }

  /** Allows `grantee` to read and write blobs, and to find out that one does not exist. */
  grantReadWrite(grantee: iam.IGrantable): iam.Grant {
    const actions = ['s3:GetObject', 's3:PutObject'];
    // Without permission to list the bucket, S3 answers 403 instead of 404 for an object that does not exist.
    const listing = { grantee, actions: ['s3:ListBucket'], resourceArns: [this.bucket.bucketArn] };
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [this.objectsArn] }).combine(
      iam.Grant.addToPrincipal(listing),
    );
  }
}

/** How often a blob is read is not known in advance, so S3 Intelligent-Tiering chooses the storage class. */
const lifecycle = (prefix: string, expireAfter: Duration | undefined): s3.LifecycleRule => ({
  id: 'blobs',
  prefix: `${prefix}/`,
  abortIncompleteMultipartUploadAfter: Duration.days(1),
  transitions: [{ storageClass: s3.StorageClass.INTELLIGENT_TIERING, transitionAfter: Duration.days(0) }],
  ...(expireAfter && { expiration: expireAfter }),
});
