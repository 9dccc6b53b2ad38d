/**
 * The API for writing components, and the wrapper of their functions.
 *
 * @module stepflow-aws/component
 */

export { ERROR_CODES, type ErrorCode, FlowError, isFlowError, SkipStep } from '../protocol/errors.ts';
export {
  type AttachedWork,
  type Invocation,
  parseSlotKey,
  type Slots,
  type Test,
  testKey,
} from '../protocol/invocation.ts';
export { isObject, type Json, type JsonObject } from '../protocol/json.ts';
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
} from '../protocol/markers.ts';
export { type Path, type PathError, parsePath, resultAt, type Segment, valueAt } from '../protocol/path.ts';
export { type Component, type ComponentOptions, type Context, component } from './component.ts';
export { wrapFusedChain } from './fused-chain.ts';
export type { LogEntry, Logger, LogLevel, LogSink } from './logger.ts';
export { HIDDEN } from './secrets/scrub.ts';
export {
  openSecrets,
  type ReadSecret,
  SECRETS_VARIABLE,
  type SecretLocations,
  type SecretSource,
} from './secrets/secrets.ts';
export { type FoundMarker, findMarkers, hydrate } from './spill/hydrate.ts';
export { bytesOf, MIN_SHARE, spillSlots, spillValue } from './spill/spill.ts';
export { type InputBudget, spillInput } from './spill/spill-input.ts';
export { type BlobRef, type BlobStore, blobIdOf, blobStore } from './stores/blobs.ts';
export { type CacheStore, cacheStore } from './stores/cache.ts';
export { FILES_VARIABLE, type FlowFiles } from './stores/files.ts';
export { folderStore } from './stores/folder-store.ts';
export type { ObjectStore } from './stores/object-store.ts';
export { BLOBS_VARIABLE, DEFAULT_BLOBS_FOLDER, type LoadS3, openStore } from './stores/open-store.ts';
export type { StoreUse } from './stores/store-use.ts';
export { waitingComponent, wrapWaiting } from './waiting.ts';
export { type Handler, type HostContext, type WrapOptions, wrap } from './wrapper.ts';
