import type { StoreKind } from './store-folders.ts';

/** What is done with an object. */
export type StoreAccess = 'read' | 'write';

interface Use {
  readonly kind: StoreKind;
  readonly accesses: readonly StoreAccess[];
}

/**
 * What a component may use of the store besides blobs, which all may read and write: the steps of a flow hand them to each
 * other. Its function has the rights for what it declares, and for nothing else.
 */
export const STORE_USES = {
  cache: { kind: 'cache', accesses: ['read', 'write'] },
  'map-items:read': { kind: 'mapItems', accesses: ['read'] },
  'map-items:write': { kind: 'mapItems', accesses: ['write'] },
  'map-results:read': { kind: 'mapResults', accesses: ['read'] },
  'map-results:write': { kind: 'mapResults', accesses: ['write'] },
  'waiting:write': { kind: 'waiting', accesses: ['write'] },
} as const satisfies { readonly [name: string]: Use };

/** A name of {@link STORE_USES}. */
export type StoreUse = keyof typeof STORE_USES;

/** Whether a value is the name of a use. */
export const isStoreUse = (value: unknown): value is StoreUse =>
  typeof value === 'string' && Object.hasOwn(STORE_USES, value);

/** Whether `uses`, or being a component at all, allows an access to a kind of objects. */
export const allows = (uses: readonly StoreUse[], kind: StoreKind, access: StoreAccess): boolean =>
  kind === 'blobs' ||
  uses.some((use) => {
    const allowed: Use = STORE_USES[use];
    return allowed.kind === kind && allowed.accesses.includes(access);
  });
