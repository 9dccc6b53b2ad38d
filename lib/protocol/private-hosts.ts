/**
 * The environment variable of a deployed function with the hosts at private addresses that its component may ask, as they
 * are in URLs, with spaces between them; `*` stands for all.
 */
export const PRIVATE_HOSTS_VARIABLE = 'STEPFLOW_PRIVATE_HOSTS';

/** The context of an app that gives them to all its functions: a text like that, or a list. */
export const PRIVATE_HOSTS_CONTEXT = 'stepflow:private-hosts';
