/** The built-in component that packs values: see {@link packWide}. */
export const PACK = '/builtin/pack';
