import { FlowError } from '../../protocol/errors.ts';
import type { ObjectStore } from './object-store.ts';
import { STORE_FOLDERS, STORE_KINDS, type StoreKind } from './store-folders.ts';
import { allows, type StoreAccess, type StoreUse } from './store-use.ts';

/**
 * A store in which a component reaches what it declares, and blobs. A deployed function has no rights for more: this says so
 * in a sentence, and already in a local run. Rejects with COMPONENT_FAILED.
 */
export function limitedStore(store: ObjectStore, uses: readonly StoreUse[], step: string): ObjectStore {
  const check = (key: string, access: StoreAccess): void => {
    const kind = kindOf(key);
    if (kind === undefined || !allows(uses, kind, access)) throw refusal(step, key, kind);
  };
  const limited =
    <Rest extends readonly unknown[], T>(access: StoreAccess, act: (key: string, ...rest: Rest) => Promise<T>) =>
    async (key: string, ...rest: Rest): Promise<T> => {
      check(key, access);
      return act(key, ...rest);
    };
  return {
    location: store.location,
    address: (key) => store.address(key),
    read: limited('read', (key) => store.read(key)),
    async *readInPieces(key) {
      check(key, 'read');
      yield* store.readInPieces(key);
    },
    has: limited('read', (key) => store.has(key)),
    write: limited('write', (key, text: string) => store.write(key, text)),
    writeOnce: limited('write', (key, text: string) => store.writeOnce(key, text)),
  };
}

const kindOf = (key: string): StoreKind | undefined =>
  key.split('/').includes('..') ? undefined : STORE_KINDS.find((kind) => key.startsWith(`${STORE_FOLDERS[kind]}/`));

function refusal(step: string, key: string, kind: StoreKind | undefined): FlowError {
  const problem =
    kind === 'cache'
      ? `its component uses ctx.cache and does not declare it; write uses: ['cache'] among its options, so that its function may reach the cache`
      : `its component has no right to "${key}" in the store; store values with ctx.blobs, or with ctx.cache`;
  return new FlowError('COMPONENT_FAILED', `step "${step}": ${problem}`);
}
