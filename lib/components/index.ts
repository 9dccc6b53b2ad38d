export { type Bundle, type BundleOptions, bundle } from './bundle.ts';
export { BundleError } from './bundle-error.ts';
export { type Catalog, type CatalogOptions, type ComponentFile, findComponents } from './catalog.ts';
export { type LoadedComponent, loadBundle } from './load.ts';
