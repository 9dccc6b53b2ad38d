import { parse } from 'yaml';
import type { Json } from '../../lib/runtime/index.ts';

/** The value of a YAML text; through JSON, because YAML has values that are none: dates, sets, infinities. */
export const readYaml = (text: string): Json => JSON.parse(JSON.stringify(parse(text) ?? null));
