import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Component, component, type StoreUse, wrap } from '../../../lib/runtime/index.ts';
import { STORE_USES } from '../../../lib/runtime/stores/store-use.ts';
import { memoryStore } from './memory-store.ts';

/** Runs a component that declares `uses`. */
async function run(uses: readonly StoreUse[], act: Component['run']): Promise<unknown> {
  const made = component({ input: z.unknown(), output: z.unknown(), uses }, act);
  const store = memoryStore();
  const slots = await wrap(made, { store: () => store })({ step: 's', input: null, reads: ['$'] }, { log: () => {} });
  return slots.$;
}

const refused = { name: 'COMPONENT_FAILED' };

describe('the store of a component', () => {
  it('has blobs, whatever the component declares', async () => {
    expect(await run([], async (_, { blobs }) => blobs.get((await blobs.put('v')).blobId))).toBe('v');
  });

  it('has the cache where it is declared; where not, the failure says how', async () => {
    const act: Component['run'] = async (_, { cache }) => {
      await cache.set('k', 'v');
      return cache.get('k');
    };
    expect(await run(['cache'], act)).toBe('v');
    const message = `step "s": its component uses ctx.cache and does not declare it; write uses: ['cache'] among its options, so that its function may reach the cache`;
    await expect(run([], act)).rejects.toMatchObject({ ...refused, message });
    await expect(run([], (_, { cache }) => cache.get('k'))).rejects.toMatchObject({ ...refused, message });
  });

  it.each(['map-items', 'map-results'] as const)('has %s only for what is declared', async (folder) => {
    for (const use of Object.keys(STORE_USES) as StoreUse[]) {
      const outcomeOf = (act: Component['run']) =>
        run([use], act).then(
          () => 'done',
          (error: Error) => error.name,
        );
      const key = `${folder}/x.json`;
      const expected = (access: string) => (use === `${folder}:${access}` ? 'done' : 'COMPONENT_FAILED');
      expect(await outcomeOf((_, { objects }) => objects.has(key))).toBe(expected('read'));
      expect(await outcomeOf((_, { objects }) => objects.writeOnce(key, '1'))).toBe(expected('write'));
    }
  });

  it.each(['own/key.json', 'values/../cache/key.json', 'valuesX'])('has no other folders (%s)', async (key) => {
    await expect(run(['cache'], (_, { objects }) => objects.write(key, ''))).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('store values with ctx.blobs'),
    });
  });
});
