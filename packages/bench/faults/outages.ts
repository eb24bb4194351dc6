import { ApertureClient } from "@aperture-flow/core";
import { AgentProcess } from "./agent-process.ts";
import type { Figure } from "./figures.ts";
import { percentile, put, type Sample, times, warmUp } from "./load.ts";

const TIMEOUT_MS = 200;
const RATE = 2000;

/** What carries the calls: `--transport http2`, or grpc-js. */
const transport = process.argv.includes("http2") ? "http2" : "grpc-js";

export function clientOf(address: string): ApertureClient {
  const logger = { warn: () => undefined };
  return new ApertureClient({ address, insecure: true, timeoutMs: TIMEOUT_MS, transport, logger });
}

/** F1: what a dead agent costs each flow. */
export async function deadAgent(seconds: number): Promise<readonly Figure[]> {
  const agent = await AgentProcess.start();
  await agent.kill();
  const client = clientOf(agent.address);
  // The first flows wait for gRPC to be loaded.
  await put(client, { perSecond: RATE, seconds: 2 });
  const warm = times(await put(client, { perSecond: RATE, seconds }));
  await client.shutdown();
  return [
    { goal: "F1", what: "a flow while the agent is dead, p50", value: percentile(warm, 0.5), most: 0.1, unit: "ms" },
    { goal: "F1", what: "a flow while the agent is dead, p99", value: percentile(warm, 0.99), most: 1, unit: "ms" },
  ];
}

/** F2, F3 and the second half of F4: an agent that is frozen under load, and thawed. */
export async function frozenAgent(seconds: number): Promise<readonly Figure[]> {
  const agent = await AgentProcess.start();
  const client = clientOf(agent.address);
  await warmUp(client);
  // On a busy machine the load alone may have opened the breaker.
  await untilEnforced(client);
  agent.freeze();
  const samples = await put(client, { perSecond: RATE, seconds });
  const timeouts = samples.filter(({ reason }) => reason === "timeout");
  const openedMs = Math.min(
    ...samples.filter(({ reason }) => reason === "unavailable").map(({ startedMs }) => startedMs),
  );
  const afterwards = samples.filter(({ startedMs }) => startedMs >= openedMs);
  const probes = afterwards.filter(({ reason }) => reason === "timeout");
  agent.thaw();
  const backMs = await untilEnforced(client);
  await client.shutdown();
  await agent.kill();
  return [
    {
      goal: "F2",
      what: "a flow while the agent hangs, breaker closed, p99",
      value: percentile(times(timeouts.filter((sample) => !probes.includes(sample))), 0.99),
      most: TIMEOUT_MS + 20,
      unit: "ms",
    },
    {
      goal: "F3",
      what: "a flow while the agent hangs, breaker open, p99",
      value: percentile(times(afterwards.filter((sample) => !probes.includes(sample))), 0.99),
      most: 1,
      unit: "ms",
    },
    { goal: "F3", what: "probes of a hung agent", value: probes.length / seconds, most: 2, unit: "/s" },
    { goal: "F4", what: "enforcement back after the agent goes on", value: backMs, most: 1000, unit: "ms" },
  ];
}

/** The first half of F4: an agent that is killed under load, and started again at the same place. */
export async function restartedAgent(seconds: number): Promise<readonly Figure[]> {
  const agent = await AgentProcess.start();
  const client = clientOf(agent.address);
  await warmUp(client);
  const load = put(client, { perSecond: RATE, seconds });
  await new Promise((resolve) => setTimeout(resolve, (seconds * 1000) / 3));
  const killedMs = performance.now();
  await agent.kill();
  const samples = await load;
  const again = await AgentProcess.start(agent.address);
  const backMs = await untilEnforced(client);
  await client.shutdown();
  await again.kill();
  return [
    { goal: "F4", what: "enforcement back after a restart", value: backMs, most: 2000, unit: "ms" },
    {
      goal: "C2",
      what: "a flow under way when the agent was killed, longest",
      value: longest(samples, killedMs),
      most: 50,
      unit: "ms",
    },
  ];
}

function longest(samples: readonly Sample[], killedMs: number): number {
  const underWay = samples.filter(({ startedMs, tookMs }) => startedMs < killedMs && startedMs + tookMs > killedMs);
  return Math.max(0, ...underWay.map(({ startedMs, tookMs }) => startedMs + tookMs - killedMs));
}

async function untilEnforced(client: ApertureClient): Promise<number> {
  const beganMs = performance.now();
  for (;;) {
    const [sample] = await put(client, { perSecond: 100, seconds: 0.01 });
    if (sample?.enforced === true) return performance.now() - beganMs;
  }
}
