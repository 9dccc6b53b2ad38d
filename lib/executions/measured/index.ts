export { type ExecutionClients, openExecutionClients } from './clients.ts';
export { readExecutionArn } from './execution-arn.ts';
export { ExecutionError } from './execution-error.ts';
export { latestSucceeded } from './find-executions.ts';
export { type ReadExecution, readExecution } from './read-execution.ts';
export { readReports } from './read-reports.ts';
