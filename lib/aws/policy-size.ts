/** The most characters of a role's own policies together, without spaces. Source: "IAM and AWS STS quotas", IAM user guide. */
export const MOST_IN_ROLE = 10_240;

/** The longest values of CloudFormation's pseudo parameters in ARNs. */
const PSEUDO: { readonly [name: string]: number } = {
  'AWS::Partition': 'aws-us-gov'.length,
  'AWS::Region': 'ap-southeast-1'.length,
  'AWS::AccountId': '123456789012'.length,
};

/** How long an ARN or a name may be that is only known at deployment. */
const ARN = 170;

/** The characters that a resolved part of a template may have at most once it is deployed. */
export function sizeOnceDeployed(value: unknown): number {
  if (Array.isArray(value)) return sum(value.map((each) => sizeOnceDeployed(each) + 1)) + 1;
  if (typeof value !== 'object' || value === null) return Buffer.byteLength(JSON.stringify(value ?? null));
  if ('Ref' in value) return PSEUDO[String(value.Ref)] ?? ARN;
  if ('Fn::GetAtt' in value) return ARN;
  if ('Fn::Join' in value) return sizeOnceDeployed(value['Fn::Join']);
  return sum(Object.entries(value).map(([key, each]) => Buffer.byteLength(key) + 4 + sizeOnceDeployed(each))) + 1;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
