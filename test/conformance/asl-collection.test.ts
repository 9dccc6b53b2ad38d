import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DefinitionError, loadStateMachine } from '../../lib/engine/index.ts';
import { hasShared, shared } from '../shared.ts';

/** State machines from AWS's public collections of samples. */
const FOLDER = 'conformance/asl/collection';

/** The one that AWS refuses too: QueryLanguage stands among its states. */
const NOT_WELL_FORMED = 'shared-fallback-state-jsonata.asl.json';

const load = (name: string) => loadStateMachine(JSON.parse(readFileSync(join(shared(FOLDER), name), 'utf8')));

describe.skipIf(!hasShared(FOLDER))("AWS's samples", () => {
  const names = hasShared(FOLDER) ? readdirSync(shared(FOLDER)).filter((name) => name.endsWith('.json')) : [];

  test.each(names.filter((name) => name !== NOT_WELL_FORMED))('%s loads', (name) => {
    expect(load(name).machine.states.size).toBeGreaterThan(0);
  });

  test('the one that is not well formed is refused with its place', () => {
    expect(() => load(NOT_WELL_FORMED)).toThrow(DefinitionError);
    expect(() => load(NOT_WELL_FORMED)).toThrow('Expected value of type [OBJECT] at /States/QueryLanguage');
  });
});
