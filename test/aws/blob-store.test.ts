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

  it('drops unfinished uploads and keeps blobs for good', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: [
          {
            Status: 'Enabled',
            Prefix: 'blobs/',
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
            Transitions: [{ StorageClass: 'INTELLIGENT_TIERING', TransitionInDays: 0 }],
            ExpirationInDays: Match.absent(),
          },
        ],
      },
    });
  });

  it('outlives its stack', () => {
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });
});

describe('the properties', () => {
  const template = synthesise({
    removalPolicy: RemovalPolicy.DESTROY,
    expireAfter: Duration.days(400),
    prefix: 'large',
  });

  it('let the bucket go with its stack, without a function that empties it', () => {
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
    template.resourceCountIs('AWS::Lambda::Function', 0);
  });

  it('let blobs expire, under another prefix', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: [Match.objectLike({ Prefix: 'large/', ExpirationInDays: 400 })] },
    });
  });
});

describe('grants', () => {
  const arn = { 'Fn::GetAtt': ['BlobsBucket1038ED5D', 'Arn'] };
  const objects = { 'Fn::Join': ['', [arn, '/blobs/*']] };

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
});
