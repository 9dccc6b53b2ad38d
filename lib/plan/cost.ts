/** Measured seconds, by step and by component path: the file `NAME.profile.json`. */
export interface Profile {
  readonly steps?: { readonly [id: string]: { readonly seconds: number } };
  readonly components?: { readonly [path: string]: { readonly seconds: number } };
}

/** How long a step takes, in seconds; only the relations between steps matter to the plan. */
export type Cost = (step: { readonly id: string; readonly component: string }) => number;

/** A step's own seconds, else its component's, else 1. */
export function costModel(profile: Profile = {}): Cost {
  return ({ id, component }) => profile.steps?.[id]?.seconds ?? profile.components?.[component]?.seconds ?? 1;
}
