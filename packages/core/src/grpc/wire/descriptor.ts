// biome-ignore-all lint/style/noExcessiveLinesPerFile: made from proto/ by scripts/generate-descriptor.ts

/** The definitions of `proto/`, so that no file is read at run time. */
export const DESCRIPTOR: object = {
  nested: {
    aperture: {
      nested: {
        flowcontrol: {
          nested: {
            check: {
              nested: {
                v1: {
                  nested: {
                    FlowControlService: {
                      methods: {
                        Check: { requestType: "CheckRequest", responseType: "CheckResponse" },
                        CacheLookup: { requestType: "CacheLookupRequest", responseType: "CacheLookupResponse" },
                        CacheUpsert: { requestType: "CacheUpsertRequest", responseType: "CacheUpsertResponse" },
                        CacheDelete: { requestType: "CacheDeleteRequest", responseType: "CacheDeleteResponse" },
                        FlowEnd: { requestType: "FlowEndRequest", responseType: "FlowEndResponse" },
                      },
                    },
                    CheckRequest: {
                      fields: {
                        control_point: { type: "string", id: 1 },
                        labels: { keyType: "string", type: "string", id: 2 },
                        ramp_mode: { type: "bool", id: 3 },
                        cache_lookup_request: { type: "CacheLookupRequest", id: 4 },
                        expect_end: { type: "bool", id: 5 },
                      },
                    },
                    CheckResponse: {
                      fields: {
                        start: { type: "google.protobuf.Timestamp", id: 1 },
                        end: { type: "google.protobuf.Timestamp", id: 2 },
                        services: { rule: "repeated", type: "string", id: 4 },
                        control_point: { type: "string", id: 5 },
                        flow_label_keys: { rule: "repeated", type: "string", id: 6 },
                        telemetry_flow_labels: { keyType: "string", type: "string", id: 7 },
                        decision_type: { type: "DecisionType", id: 8 },
                        reject_reason: { type: "RejectReason", id: 9 },
                        classifier_infos: { rule: "repeated", type: "ClassifierInfo", id: 10 },
                        flux_meter_infos: { rule: "repeated", type: "FluxMeterInfo", id: 11 },
                        limiter_decisions: { rule: "repeated", type: "LimiterDecision", id: 12 },
                        wait_time: { type: "google.protobuf.Duration", id: 13 },
                        denied_response_status_code: { type: "StatusCode", id: 14 },
                        cache_lookup_response: { type: "CacheLookupResponse", id: 15 },
                        expect_end: { type: "bool", id: 16 },
                      },
                      nested: {
                        DecisionType: { values: { DECISION_TYPE_ACCEPTED: 0, DECISION_TYPE_REJECTED: 1 } },
                        RejectReason: {
                          values: {
                            REJECT_REASON_NONE: 0,
                            REJECT_REASON_RATE_LIMITED: 1,
                            REJECT_REASON_NO_TOKENS: 2,
                            REJECT_REASON_NOT_SAMPLED: 3,
                            REJECT_REASON_NO_MATCHING_RAMP: 4,
                          },
                        },
                      },
                    },
                    ClassifierInfo: {
                      fields: {
                        policy_name: { type: "string", id: 1 },
                        policy_hash: { type: "string", id: 2 },
                        classifier_index: { type: "int64", id: 3 },
                        error: { type: "Error", id: 5 },
                      },
                      nested: {
                        Error: {
                          values: {
                            ERROR_NONE: 0,
                            ERROR_EVAL_FAILED: 1,
                            ERROR_EMPTY_RESULTSET: 2,
                            ERROR_AMBIGUOUS_RESULTSET: 3,
                            ERROR_MULTI_EXPRESSION: 4,
                            ERROR_EXPRESSION_NOT_MAP: 5,
                          },
                        },
                      },
                    },
                    FluxMeterInfo: { fields: { flux_meter_name: { type: "string", id: 1 } } },
                    LimiterDecision: {
                      oneofs: {
                        details: {
                          oneof: [
                            "rate_limiter_info",
                            "load_scheduler_info",
                            "sampler_info",
                            "quota_scheduler_info",
                            "concurrency_limiter_info",
                            "concurrency_scheduler_info",
                          ],
                        },
                      },
                      fields: {
                        policy_name: { type: "string", id: 1 },
                        policy_hash: { type: "string", id: 2 },
                        component_id: { type: "string", id: 3 },
                        dropped: { type: "bool", id: 4 },
                        reason: { type: "LimiterReason", id: 5 },
                        denied_response_status_code: { type: "StatusCode", id: 10 },
                        wait_time: { type: "google.protobuf.Duration", id: 11 },
                        rate_limiter_info: { type: "RateLimiterInfo", id: 20 },
                        load_scheduler_info: { type: "SchedulerInfo", id: 21 },
                        sampler_info: { type: "SamplerInfo", id: 22 },
                        quota_scheduler_info: { type: "QuotaSchedulerInfo", id: 23 },
                        concurrency_limiter_info: { type: "ConcurrencyLimiterInfo", id: 24 },
                        concurrency_scheduler_info: { type: "ConcurrencySchedulerInfo", id: 25 },
                      },
                      nested: {
                        LimiterReason: { values: { LIMITER_REASON_UNSPECIFIED: 0, LIMITER_REASON_KEY_NOT_FOUND: 1 } },
                        TokensInfo: {
                          fields: {
                            remaining: { type: "double", id: 1 },
                            current: { type: "double", id: 2 },
                            consumed: { type: "double", id: 3 },
                          },
                        },
                        RateLimiterInfo: {
                          fields: { label: { type: "string", id: 1 }, tokens_info: { type: "TokensInfo", id: 2 } },
                        },
                        SchedulerInfo: {
                          fields: {
                            workload_index: { type: "string", id: 1 },
                            tokens_info: { type: "TokensInfo", id: 2 },
                            priority: { type: "double", id: 3 },
                          },
                        },
                        SamplerInfo: { fields: { label: { type: "string", id: 1 } } },
                        QuotaSchedulerInfo: {
                          fields: {
                            label: { type: "string", id: 1 },
                            workload_index: { type: "string", id: 2 },
                            tokens_info: { type: "TokensInfo", id: 3 },
                            priority: { type: "double", id: 4 },
                          },
                        },
                        ConcurrencyLimiterInfo: {
                          fields: {
                            label: { type: "string", id: 1 },
                            tokens_info: { type: "TokensInfo", id: 2 },
                            request_id: { type: "string", id: 3 },
                          },
                        },
                        ConcurrencySchedulerInfo: {
                          fields: {
                            label: { type: "string", id: 1 },
                            workload_index: { type: "string", id: 2 },
                            tokens_info: { type: "TokensInfo", id: 3 },
                            priority: { type: "double", id: 4 },
                            request_id: { type: "string", id: 5 },
                          },
                        },
                      },
                    },
                    InflightRequestRef: {
                      fields: {
                        policy_name: { type: "string", id: 1 },
                        policy_hash: { type: "string", id: 2 },
                        component_id: { type: "string", id: 3 },
                        label: { type: "string", id: 4 },
                        request_id: { type: "string", id: 5 },
                        tokens: { type: "double", id: 6 },
                      },
                    },
                    FlowEndRequest: {
                      fields: {
                        control_point: { type: "string", id: 1 },
                        inflight_requests: { rule: "repeated", type: "InflightRequestRef", id: 2 },
                      },
                    },
                    FlowEndResponse: {
                      fields: { token_return_statuses: { rule: "repeated", type: "TokenReturnStatus", id: 1 } },
                    },
                    TokenReturnStatus: {
                      fields: {
                        inflight_request_ref: { type: "InflightRequestRef", id: 1 },
                        returned: { type: "bool", id: 2 },
                        error: { type: "string", id: 3 },
                      },
                    },
                    CacheLookupStatus: { values: { HIT: 0, MISS: 1 } },
                    CacheOperationStatus: { values: { SUCCESS: 0, ERROR: 1 } },
                    CacheLookupRequest: {
                      fields: {
                        control_point: { type: "string", id: 1 },
                        result_cache_key: { type: "string", id: 2 },
                        global_cache_keys: { rule: "repeated", type: "string", id: 3 },
                      },
                    },
                    CacheLookupResponse: {
                      fields: {
                        result_cache_response: { type: "KeyLookupResponse", id: 1 },
                        global_cache_responses: { keyType: "string", type: "KeyLookupResponse", id: 2 },
                      },
                    },
                    KeyLookupResponse: {
                      fields: {
                        value: { type: "bytes", id: 1 },
                        lookup_status: { type: "CacheLookupStatus", id: 2 },
                        operation_status: { type: "CacheOperationStatus", id: 3 },
                        error: { type: "string", id: 4 },
                      },
                    },
                    CacheEntry: {
                      fields: {
                        key: { type: "string", id: 1 },
                        value: { type: "bytes", id: 2 },
                        ttl: { type: "google.protobuf.Duration", id: 3 },
                      },
                    },
                    CacheUpsertRequest: {
                      fields: {
                        control_point: { type: "string", id: 1 },
                        result_cache_entry: { type: "CacheEntry", id: 2 },
                        global_cache_entries: { keyType: "string", type: "CacheEntry", id: 3 },
                      },
                    },
                    CacheUpsertResponse: {
                      fields: {
                        result_cache_response: { type: "KeyUpsertResponse", id: 1 },
                        global_cache_responses: { keyType: "string", type: "KeyUpsertResponse", id: 2 },
                      },
                    },
                    KeyUpsertResponse: {
                      fields: {
                        operation_status: { type: "CacheOperationStatus", id: 1 },
                        error: { type: "string", id: 2 },
                      },
                    },
                    CacheDeleteRequest: {
                      fields: {
                        control_point: { type: "string", id: 1 },
                        result_cache_key: { type: "string", id: 2 },
                        global_cache_keys: { rule: "repeated", type: "string", id: 3 },
                      },
                    },
                    CacheDeleteResponse: {
                      fields: {
                        result_cache_response: { type: "KeyDeleteResponse", id: 1 },
                        global_cache_responses: { keyType: "string", type: "KeyDeleteResponse", id: 2 },
                      },
                    },
                    KeyDeleteResponse: {
                      fields: {
                        operation_status: { type: "CacheOperationStatus", id: 1 },
                        error: { type: "string", id: 2 },
                      },
                    },
                    StatusCode: {
                      values: {
                        Empty: 0,
                        Continue: 100,
                        OK: 200,
                        Created: 201,
                        Accepted: 202,
                        NonAuthoritativeInformation: 203,
                        NoContent: 204,
                        ResetContent: 205,
                        PartialContent: 206,
                        MultiStatus: 207,
                        AlreadyReported: 208,
                        IMUsed: 226,
                        MultipleChoices: 300,
                        MovedPermanently: 301,
                        Found: 302,
                        SeeOther: 303,
                        NotModified: 304,
                        UseProxy: 305,
                        TemporaryRedirect: 307,
                        PermanentRedirect: 308,
                        BadRequest: 400,
                        Unauthorized: 401,
                        PaymentRequired: 402,
                        Forbidden: 403,
                        NotFound: 404,
                        MethodNotAllowed: 405,
                        NotAcceptable: 406,
                        ProxyAuthenticationRequired: 407,
                        RequestTimeout: 408,
                        Conflict: 409,
                        Gone: 410,
                        LengthRequired: 411,
                        PreconditionFailed: 412,
                        PayloadTooLarge: 413,
                        URITooLong: 414,
                        UnsupportedMediaType: 415,
                        RangeNotSatisfiable: 416,
                        ExpectationFailed: 417,
                        MisdirectedRequest: 421,
                        UnprocessableEntity: 422,
                        Locked: 423,
                        FailedDependency: 424,
                        UpgradeRequired: 426,
                        PreconditionRequired: 428,
                        TooManyRequests: 429,
                        RequestHeaderFieldsTooLarge: 431,
                        InternalServerError: 500,
                        NotImplemented: 501,
                        BadGateway: 502,
                        ServiceUnavailable: 503,
                        GatewayTimeout: 504,
                        HTTPVersionNotSupported: 505,
                        VariantAlsoNegotiates: 506,
                        InsufficientStorage: 507,
                        LoopDetected: 508,
                        NotExtended: 510,
                        NetworkAuthenticationRequired: 511,
                      },
                    },
                  },
                },
              },
            },
            checkhttp: {
              nested: {
                v1: {
                  nested: {
                    FlowControlServiceHTTP: {
                      methods: { CheckHTTP: { requestType: "CheckHTTPRequest", responseType: "CheckHTTPResponse" } },
                    },
                    CheckHTTPRequest: {
                      fields: {
                        source: { type: "SocketAddress", id: 1 },
                        destination: { type: "SocketAddress", id: 2 },
                        request: { type: "HttpRequest", id: 3 },
                        control_point: { type: "string", id: 4 },
                        ramp_mode: { type: "bool", id: 5 },
                        expect_end: { type: "bool", id: 6 },
                      },
                      nested: {
                        HttpRequest: {
                          fields: {
                            method: { type: "string", id: 1 },
                            headers: { keyType: "string", type: "string", id: 2 },
                            path: { type: "string", id: 3 },
                            host: { type: "string", id: 4 },
                            scheme: { type: "string", id: 5 },
                            size: { type: "int64", id: 6 },
                            protocol: { type: "string", id: 7 },
                            body: { type: "string", id: 8 },
                          },
                        },
                      },
                    },
                    SocketAddress: {
                      fields: {
                        protocol: { type: "Protocol", id: 1 },
                        address: { type: "string", id: 2 },
                        port: { type: "uint32", id: 3 },
                      },
                      nested: { Protocol: { values: { TCP: 0, UDP: 1 } } },
                    },
                    CheckHTTPResponse: {
                      oneofs: { http_response: { oneof: ["denied_response", "ok_response"] } },
                      fields: {
                        status: { type: "google.rpc.Status", id: 1 },
                        denied_response: { type: "DeniedHttpResponse", id: 2 },
                        ok_response: { type: "OkHttpResponse", id: 3 },
                        dynamic_metadata: { type: "google.protobuf.Struct", id: 4 },
                        check_response: { type: "aperture.flowcontrol.check.v1.CheckResponse", id: 5 },
                      },
                    },
                    DeniedHttpResponse: {
                      fields: {
                        status: { type: "int32", id: 1 },
                        headers: { keyType: "string", type: "string", id: 2 },
                        body: { type: "string", id: 3 },
                      },
                    },
                    OkHttpResponse: {
                      fields: {
                        headers: { keyType: "string", type: "string", id: 1 },
                        dynamic_metadata: { type: "google.protobuf.Struct", id: 2 },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
    google: {
      nested: {
        protobuf: {
          nested: {
            Duration: { fields: { seconds: { type: "int64", id: 1 }, nanos: { type: "int32", id: 2 } } },
            Timestamp: { fields: { seconds: { type: "int64", id: 1 }, nanos: { type: "int32", id: 2 } } },
            Struct: { fields: { fields: { keyType: "string", type: "Value", id: 1 } } },
            Value: {
              oneofs: {
                kind: { oneof: ["nullValue", "numberValue", "stringValue", "boolValue", "structValue", "listValue"] },
              },
              fields: {
                nullValue: { type: "NullValue", id: 1 },
                numberValue: { type: "double", id: 2 },
                stringValue: { type: "string", id: 3 },
                boolValue: { type: "bool", id: 4 },
                structValue: { type: "Struct", id: 5 },
                listValue: { type: "ListValue", id: 6 },
              },
            },
            NullValue: { values: { NULL_VALUE: 0 } },
            ListValue: { fields: { values: { rule: "repeated", type: "Value", id: 1 } } },
          },
        },
        rpc: { nested: { Status: { fields: { code: { type: "int32", id: 1 }, message: { type: "string", id: 2 } } } } },
      },
    },
    opentelemetry: {
      nested: {
        proto: {
          nested: {
            collector: {
              nested: {
                trace: {
                  nested: {
                    v1: {
                      nested: {
                        TraceService: {
                          methods: {
                            Export: {
                              requestType: "ExportTraceServiceRequest",
                              responseType: "ExportTraceServiceResponse",
                            },
                          },
                        },
                        ExportTraceServiceRequest: {
                          fields: { resource_spans: { rule: "repeated", type: "ResourceSpans", id: 1 } },
                        },
                        ExportTraceServiceResponse: {
                          fields: { partial_success: { type: "ExportTracePartialSuccess", id: 1 } },
                        },
                        ExportTracePartialSuccess: {
                          fields: {
                            rejected_spans: { type: "int64", id: 1 },
                            error_message: { type: "string", id: 2 },
                          },
                        },
                        ResourceSpans: {
                          fields: {
                            resource: { type: "Resource", id: 1 },
                            scope_spans: { rule: "repeated", type: "ScopeSpans", id: 2 },
                          },
                        },
                        Resource: { fields: { attributes: { rule: "repeated", type: "KeyValue", id: 1 } } },
                        ScopeSpans: {
                          fields: {
                            scope: { type: "InstrumentationScope", id: 1 },
                            spans: { rule: "repeated", type: "Span", id: 2 },
                          },
                        },
                        InstrumentationScope: {
                          fields: { name: { type: "string", id: 1 }, version: { type: "string", id: 2 } },
                        },
                        Span: {
                          fields: {
                            trace_id: { type: "bytes", id: 1 },
                            span_id: { type: "bytes", id: 2 },
                            parent_span_id: { type: "bytes", id: 4 },
                            name: { type: "string", id: 5 },
                            kind: { type: "int32", id: 6 },
                            start_time_unix_nano: { type: "fixed64", id: 7 },
                            end_time_unix_nano: { type: "fixed64", id: 8 },
                            attributes: { rule: "repeated", type: "KeyValue", id: 9 },
                          },
                        },
                        KeyValue: { fields: { key: { type: "string", id: 1 }, value: { type: "AnyValue", id: 2 } } },
                        AnyValue: {
                          oneofs: {
                            value: {
                              oneof: ["string_value", "bool_value", "int_value", "double_value", "bytes_value"],
                            },
                          },
                          fields: {
                            string_value: { type: "string", id: 1 },
                            bool_value: { type: "bool", id: 2 },
                            int_value: { type: "int64", id: 3 },
                            double_value: { type: "double", id: 4 },
                            bytes_value: { type: "bytes", id: 7 },
                          },
                        },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
};
