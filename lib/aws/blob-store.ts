import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { BLOB_DAYS_VARIABLE, BLOBS_VARIABLE } from '../runtime/stores/open-store.ts';
import { STORE_FOLDERS, STORE_KINDS, type StoreKind } from '../runtime/stores/store-folders.ts';
import { STORE_USES, type StoreAccess, type StoreUse } from '../runtime/stores/store-use.ts';
import { type BlobLives, type LivesInDays, livesInDays } from './blob-lives.ts';

/**
 * A bucket: any `s3.IBucket`. The interface is our own because the CDK's classes do not satisfy its interfaces under TypeScript's
 * `exactOptionalPropertyTypes`.
 */
export interface StoreBucket {
  readonly bucketName: string;
  readonly bucketArn: string;
  readonly encryptionKey?: kms.IKey | undefined;
  arnForObjects(keyPattern: string): string;
}

/** Properties of a {@link BlobStore}. */
export interface BlobStoreProps {
  /**
   * A bucket that exists. The store keeps to the folder `prefix` in it, and leaves its rules alone: `expireAfter` says here
   * what the bucket's own lifecycle rules for that folder are.
   * @default - a bucket of its own: private, encrypted, and only reachable over TLS
   */
  readonly bucket?: StoreBucket;
  /**
   * The key that encrypts the objects. The functions and state machines that use the store may use it for that.
   * @default - a key of S3; that of `bucket`, if it is known
   */
  readonly encryptionKey?: kms.IKey;
  /**
   * What happens to the bucket when it is removed from the stack.
   * @default RemovalPolicy.RETAIN - executions, including finished ones, refer to blobs for as long as their history is kept
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * How long objects are kept after they were last written, in whole days: one life for all, or one for each kind. An
   * execution needs its blobs until it ends, and whoever reads its result needs them then: give blobs at least twice the time
   * from an execution's start to the last reading.
   * @default - blobs for good, all others for 400 days: see {@link BlobLives}
   */
  readonly expireAfter?: Duration | BlobLives;
  /**
   * The folder in the bucket of all that the store contains.
   * @default 'blobs'
   */
  readonly prefix?: string;
}

/**
 * The store of values that are too large for a state machine's payloads: one private, encrypted bucket.
 * A blob's key is the SHA-256 of its content, so equal values are stored once. The cache and what distributed Maps read and
 * write have folders of their own, with rights and lives of their own.
 */
export class BlobStore extends Construct {
  readonly bucket: s3.IBucket;
  /** The store's address: `s3://BUCKET/PREFIX`. */
  readonly uri: string;
  /** The folder in the bucket of all that the store contains. */
  readonly prefix: string;
  /** What a function that uses the store has in its environment. */
  readonly environment: { readonly [variable: string]: string };
  /** How many days a blob is kept after it was last written; undefined: for good. */
  readonly blobDays: number | undefined;
  private readonly encryptionKey: kms.IKey | undefined;

  constructor(scope: Construct, id: string, props: BlobStoreProps = {}) {
    super(scope, id);
    const { prefix = 'blobs', expireAfter } = props;
    const days = livesInDays(this, expireAfter);
    this.prefix = prefix.replace(/^\/+|\/+$/g, '');
    // The CDK's own classes do not satisfy this interface under `exactOptionalPropertyTypes`; see `StoreBucket`.
    this.bucket = (props.bucket ?? this.createBucket(props, days)) as s3.IBucket;
    this.encryptionKey = props.encryptionKey ?? this.bucket.encryptionKey;
    this.uri = `s3://${this.bucket.bucketName}${this.prefix && `/${this.prefix}`}`;
    this.blobDays = days.blobs;
    this.environment = {
      [BLOBS_VARIABLE]: this.uri,
      ...(days.blobs !== undefined && { [BLOB_DAYS_VARIABLE]: String(days.blobs) }),
    };
  }

  private createBucket({ removalPolicy, encryptionKey }: BlobStoreProps, days: LivesInDays): s3.Bucket {
    return new s3.Bucket(this, 'Bucket', {
      encryption: encryptionKey ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED,
      // Without it, each object takes a call of KMS.
      ...(encryptionKey && { encryptionKey, bucketKeyEnabled: true }),
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: removalPolicy ?? RemovalPolicy.RETAIN,
      lifecycleRules: STORE_KINDS.map((kind) => this.lifecycle(kind, days[kind])),
    });
  }

  /** Allows `grantee` to read blobs, and nothing else in the bucket. */
  grantRead(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, 'blobs', [ACTIONS.read]);
  }

  /** Allows `grantee` to read and write blobs, and to find out that an object does not exist. */
  grantReadWrite(grantee: iam.IGrantable): iam.Grant {
    // Without permission to list the bucket, S3 answers 403 instead of 404 for an object that does not exist.
    const listing = { grantee, actions: ['s3:ListBucket'], resourceArns: [this.bucket.bucketArn] };
    return this.grant(grantee, 'blobs', [ACTIONS.read, ACTIONS.write]).combine(iam.Grant.addToPrincipal(listing));
  }

  /** Allows `grantee` what a use of the store besides blobs takes, such as `cache`. */
  grantUse(grantee: iam.IGrantable, use: StoreUse): iam.Grant {
    const { kind, accesses } = STORE_USES[use];
    return this.grant(
      grantee,
      kind,
      accesses.map((access) => ACTIONS[access]),
    );
  }

  /**
   * Allows a state machine's role to run distributed Maps: to read their items, and to write their results, which S3 takes in
   * several parts where they are large. Source: "IAM policies for using Distributed Map states", developer guide.
   */
  grantMapRuns(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, 'mapItems', [ACTIONS.read]).combine(
      this.grant(grantee, 'mapResults', [ACTIONS.read, ACTIONS.write, ...IN_PARTS]),
    );
  }

  /** Allows `grantee` to find out what steps ask, and to write that they are answered. */
  grantAnswers(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, 'waiting', [ACTIONS.read, ACTIONS.write]);
  }

  /** The folder of a kind of objects, from the bucket's root: `blobs/cache/`. */
  folderOf(kind: StoreKind): string {
    return `${this.prefix && `${this.prefix}/`}${STORE_FOLDERS[kind]}/`;
  }

  private grant(grantee: iam.IGrantable, kind: StoreKind, actions: readonly string[]): iam.Grant {
    const resourceArns = [this.bucket.arnForObjects(`${this.folderOf(kind)}*`)];
    const grant = iam.Grant.addToPrincipal({ grantee, actions: [...actions], resourceArns });
    if (!this.encryptionKey) return grant;
    // S3 decrypts to put several parts together, so that who writes reads as well.
    const writes = actions.includes(ACTIONS.write);
    const keyActions = KEY_USES.slice(0, writes ? 2 : 1);
    const key = { grantee, actions: keyActions, resourceArns: [this.encryptionKey.keyArn] };
    return grant.combine(iam.Grant.addToPrincipal(key));
  }

  /** Only blobs and the cache last: how often one is read is not known in advance, so S3 Intelligent-Tiering chooses the storage class. */
  private lifecycle(kind: StoreKind, days: number | undefined): s3.LifecycleRule {
    const lasts = kind === 'blobs' || kind === 'cache';
    return {
      id: kind,
      prefix: this.folderOf(kind),
      abortIncompleteMultipartUploadAfter: Duration.days(1),
      ...(lasts && {
        transitions: [{ storageClass: s3.StorageClass.INTELLIGENT_TIERING, transitionAfter: Duration.days(0) }],
      }),
      ...(days !== undefined && { expiration: Duration.days(days) }),
    };
  }
}

/** Source: "Protecting data with server-side encryption using AWS KMS keys", Amazon S3 user guide. */
const KEY_USES = ['kms:Decrypt', 'kms:GenerateDataKey'];

/** The permissions for what ends an upload in several parts. */
const IN_PARTS = ['s3:ListMultipartUploadParts', 's3:AbortMultipartUpload'];

const ACTIONS = { read: 's3:GetObject', write: 's3:PutObject' } as const satisfies { [access in StoreAccess]: string };
