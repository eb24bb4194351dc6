import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { FlowControl } from "../../src/contract/flow-control.ts";
import { addFlowControlServices, type FlowControlServiceOptions } from "../../src/grpc/service.ts";
import { RawClient } from "./raw-client.ts";

/** Serves a control on a port of its own while a test talks to it in messages of the wire. */
export async function serving(
  control: FlowControl,
  work: (client: RawClient) => Promise<void>,
  options?: FlowControlServiceOptions,
): Promise<void> {
  const server = new Server();
  addFlowControlServices(server, control, options);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const client = new RawClient(`127.0.0.1:${port}`);
  try {
    await work(client);
  } finally {
    client.close();
    server.forceShutdown();
  }
}
