import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { State } from '../../lib/asl/state-machine.ts';
import { statesIn } from '../../lib/asl/walk-states.ts';
import { compile } from '../../lib/compiler/compile.ts';
import { profileFileOf, readProfile } from '../../lib/compiler/plan/profile.ts';
import { complete, guideSnippets } from '../guide.ts';
import { hasShared, shared } from '../shared.ts';

interface Source {
  readonly name: string;
  readonly text: string;
  readonly profileText?: string;
}

const flowsIn = (folder: string): readonly Source[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => {
      const profile = join(folder, profileFileOf(name));
      return {
        name,
        text: readFileSync(join(folder, name), 'utf8'),
        ...(existsSync(profile) && { profileText: readFileSync(profile, 'utf8') }),
      };
    });

const SOURCES: readonly Source[] = [
  ...flowsIn(join(import.meta.dirname, '../../workflows')),
  ...(hasShared('dags') ? flowsIn(shared('dags')) : []),
  ...guideSnippets()
    .filter(({ source }) => source.includes('component:'))
    .map((snippet) => ({ name: snippet.title, text: complete(snippet).source })),
];

/** Why a state is unnecessary. */
function unnecessary(state: State): string | undefined {
  if (state.Type === 'Parallel' && state.Branches.length < 2) return 'has one branch';
  if (state.Type === 'Choice' && state.Choices.length === 0) return 'has no choice';
  if (state.Type === 'Pass' && !state.Assign && JSON.stringify(state.Output) === '{}') return 'does nothing';
  return undefined;
}

function unnecessaryIn({ text, profileText }: Source, isProfiled: boolean): readonly string[] {
  const profile = isProfiled && profileText !== undefined ? readProfile(profileText, 'profile').profile : undefined;
  const { stateMachine, nestedMachines } = compile(text, profile && { profile });
  const all = [...(stateMachine ? [stateMachine] : []), ...nestedMachines.map((nested) => nested.stateMachine)];
  expect(all).not.toEqual([]);
  return all.flatMap(statesIn).flatMap(([name, state]) => {
    const why = unnecessary(state);
    return why === undefined ? [] : [`${name} ${why}`];
  });
}

describe('no state is unnecessary', () => {
  it.each(SOURCES)('in $name', (source) => {
    expect(unnecessaryIn(source, false)).toEqual([]);
    expect(unnecessaryIn(source, true)).toEqual([]);
  });
});
