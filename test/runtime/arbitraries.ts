import fc from 'fast-check';
import type { Json } from '../../lib/runtime/index.ts';

const HASH = 'ab'.repeat(32);

const markerLike = (name: string, make: (key: string) => Json): fc.Arbitrary<Json> =>
  fc.integer({ min: 0, max: 4 }).map((dollars) => make('$'.repeat(dollars) + name));

/** JSON values among which values that look like markers, escaped markers and near misses are frequent. */
export const trickyJson: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Json>(null, true, 0, -0.5, '', 'text', '$'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom(
        'a',
        '$blob',
        '$$missing',
        '$skipped',
        '$secret',
        '$link',
        '__proto__',
        '$__proto__',
        '_jsonata_lambda',
        'size',
      ),
      tie('value'),
      {
        maxKeys: 3,
      },
    ),
    markerLike('blob', (key) => ({ [key]: HASH, blobType: 'data', size: 3 })),
    markerLike('missing', (key) => ({ [key]: 'a path' })),
    markerLike('skipped', (key) => ({ [key]: true })),
    markerLike('secret', (key) => ({ [key]: 'name' })),
    markerLike('link', (key) => ({ [key]: 'a $' })),
    markerLike('part', (key) => ({ [key]: `${HASH} 3` })),
  ),
})).value;
