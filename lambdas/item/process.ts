import * as z from 'zod';
import { component } from '../../lib/runtime/index.ts';
import { round, tally } from '../_shared/statistics.ts';
import { termsOf } from '../_shared/text.ts';

/** Discount by quantity: the last tier that the quantity reaches. */
const TIERS = [
  { from: 1, discount: 0 },
  { from: 10, discount: 0.05 },
  { from: 50, discount: 0.12 },
  { from: 200, discount: 0.2 },
];

const MOST_KEYWORDS = 5;

export default component(
  {
    description: "Prices an order's item and finds what it is about.",
    input: z.object({
      item: z.object({
        name: z.string().min(1),
        description: z.string().default(''),
        quantity: z.int().positive(),
        unit_price: z.number().nonnegative(),
      }),
    }),
    output: z.object({
      name: z.string(),
      slug: z.string(),
      keywords: z.array(z.string()),
      quantity: z.int(),
      subtotal: z.number(),
      discount: z.number(),
      total: z.number(),
    }),
  },
  ({ item: { name, description, quantity, unit_price } }) => {
    const subtotal = round(quantity * unit_price);
    const discount = round(subtotal * (TIERS.findLast(({ from }) => quantity >= from)?.discount ?? 0));
    const keywords = tally(termsOf(`${name} ${description}`)).slice(0, MOST_KEYWORDS);
    return {
      name,
      slug: slugOf(name),
      keywords: keywords.map(([word]) => word),
      quantity,
      subtotal,
      discount,
      total: round(subtotal - discount),
    };
  },
);

/** A name as part of a URL: `Café au lait, 250 g` → `cafe-au-lait-250-g`. */
const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
