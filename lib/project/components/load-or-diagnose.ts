import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import { type Bundle, type BundleOptions, bundleEach } from './bundle.ts';
import { diagnoseLoad } from './bundle-error.ts';
import { type LoadedComponent, loadBundle } from './load.ts';

/** Loads a bundle, or tells what is wrong with its component; of a chain, with which one. */
export async function loadOrDiagnose(
  made: Bundle,
  options: BundleOptions,
): Promise<LoadedComponent | readonly Diagnostic[]> {
  try {
    return await loadBundle(made);
  } catch (error) {
    const faults = await faultsOfFusedComponents(made, options);
    return faults.length > 0 ? faults : [diagnoseLoad(made.component, error)];
  }
}

/** By itself each component of a chain shows whether it is the one. */
async function faultsOfFusedComponents({ component }: Bundle, options: BundleOptions): Promise<readonly Diagnostic[]> {
  const alone = await bundleEach([...new Set(component.fusedComponents)], options);
  const tried = alone.map((one) => ('diagnostics' in one ? one.diagnostics : loadOrDiagnose(one, options)));
  return (await Promise.all(tried)).flatMap((one) => ('handler' in one ? [] : one));
}
