import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, get } from "node:http";
import { fileURLToPath } from "node:url";
import { AgentProcess } from "./agent-process.ts";
import type { Figure } from "./figures.ts";
import { atRate, percentile } from "./load.ts";

const ADAPTER = fileURLToPath(new URL("../../express", import.meta.url));

/** One answer with a flow before it, and one without. Run in the folder of the adapter, which has Express. */
const APP = `
import { ApertureClient } from "@aperture-flow/core";
import { controlPoint, apertureMiddleware } from "@aperture-flow/express";
import express from "express";
const client = new ApertureClient({ address: process.argv[1], insecure: true, logger: { warn: () => undefined } });
const app = express();
const hello = (_request, response) => response.send("hello");
app.get("/plain", hello);
app.get("/guarded", apertureMiddleware({ client, controlPoint: "checkout" }), hello);
const server = app.listen(0, "127.0.0.1", () => process.send(server.address().port));
process.on("disconnect", () => process.exit());
`;

const RATE = 2000;
const ROUTES = ["/plain", "/guarded"] as const;

/** F1 as a user of an app sees it: requests with a flow and without take turns, so that both meet the same noise. */
export async function deadAgentBehindExpress(seconds: number): Promise<readonly Figure[]> {
  const agent = await AgentProcess.start();
  await agent.kill();
  const app = await startApp(agent.address);
  const connections = new Agent({ keepAlive: true, maxSockets: 64 });
  const took: Readonly<Record<(typeof ROUTES)[number], number[]>> = { "/plain": [], "/guarded": [] };
  const request = async (index: number) => {
    // Of two that begin together each is the first in turn: the second waits for it.
    const route = (index + (index >> 1)) % 2 === 0 ? "/plain" : "/guarded";
    const beganMs = performance.now();
    await answered(`${app.url}${route}`, connections);
    took[route].push(performance.now() - beganMs);
  };
  await atRate({ perSecond: RATE, seconds: 2 }, request);
  for (const route of ROUTES) took[route].length = 0;
  await atRate({ perSecond: RATE, seconds }, request);
  connections.destroy();
  app.child.disconnect();
  const added = (share: number) => percentile(took["/guarded"], share) - percentile(took["/plain"], share);
  return [
    { goal: "F1", what: "more for a request of Express, agent dead, p50", value: added(0.5), most: 0.1, unit: "ms" },
    { goal: "F1", what: "more for a request of Express, agent dead, p99", value: added(0.99), most: 1, unit: "ms" },
  ];
}

async function startApp(agentAddress: string): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", APP, agentAddress], {
    cwd: ADAPTER,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const [port] = (await once(child, "message")) as [number];
  return { url: `http://127.0.0.1:${port}`, child };
}

function answered(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}`));
      response.resume().on("end", resolve);
    }).on("error", reject);
  });
}
