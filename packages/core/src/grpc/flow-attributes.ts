/** Names of span attributes that agents read flows from. Any other part of a span they leave unread. */
export const ATTRIBUTE = {
  source: "aperture.source",
  checkResponse: "aperture.check_response",
  status: "aperture.flow.status",
  startMs: "aperture.flow_start_timestamp_ms",
  startNs: "aperture.flow_start_timestamp",
  workloadStartMs: "aperture.workload_start_timestamp_ms",
  workloadStartNs: "aperture.workload_start_timestamp",
  endMs: "aperture.flow_end_timestamp_ms",
  endNs: "aperture.flow_end_timestamp",
  /** A text. */
  httpStatusCode: "http.status_code",
} as const;

export const SPAN_NAME = "Aperture Check";
