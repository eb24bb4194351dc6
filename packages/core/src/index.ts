export type { TlsOptions } from "./agent-options.ts";
export { ApertureClient } from "./client.ts";
export type { ApertureClientOptions, FlowObserver } from "./client-options.ts";
export type { ConnectionState } from "./connection-state.ts";
export type {
  CacheDeleteRequest,
  CacheDeleteResponse,
  CacheEntry,
  CacheEntryLookup,
  CacheLookupRequest,
  CacheLookupResponse,
  CacheOperation,
  CacheUpsertRequest,
  CacheUpsertResponse,
} from "./contract/cache.ts";
export type {
  Accepted,
  CheckRequest,
  CheckResponse,
  ComponentRef,
  EndRequest,
  EndResponse,
  Labels,
  Lease,
  LeaseReturn,
  LimiterDecision,
  LimiterKind,
  Quota,
  Rejected,
  RejectReason,
  Tokens,
} from "./contract/check.ts";
export { ApertureError, ERROR_CODES, type ErrorCode, type FailOpenReason } from "./contract/errors.ts";
export type { Awaitable, CallOptions, FlowControl } from "./contract/flow-control.ts";
export type { FlowRecord } from "./contract/flow-record.ts";
export { FlowStatus, LookupStatus } from "./contract/flow-status.ts";
export {
  type CheckHttpRequest,
  type HttpAttributes,
  httpFlavor,
  httpLabels,
  type SocketAddress,
} from "./contract/http.ts";
export type { Logger } from "./environment.ts";
export { type Decision, Flow } from "./flow.ts";
export type { FlowCacheEntry, KeyLookupResponse, KeyOperationResponse } from "./flow-cache.ts";
export { flow } from "./flow-decorator.ts";
export type { FlowHttp, FlowParams } from "./flow-params.ts";
export type { FlowStarter } from "./flow-starter.ts";
export type { FlowCounts } from "./flow-tally.ts";
export type { LabelLimits, LabelSources, LabelValue, LabelValues } from "./labels.ts";
export { nearestName } from "./option-names.ts";
export { RejectedFlowError } from "./rejected-flow-error.ts";
