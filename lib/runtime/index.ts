/**
 * What components are written with, and what the function around each is made of.
 *
 * @module stepflow-aws/component
 */

export { type BlobRef, type BlobStore, blobIdOf, blobStore } from './blobs.ts';
export { type CacheStore, cacheStore } from './cache.ts';
export { wrapChain } from './chain.ts';
export { type Component, type ComponentOptions, type Context, component } from './component.ts';
export { ERROR_CODES, type ErrorCode, FlowError, isFlowError, SkipStep } from './errors.ts';
export { FILES_VARIABLE, type FlowFiles } from './files.ts';
export { folderStore } from './folder-store.ts';
export { type FoundMarker, findMarkers, hydrate } from './hydrate.ts';
export { type FusedStep, type Invocation, parseSlotKey, type Slots, type Test, testKey } from './invocation.ts';
export { isObject, type Json, type JsonObject } from './json.ts';
export type { LogEntry, Logger, LogLevel, LogSink } from './logger.ts';
export type { ObjectStore } from './object-store.ts';
export { BLOBS_VARIABLE, DEFAULT_BLOBS_FOLDER, type LoadS3, openStore } from './open-store.ts';
export { type Path, type PathError, parsePath, resultAt, type Segment, valueAt } from './path.ts';
export { HIDDEN } from './scrub.ts';
export { openSecrets, type ReadSecret, SECRETS_VARIABLE, type SecretPlaces, type SecretSource } from './secrets.ts';
export { bytesOf, LEAST_SHARE, spillSlots, spillValue } from './spill.ts';
export { type InputBudget, spillInput } from './spill-input.ts';
export {
  type BlobMarker,
  escapeValue,
  isBlobMarker,
  isMissing,
  isSecret,
  isSkipped,
  missing,
  SKIPPED,
  secret,
  unescapeValue,
} from './values.ts';
export { type Handler, type HostContext, type WrapOptions, wrap } from './wrapper.ts';
