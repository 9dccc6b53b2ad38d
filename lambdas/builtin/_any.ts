import * as z from 'zod';
import type { Json } from '../../lib/runtime/index.ts';

/** Any value, and there must be one. Not `z.json()`, which would walk and copy data that may be many megabytes. */
export const anyValue = z.custom<Json>((value) => value !== undefined, 'Missing: expected any value');
