import * as z from 'zod';
import { FlowError } from '../../lib/runtime/index.ts';
import { type User, users } from '../_data/index.ts';

/** A user's id in an input. */
export const userId = z.string().regex(/^u\d{3}$/, 'Invalid id: expected "u" and three digits, such as "u005"');

/** The user of that id; none is INVALID_INPUT. */
export function findUser(id: string): User {
  const user = users.find((each) => each.id === id);
  if (user) return user;
  const range = `${users[0]?.id} to ${users.at(-1)?.id}`;
  throw new FlowError('INVALID_INPUT', `there is no user "${id}"; the example data has ${range}`);
}
