import { fileURLToPath } from "node:url";
import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

/** The service of an agent as proto-loader makes it of the `.proto` files, without any option that would cost more. */
export function checkService(): ServiceDefinition {
  const folder = fileURLToPath(new URL("../../../core/proto/", import.meta.url));
  const loaded = loadSync("aperture/flowcontrol/check/v1/check.proto", { includeDirs: [folder] });
  return loaded["aperture.flowcontrol.check.v1.FlowControlService"] as ServiceDefinition;
}

export const CHECK_PATH = "/aperture.flowcontrol.check.v1.FlowControlService/Check";
export const EXPORT_PATH = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/** A method whose messages stay the bytes that they are. */
export function rawMethod(path: string): MethodDefinition<Buffer, Buffer> {
  const same = (bytes: Buffer): Buffer => bytes;
  return {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
}

export const CONTROL_POINT = "checkout";

export const LABELS: Readonly<Record<string, string>> = Object.freeze({
  user: "user-12345",
  tenant: "tenant-678",
  plan: "enterprise",
  region: "eu-central-1",
  "http.method": "POST",
  "http.path": "/orders/{id}/items",
  "http.host": "shop.example.com",
  "http.flavor": "1.1",
  "http.request.header.user-agent": "mobile/7.1.2",
  "service.version": "2026.11.24",
});

export const REQUEST = Object.freeze({ controlPoint: CONTROL_POINT, labels: LABELS });

/** What an agent answers where one rate limiter lets the flow pass. */
export const ANSWER = Object.freeze({
  start: { seconds: 1_790_000_000, nanos: 123_456_789 },
  end: { seconds: 1_790_000_000, nanos: 123_556_789 },
  services: [],
  controlPoint: CONTROL_POINT,
  flowLabelKeys: Object.keys(LABELS).sort(),
  telemetryFlowLabels: LABELS,
  decisionType: 0,
  limiterDecisions: [
    {
      policyName: "per-user",
      policyHash: "5f2c1a7e",
      componentId: "root.0",
      waitTime: { seconds: 0, nanos: 0 },
      rateLimiterInfo: {
        label: "user:user-12345",
        tokensInfo: { remaining: 999_999_999, current: 1, consumed: 1 },
      },
    },
  ],
});
