export { type Bundle, bundle, bundleEach } from './bundle.ts';
export { BundleError, diagnoseLoad } from './bundle-error.ts';
export { type Catalog, type ComponentFile, findComponents } from './catalog.ts';
export { type LoadedComponent, loadBundle } from './load.ts';
export { loadOrDiagnose } from './load-or-diagnose.ts';
