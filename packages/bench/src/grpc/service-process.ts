import type { Server } from "@grpc/grpc-js";
import { answer } from "../own-process.ts";
import { boundPort } from "./bound-port.ts";
import { SERVICES } from "./services.ts";

/** The port that the service listens on; or the CPU microseconds that it has used since it started. */
export type Question = "port" | "cpu";

const port = await boundPort((SERVICES[process.argv[2] ?? ""] as () => Server)());

answer((question: Question) => (question === "port" ? port : cpu()));

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
