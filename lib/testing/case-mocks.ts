import type { CompiledStep } from '../compiler/compile.ts';
import { PASS_NAMES } from '../compiler/passes/passes.ts';
import { type Diagnostic, diagnose } from '../diagnostics/diagnostics.ts';
import type { Catalog } from '../project/components/index.ts';
import { type OpenedFlow, openFlow } from '../project/open-flow.ts';
import type { Mocks } from '../run/tasks/mocks.ts';
import { configuredMocks } from './configured-mocks.ts';
import { canonical, targetCheck } from './mock-targets.ts';
import type { Suite } from './open-suite.ts';
import { componentSource, type PluginConfig } from './plugin-config.ts';
import type { CaseMock, TestCase } from './test-case.ts';

/** The mocks of a case, and the diagnostics about them. */
export interface CaseMocks {
  readonly mocks: Mocks;
  readonly diagnostics: readonly Diagnostic[];
}

/** The flow that the mocks of a case refer to. */
export interface CaseFlow {
  readonly file: string;
  readonly steps: readonly CompiledStep[];
  readonly catalog: Catalog;
  readonly config: PluginConfig;
}

/** Opens a suite's flow without passes of the optimiser, so that mocks can refer to every step that is written in it. */
export function openCaseFlow(
  { file, source, folders, config, shared }: Suite,
  variables: TestCase['variables'] = {},
): CaseFlow & Pick<OpenedFlow, 'compiled'> {
  const given = { ...folders, file, source, variables, without: PASS_NAMES, profileFile: 'none' } as const;
  const { compiled, lookup } = openFlow(given, shared.lookupIn);
  return { file, compiled, steps: compiled.steps, catalog: lookup.catalog, config };
}

/**
 * The mocks of a case: its own, and those of the configuration's mock plugins. A step whose component belongs to a
 * plugin that does not run here is a diagnostic, unless the project has the component or the case a mock.
 */
export function mocksForCase({ mocks: own }: Pick<TestCase, 'mocks'>, caseFlow: CaseFlow): CaseMocks {
  const configured = configuredMocks(caseFlow.config);
  const written = Object.fromEntries(own.map(({ target, behaviours }) => [target, behaviours]));
  const unsupported = caseFlow.steps.flatMap((step) => unsupportedIn(step, own, caseFlow));
  return {
    // A step that has this diagnostic needs no other one: with a mock, its component is not missing.
    mocks: {
      ...unreachable(caseFlow),
      ...configured,
      ...written,
      ...Object.fromEntries(unsupported.map(({ id }) => [id, []])),
    },
    diagnostics: [...own.flatMap(targetCheck(caseFlow)), ...unsupported.map(({ diagnostic }) => diagnostic)],
  };
}

/** Mocks of the components that have no file: a run that gets to one fails, others need not mock it. */
function unreachable({ steps, catalog }: CaseFlow): Mocks {
  const missing = steps.filter(({ calls, component }) => calls && catalog.resolve(component) === undefined);
  return Object.fromEntries(
    missing.map(({ component }) => {
      const message = `there is no component ${component}, and the case has no mock of it`;
      return [component, [{ outcome: 'failed', error: { code: 'UNREACHABLE', message } }]];
    }),
  );
}

function isMocked({ id, component }: CompiledStep, own: readonly CaseMock[], catalog: Catalog): boolean {
  const path = canonical(catalog, component);
  return own.some(({ target }) => target === id || canonical(catalog, target) === path);
}

function unsupportedIn(step: CompiledStep, own: readonly CaseMock[], { config, catalog, file }: CaseFlow) {
  const { id, component, componentSpan, calls } = step;
  const source = componentSource(config, component);
  if (source.kind !== 'unsupported' || !calls || isMocked(step, own, catalog) || catalog.resolve(component)) return [];
  const { name: plugin, type } = source.plugin;
  return [{ id, diagnostic: diagnose('unsupported-plugin', { component, plugin, type }, { file, ...componentSpan }) }];
}
