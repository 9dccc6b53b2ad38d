/** The passes, in the order in which they run. */
export const PASS_NAMES = [
  'fold-constants',
  'merge-identical',
  'inline-pure',
  'fuse-put-blob',
  'project-reads',
  'share-guards',
  'fuse-chains',
  'map-fan-outs',
  'check-output',
] as const;

/** Those that run only where it is asked for, as `--with` takes them. */
export const ON_REQUEST: readonly PassName[] = ['fuse-chains'];

/** The name of a pass, as `--without` takes it. */
export type PassName = (typeof PASS_NAMES)[number];
