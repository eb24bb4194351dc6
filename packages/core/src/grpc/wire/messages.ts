/**
 * The messages of `proto/` as the codec sees them: names as on the wire, what was not sent is absent, enums are numbers,
 * 64-bit integers are texts.
 */
export interface WireDuration {
  readonly seconds?: string | number | undefined;
  readonly nanos?: number | undefined;
}

/** Also a Timestamp, which has the same two fields. */
export type WireTimestamp = WireDuration;

export interface WireCheckRequest {
  readonly control_point?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly ramp_mode?: boolean | undefined;
  readonly cache_lookup_request?: WireCacheKeys | undefined;
  readonly expect_end?: boolean | undefined;
}

export interface WireCheckResponse {
  readonly start?: WireTimestamp | undefined;
  readonly end?: WireTimestamp | undefined;
  readonly services?: readonly string[] | undefined;
  readonly control_point?: string | undefined;
  readonly flow_label_keys?: readonly string[] | undefined;
  readonly telemetry_flow_labels?: Readonly<Record<string, string>> | undefined;
  readonly decision_type?: number | undefined;
  readonly reject_reason?: number | undefined;
  readonly classifier_infos?: readonly object[] | undefined;
  readonly flux_meter_infos?: readonly { readonly flux_meter_name?: string | undefined }[] | undefined;
  readonly limiter_decisions?: readonly WireDecision[] | undefined;
  readonly wait_time?: WireDuration | undefined;
  readonly denied_response_status_code?: number | undefined;
  readonly cache_lookup_response?: WireCacheLookupResponse | undefined;
  readonly expect_end?: boolean | undefined;
}

export interface WireDecision {
  readonly policy_name?: string | undefined;
  readonly policy_hash?: string | undefined;
  readonly component_id?: string | undefined;
  readonly dropped?: boolean | undefined;
  readonly reason?: number | undefined;
  readonly denied_response_status_code?: number | undefined;
  readonly wait_time?: WireDuration | undefined;
  readonly rate_limiter_info?: WireLimiterInfo | undefined;
  readonly load_scheduler_info?: WireLimiterInfo | undefined;
  readonly sampler_info?: WireLimiterInfo | undefined;
  readonly quota_scheduler_info?: WireLimiterInfo | undefined;
  readonly concurrency_limiter_info?: WireLimiterInfo | undefined;
  readonly concurrency_scheduler_info?: WireLimiterInfo | undefined;
}

/** The six kinds of details in one shape; each has some of the fields. */
export interface WireLimiterInfo {
  readonly label?: string | undefined;
  readonly workload_index?: string | undefined;
  readonly tokens_info?: WireTokens | undefined;
  readonly priority?: number | undefined;
  readonly request_id?: string | undefined;
}

export interface WireTokens {
  readonly remaining?: number | undefined;
  readonly current?: number | undefined;
  readonly consumed?: number | undefined;
}

export interface WireLease {
  readonly policy_name?: string | undefined;
  readonly policy_hash?: string | undefined;
  readonly component_id?: string | undefined;
  readonly label?: string | undefined;
  readonly request_id?: string | undefined;
  readonly tokens?: number | undefined;
}

export interface WireEndRequest {
  readonly control_point?: string | undefined;
  readonly inflight_requests?: readonly WireLease[] | undefined;
}

export interface WireEndResponse {
  readonly token_return_statuses?: readonly WireLeaseReturn[] | undefined;
}

export interface WireLeaseReturn {
  readonly inflight_request_ref?: WireLease | undefined;
  readonly returned?: boolean | undefined;
  readonly error?: string | undefined;
}

/** A CacheLookupRequest or a CacheDeleteRequest. */
export interface WireCacheKeys {
  readonly control_point?: string | undefined;
  readonly result_cache_key?: string | undefined;
  readonly global_cache_keys?: readonly string[] | undefined;
}

export interface WireCacheLookupResponse {
  readonly result_cache_response?: WireKeyLookup | undefined;
  readonly global_cache_responses?: Readonly<Record<string, WireKeyLookup>> | undefined;
}

export interface WireKeyLookup {
  readonly value?: Uint8Array | undefined;
  readonly lookup_status?: number | undefined;
  readonly operation_status?: number | undefined;
  readonly error?: string | undefined;
}

export interface WireCacheEntry {
  readonly key?: string | undefined;
  readonly value?: Uint8Array | undefined;
  readonly ttl?: WireDuration | undefined;
}

export interface WireCacheUpsertRequest {
  readonly control_point?: string | undefined;
  readonly result_cache_entry?: WireCacheEntry | undefined;
  readonly global_cache_entries?: Readonly<Record<string, WireCacheEntry>> | undefined;
}

/** A CacheUpsertResponse or a CacheDeleteResponse. */
export interface WireCacheOperations {
  readonly result_cache_response?: WireKeyOperation | undefined;
  readonly global_cache_responses?: Readonly<Record<string, WireKeyOperation>> | undefined;
}

export interface WireKeyOperation {
  readonly operation_status?: number | undefined;
  readonly error?: string | undefined;
}

export interface WireCheckHttpRequest {
  readonly source?: WireSocketAddress | undefined;
  readonly destination?: WireSocketAddress | undefined;
  readonly request?: WireHttpRequest | undefined;
  readonly control_point?: string | undefined;
  readonly ramp_mode?: boolean | undefined;
  readonly expect_end?: boolean | undefined;
}

export interface WireSocketAddress {
  readonly protocol?: number | undefined;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
}

export interface WireHttpRequest {
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly path?: string | undefined;
  readonly host?: string | undefined;
  readonly scheme?: string | undefined;
  readonly size?: string | number | undefined;
  readonly protocol?: string | undefined;
  readonly body?: string | undefined;
}

export interface WireCheckHttpResponse {
  readonly status?: { readonly code?: number | undefined; readonly message?: string | undefined } | undefined;
  readonly denied_response?: WireDenied | undefined;
  readonly ok_response?: { readonly headers?: Readonly<Record<string, string>> | undefined } | undefined;
  readonly dynamic_metadata?: object | undefined;
  readonly check_response?: WireCheckResponse | undefined;
}

export interface WireDenied {
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

export interface WireExportRequest {
  readonly resource_spans?: readonly WireResourceSpans[] | undefined;
}

export interface WireResourceSpans {
  readonly resource?: { readonly attributes?: readonly WireAttribute[] | undefined } | undefined;
  readonly scope_spans?: readonly WireScopeSpans[] | undefined;
}

export interface WireScopeSpans {
  readonly scope?: { readonly name?: string | undefined; readonly version?: string | undefined } | undefined;
  readonly spans?: readonly WireSpan[] | undefined;
}

export interface WireSpan {
  readonly trace_id?: Uint8Array | undefined;
  readonly span_id?: Uint8Array | undefined;
  readonly parent_span_id?: Uint8Array | undefined;
  readonly name?: string | undefined;
  readonly kind?: number | undefined;
  readonly start_time_unix_nano?: string | undefined;
  readonly end_time_unix_nano?: string | undefined;
  readonly attributes?: readonly WireAttribute[] | undefined;
}

export interface WireAttribute {
  readonly key?: string | undefined;
  readonly value?: WireValue | undefined;
}

/** One of these is set. */
export interface WireValue {
  readonly string_value?: string | undefined;
  readonly bool_value?: boolean | undefined;
  readonly int_value?: string | number | undefined;
  readonly double_value?: number | undefined;
  readonly bytes_value?: Uint8Array | undefined;
}

export interface WireExportResponse {
  readonly partial_success?:
    | { readonly rejected_spans?: string | number | undefined; readonly error_message?: string | undefined }
    | undefined;
}
