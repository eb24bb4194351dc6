import type { FlowControl } from "@aperture-flow/core";
import { addFlowControlServices } from "@aperture-flow/core/grpc";
import { rejected, ScriptedControl } from "@aperture-flow/core/testing";
import { Server, ServerCredentials } from "@grpc/grpc-js";

// An agent that rejects every flow, so that enforcement can be told from failing open, and remembers nothing.
const [address = "127.0.0.1:0"] = process.argv.slice(2);
const rejection = rejected();
const control: FlowControl = Object.assign(new ScriptedControl(), { check: () => rejection });
const server = new Server();
addFlowControlServices(server, control);
server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.send?.(`127.0.0.1:${port}`);
});
process.on("disconnect", () => process.exit());
