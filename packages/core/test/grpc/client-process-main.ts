import { ApertureClient } from "../../src/client.ts";

/** Does its work, never shuts the client down, and says how long it took the process to end by itself. */
const [address, given] = process.argv.slice(2);
const transport = given === "http2" ? given : "grpc-js";
const logger = { warn: () => undefined };
const client = new ApertureClient({ address, insecure: true, timeoutMs: 5000, transport, logger });
const flow = await client.startFlow("checkout");
await flow.end();
const done = performance.now();
process.on("exit", () => {
  process.stdout.write(JSON.stringify({ decision: flow.decision, exitMs: performance.now() - done }));
});
