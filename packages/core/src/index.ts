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
export type { CheckHttpRequest, HttpAttributes, SocketAddress } from "./contract/http.ts";
