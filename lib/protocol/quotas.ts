/**
 * AWS's quotas. Default sources: "Service quotas", AWS Step Functions developer guide; "Lambda quotas", AWS Lambda developer
 * guide. The compiler's safety margins are defined where they are used.
 */
export const QUOTAS = {
  /** Bytes of UTF-8 JSON of a state's input or output, a task's result, an Assign, a variable. */
  payload: 262_144,
  /** Bytes of all variables of an execution. */
  variables: 10 * 1024 * 1024,
  /** Events in the history of a Standard execution. */
  events: 25_000,
  /** Characters of a definition. */
  definition: 1_048_576,
  /** Characters of the name of a state, a variable, a state machine, an execution. */
  name: 80,
  /** Characters of the Label of a Map. Source: "Label", Map state, AWS Step Functions developer guide. */
  mapLabel: 40,
  /** Recursion depth of an expression. Measured on AWS: `1 + $f($x - 1)` reaches `$f(31)`; floci-io/floci issue 2737. */
  expressionDepth: 100,
  /** Iterations of an inline Map that run at once. Source: "Map state processing modes", AWS Step Functions developer guide. */
  inlineConcurrency: 40,
  /** Child executions of a distributed Map that run at once. */
  distributedConcurrency: 10_000,
  /** Items that a distributed Map reads. Source: "ItemReader (Map)", MaxItems, AWS Step Functions developer guide. */
  mapItems: 100_000_000,
  /** The longest timeout or wait, in seconds. */
  seconds: 99_999_999,
  /** The most attempts of a retrier. Source: "Retrying after an error", MaxAttempts, AWS Step Functions developer guide. */
  retries: 99_999_999,
  /** Characters of the cause of a failed execution. Source: "DescribeExecution", AWS Step Functions API reference. */
  cause: 32_768,
  /** Seconds of a Standard execution: a year. */
  standardSeconds: 366 * 24 * 3600,
  /** Seconds of an Express execution. */
  expressSeconds: 300,
  /** Calls of functions that run at once in a region of an account; a new account may have fewer. */
  concurrentCalls: 1000,
  /** The longest timeout of a function, in seconds. */
  functionSeconds: 900,
  /** The least memory of a function, in MB. */
  leastFunctionMemory: 128,
  /** The most memory of a function, in MB. */
  functionMemory: 10_240,
  /** Bytes of a function's request and of its response. */
  functionPayload: 6 * 1024 * 1024,
  /** Characters of a function's name. Source: "CreateFunction", AWS Lambda API reference. */
  functionName: 64,
  /** Bytes of the names and values of a function's environment. Source: "Lambda quotas", AWS Lambda developer guide. */
  functionEnvironment: 4096,
  /** Characters of a function's description. Source: "CreateFunction", AWS Lambda API reference. */
  functionDescription: 256,
} as const;

/** Timeout, in seconds, of a deployed component that sets none: our own choice, not AWS's. */
export const DEFAULT_SECONDS = 60;

/**
 * Items of maps that an execution runs at once where nothing else is said, of one call each: our own choice, not AWS's. A
 * fifth of {@link QUOTAS.concurrentCalls}, which all flows and other functions of an account share. How many items there are,
 * data says; the steps that are written out are as many as their author wants.
 */
export const DEFAULT_CONCURRENCY = QUOTAS.concurrentCalls / 5;
