/** Iterations of an inline Map that run at once. Source: "Map state processing modes", AWS Step Functions developer guide. */
export const INLINE_AT_ONCE = 40;

/** The most seconds that a function may take. Source: "Lambda quotas", AWS Lambda developer guide. */
export const FUNCTION_SECONDS = 900;

/** Seconds that a deployed component may take that does not say. */
export const DEFAULT_SECONDS = 60;
