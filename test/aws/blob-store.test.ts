import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { BlobStore, type BlobStoreProps } from '../../lib/aws/blob-store.ts';
import { testApp } from './test-app.ts';

function synthesise(props?: BlobStoreProps, use: (store: BlobStore, role: iam.Role) => void = () => {}): Template {
  const stack = new Stack(testApp(), 'Stack');
  const store = new BlobStore(stack, 'Blobs', props);
  use(store, new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }));
  return Template.fromStack(stack);
}

interface LifecycleRule {
  readonly Id: string;
  readonly Prefix: string;
  readonly ExpirationInDays?: number;
}

const rulesOf = (template: Template): readonly LifecycleRule[] => {
  const [bucket] = Object.values(template.findResources('AWS::S3::Bucket'));
  return bucket?.Properties.LifecycleConfiguration.Rules;
};

const statements = (template: Template) =>
  Object.values(template.findResources('AWS::IAM::Policy')).flatMap(
    ({ Properties }) => Properties.PolicyDocument.Statement,
  );

describe('the bucket', () => {
  const template = synthesise();

  it('is encrypted with keys of S3', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
  });

  it('refuses requests without TLS', () => {
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          Match.objectLike({ Effect: 'Deny', Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } } }),
        ]),
      },
    });
  });

  it('is closed to the public in every way', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    });
  });

  it('drops unfinished uploads, keeps blobs for good, and all else for as long as an execution may need it', () => {
    const common = { Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } };
    const Transitions = [{ StorageClass: 'INTELLIGENT_TIERING', TransitionInDays: 0 }];
    expect(rulesOf(template)).toEqual([
      { ...common, Id: 'blobs', Prefix: 'blobs/values/', Transitions },
      { ...common, Id: 'cache', Prefix: 'blobs/cache/', Transitions, ExpirationInDays: 400 },
      { ...common, Id: 'mapItems', Prefix: 'blobs/map-items/', ExpirationInDays: 400 },
      { ...common, Id: 'mapResults', Prefix: 'blobs/map-results/', ExpirationInDays: 400 },
      { ...common, Id: 'waiting', Prefix: 'blobs/waiting/', ExpirationInDays: 400 },
    ]);
  });

  it('has no two rules for one object: the shorter life would count', () => {
    const prefixes = rulesOf(template).map(({ Prefix }) => Prefix);
    for (const prefix of prefixes) expect(prefixes.filter((other) => other.startsWith(prefix))).toEqual([prefix]);
  });

  it('outlives its stack', () => {
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });
});

describe('the properties', () => {
  const template = synthesise({
    removalPolicy: RemovalPolicy.DESTROY,
    expireAfter: Duration.days(90),
    prefix: 'large',
  });

  it('let the bucket go with its stack, without a function that empties it', () => {
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
    template.resourceCountIs('AWS::Lambda::Function', 0);
  });

  it('let all expire after one time, under another prefix', () => {
    expect(rulesOf(template).map(({ Prefix, ExpirationInDays }) => [Prefix, ExpirationInDays])).toEqual([
      ['large/values/', 90],
      ['large/cache/', 90],
      ['large/map-items/', 90],
      ['large/map-results/', 90],
      ['large/waiting/', 90],
    ]);
  });

  it('let each kind expire after a time of its own', () => {
    const lives = { blobs: Duration.days(800), cache: Duration.days(7), mapResults: Duration.hours(48) };
    const days = rulesOf(synthesise({ expireAfter: lives })).map(({ Id, ExpirationInDays }) => [Id, ExpirationInDays]);
    expect(Object.fromEntries(days)).toEqual({ blobs: 800, cache: 7, mapItems: 400, mapResults: 2, waiting: 400 });
  });

  it.each([
    ['a/b/', 's3://BUCKET/a/b', 'a/b/values/'],
    ['', 's3://BUCKET', 'values/'],
  ])('take the prefix "%s"', (prefix, uri, folder) => {
    const stack = new Stack(testApp(), 'Stack');
    const store = new BlobStore(stack, 'Blobs', { prefix });
    expect(store.uri.replace(store.bucket.bucketName, 'BUCKET')).toBe(uri);
    expect(store.folderOf('blobs')).toBe(folder);
  });

  it('tell functions how long blobs live, where they do not for good: they renew those that are put again', () => {
    const environmentWith = (props: BlobStoreProps) =>
      new BlobStore(new Stack(testApp(), 'Stack'), 'Blobs', props).environment;
    expect(environmentWith({ expireAfter: Duration.days(90) })).toMatchObject({ STEPFLOW_BLOB_DAYS: '90' });
    expect(environmentWith({ expireAfter: { cache: Duration.days(7) } })).not.toHaveProperty('STEPFLOW_BLOB_DAYS');
  });

  it.each([Duration.hours(36), Duration.days(0)])('refuse a life that S3 does not have (%s)', (life) => {
    expect(() => synthesise({ expireAfter: life })).toThrow('give whole days, such as Duration.days(90)');
  });
});

describe('grants', () => {
  const arn = { 'Fn::GetAtt': ['BlobsBucket1038ED5D', 'Arn'] };
  const objectsIn = (folder: string) => ({ 'Fn::Join': ['', [arn, `/blobs/${folder}/*`]] });
  const objects = objectsIn('values');

  it('allow reading blobs and nothing else', () => {
    const template = synthesise({}, (store, role) => store.grantRead(role));
    expect(statements(template)).toEqual([{ Effect: 'Allow', Action: 's3:GetObject', Resource: objects }]);
  });

  it('allow writing, and telling an absent blob from a forbidden one', () => {
    const template = synthesise({}, (store, role) => store.grantReadWrite(role));
    expect(statements(template)).toEqual([
      { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: objects },
      { Effect: 'Allow', Action: 's3:ListBucket', Resource: arn },
    ]);
  });

  it.each([
    ['cache', ['s3:GetObject', 's3:PutObject'], 'cache'],
    ['map-items:read', 's3:GetObject', 'map-items'],
    ['map-items:write', 's3:PutObject', 'map-items'],
    ['map-results:read', 's3:GetObject', 'map-results'],
    ['map-results:write', 's3:PutObject', 'map-results'],
  ] as const)('allow the use %s, and nothing else', (use, action, folder) => {
    const template = synthesise({}, (store, role) => store.grantUse(role, use));
    expect(statements(template)).toEqual([{ Effect: 'Allow', Action: action, Resource: objectsIn(folder) }]);
  });

  it('allow a state machine to read items and to write results, in parts where they are large', () => {
    const template = synthesise({}, (store, role) => store.grantMapRuns(role));
    expect(statements(template)).toEqual([
      { Effect: 'Allow', Action: 's3:GetObject', Resource: objectsIn('map-items') },
      {
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:PutObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'],
        Resource: objectsIn('map-results'),
      },
    ]);
  });
});
