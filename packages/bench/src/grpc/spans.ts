import type { MethodDefinition } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";

const field = (type: string, id: number) => ({ rule: "repeated" as const, type, id });

/** As much of OTLP as it takes to count spans: they themselves stay bytes. */
const DESCRIPTOR = {
  nested: {
    Request: { fields: { resourceSpans: field("ResourceSpans", 1) } },
    ResourceSpans: { fields: { scopeSpans: field("ScopeSpans", 2) } },
    ScopeSpans: { fields: { spans: field("bytes", 2) } },
    Count: { methods: { count: { requestType: "Request", responseType: "Request", comment: "" } } },
  },
};

interface ExportRequest {
  readonly resourceSpans?: readonly { readonly scopeSpans?: readonly { readonly spans?: readonly Buffer[] }[] }[];
}

type Counting = Readonly<Record<"count", MethodDefinition<ExportRequest, ExportRequest>>>;

/** Counts the spans in ExportTraceServiceRequest messages. */
export function spanCounter(): (message: Buffer) => number {
  // What proto-loader makes of a descriptor has the types of no message.
  const { count } = fromJSON(DESCRIPTOR)["Count"] as unknown as Counting;
  return (message) => {
    const { resourceSpans = [] } = count.requestDeserialize(message);
    const scopes = resourceSpans.flatMap(({ scopeSpans = [] }) => scopeSpans);
    return scopes.reduce((sum, { spans = [] }) => sum + spans.length, 0);
  };
}
