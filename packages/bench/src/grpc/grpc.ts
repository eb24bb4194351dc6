import type { Comparison } from "../comparison.ts";
import type { Effort } from "../effort.ts";
import { delivery } from "./delivery.ts";
import { flows } from "./flows.ts";
import { service } from "./service.ts";

/** One flow that asks an agent over gRPC: what it costs the client, what is lost of its telemetry, what it costs an agent. */
export async function grpc(effort: Effort): Promise<readonly Comparison[]> {
  return [...(await flows(effort)), ...(await delivery(effort)), await service(effort)];
}
