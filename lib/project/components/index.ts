export { type Bundle, type BundleOptions, bundle, bundleEach } from './bundle.ts';
export { BundleError, diagnoseLoad } from './bundle-error.ts';
export { type Catalog, type CatalogOptions, type ComponentFile, findComponents } from './catalog.ts';
export { type LoadedComponent, loadBundle } from './load.ts';
export { loadOrDiagnose } from './load-or-diagnose.ts';
export {
  DEFAULT_MEMORY_MB,
  type Requirements as Needs,
  secondsOfFusedChain as secondsOfChain,
} from './requirements.ts';
