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

/** The name of a pass, as `--without` takes it. */
export type PassName = (typeof PASS_NAMES)[number];
