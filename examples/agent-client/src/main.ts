import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { ApertureClient } from "@aperture-flow/core";
import { APPS } from "./apps.ts";

/** An application whose flows a remote agent decides, until it is told to end by SIGTERM or SIGINT. */
async function main(framework = "express"): Promise<void> {
  const build = APPS[framework];
  if (build === undefined) throw new Error(`"${framework}" is none of ${Object.keys(APPS).join(", ")}`);
  const client = ApertureClient.fromEnv();
  const server = await build(client);
  server.listen(Number(process.env["APERTURE_APP_PORT"] ?? 8080));
  await once(server, "listening");
  console.log(`${framework} on http://127.0.0.1:${(server.address() as AddressInfo).port}/super`);

  // Nothing else keeps the process alive: with the server gone and the last telemetry sent, it ends by itself.
  const end = () => {
    server.close(() => void client.shutdown());
    server.closeIdleConnections();
  };
  process.once("SIGTERM", end).once("SIGINT", end);
}

main(process.argv[2]).catch((error: Error) => {
  console.error(`agent-client: ${error.message}`);
  process.exitCode = 1;
});
