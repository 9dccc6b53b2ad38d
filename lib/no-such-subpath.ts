// What is loaded for a subpath that the package does not have: Node's own error does not say which ones there are.

throw new Error(
  'stepflow-aws has no such subpath: import components\' API from "stepflow-aws/component", the constructs from "stepflow-aws/cdk", and all else from "stepflow-aws"',
);
