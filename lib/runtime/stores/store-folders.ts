/**
 * What a store contains, each kind in a folder of its own. No folder contains another: rights and lives of objects are set by
 * the beginning of their keys, and where two beginnings fit, the shorter life counts. Source: "Lifecycle configuration
 * elements", Amazon S3 user guide.
 */
export const STORE_FOLDERS = {
  blobs: 'values',
  cache: 'cache',
  mapItems: 'map-items',
  mapResults: 'map-results',
  waiting: 'waiting',
} as const;

/** A kind of objects in a store. */
export type StoreKind = keyof typeof STORE_FOLDERS;

/** All kinds. */
export const STORE_KINDS = Object.keys(STORE_FOLDERS) as readonly StoreKind[];

/** The key of an object, from the store's root. */
export const keyIn = (kind: StoreKind, name: string): string => `${STORE_FOLDERS[kind]}/${name}`;
