import { fileURLToPath } from "node:url";
import { addFlowControlServices } from "@aperture-flow/core/grpc";
import { createEngine } from "@aperture-flow/engine";
import { Server, ServerCredentials } from "@grpc/grpc-js";

const POLICIES = fileURLToPath(new URL("../policies", import.meta.url));

/** An engine that every Aperture SDK, of any language, can ask over gRPC; until SIGTERM or SIGINT. */
async function main(address = "127.0.0.1:8089"): Promise<void> {
  const engine = await createEngine({ policies: POLICIES });
  const server = new Server();
  addFlowControlServices(server, engine, {
    onFlow: ({ controlPoint, status, startMs, endMs }) =>
      console.log(`${controlPoint}: ${status} after ${Math.round(endMs - startMs)} ms`),
  });
  const port = await listen(server, address);
  console.log(`asks are answered at ${address.replace(/:\d+$/, `:${port}`)}`);

  const end = () => server.tryShutdown(() => void engine.close());
  process.once("SIGTERM", end).once("SIGINT", end);
}

function listen(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

main(process.argv[2]).catch((error: Error) => {
  console.error(`embedded-agent: ${error.message}`);
  process.exitCode = 1;
});
