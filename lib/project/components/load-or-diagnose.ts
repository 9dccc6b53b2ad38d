import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import { loadInHost } from '../host/hosts.ts';
import { type Bundle, type BundleOptions, bundleEach } from './bundle.ts';
import { diagnoseLoad } from './bundle-error.ts';
import { type LoadedComponent, loadBundle } from './load.ts';

/** The outcome of loading a component: what it declares, or the reasons why it cannot be loaded. */
export type LoadOutcome = LoadedComponent | readonly Diagnostic[];

/** Whether a component has been loaded. */
export const isLoaded = (outcome: LoadOutcome): outcome is LoadedComponent => 'entry' in outcome;

/**
 * Loads a bundle, or returns diagnostics of its component; for a fused chain, of the component that is wrong. Only
 * built-in components are loaded into this process.
 */
export async function loadOrDiagnose(bundle: Bundle, options: BundleOptions): Promise<LoadOutcome> {
  const { component } = bundle;
  const outcome = component.builtin
    ? await loadBundle(bundle).catch((error: unknown) => diagnoseLoad(component, error))
    : await loadInHost(bundle);
  if ('entry' in outcome) return outcome;
  const problems = await diagnoseFusedComponents(bundle, options);
  return problems.length > 0 ? problems : [outcome];
}

/** Bundles and loads each component of a fused chain separately, to find the one that is wrong. */
async function diagnoseFusedComponents({ component }: Bundle, options: BundleOptions): Promise<readonly Diagnostic[]> {
  const separate = await bundleEach([...new Set(component.fusedComponents)], options);
  const outcomes = separate.map((one) => ('diagnostics' in one ? one.diagnostics : loadOrDiagnose(one, options)));
  return (await Promise.all(outcomes)).flatMap((one) => (isLoaded(one) ? [] : one));
}
