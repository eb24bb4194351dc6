import type { Buffer } from "node:buffer";
import { type Client, connectivityState, Metadata } from "@grpc/grpc-js";
import type { AgentSettings } from "../agent-options.ts";
import type { Complaints } from "../complaints.ts";
import type { ConnectionState } from "../connection-state.ts";
import type {
  CacheDeleteRequest,
  CacheDeleteResponse,
  CacheLookupRequest,
  CacheLookupResponse,
  CacheUpsertRequest,
  CacheUpsertResponse,
} from "../contract/cache.ts";
import type { CheckRequest, CheckResponse, EndRequest, EndResponse } from "../contract/check.ts";
import { ApertureError } from "../contract/errors.ts";
import type { CallOptions, FlowControl } from "../contract/flow-control.ts";
import type { FlowRecord } from "../contract/flow-record.ts";
import type { CheckHttpRequest } from "../contract/http.ts";
