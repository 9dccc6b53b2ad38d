import { createHash, randomUUID } from 'node:crypto';
import { QUOTAS } from '../protocol/quotas.ts';
import { percentDecoded } from './percent-decoded.ts';
import { Problem } from './problem.ts';

/** Characters that need no thought in an execution's name. */
const PLAIN_NAME = new RegExp(`^[A-Za-z0-9_-]{1,${QUOTAS.name}}$`);

/** The name of the execution for an idempotency key: the key itself where it can be one, so that it is found again in the console; else its hash. */
export const executionName = (key: string | undefined): string => {
  if (key === undefined) return randomUUID();
  return PLAIN_NAME.test(key) ? key : createHash('sha256').update(key).digest('hex');
};

/** White space, and what else no name of an execution has. Source: "StartExecution", AWS Step Functions API reference. */
const FOREIGN = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}\p{Cs}\ufffe\uffff]|\u{10ffff}/u;

/** The name of an execution that a path asks for, decoded. @throws Problem where no execution can have it */
export function readExecutionName(written: string): string {
  const id = FOREIGN.test(written) ? percentDecoded(written) : written;
  if (id.length > QUOTAS.name) {
    throw new Problem(
      'INVALID_REQUEST',
      `The id of an execution has at most ${QUOTAS.name} characters, and this one has ${id.length}; ask for the "id" that the start was answered with`,
      { parameter: 'id' },
    );
  }
  if (id !== '' && !FOREIGN.test(id)) return id;
  throw new Problem(
    'INVALID_REQUEST',
    `${JSON.stringify(id)} is no id of an execution, which has no spaces, control characters or any of < > { } [ ] ? * " # % \\ ^ | ~ \` $ & , ; : /; ask for the "id" that the start was answered with`,
    { parameter: 'id' },
  );
}
