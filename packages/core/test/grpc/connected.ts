import { ApertureClient } from "../../src/client.ts";
import type { ApertureClientOptions } from "../../src/client-options.ts";
import type { Flow } from "../../src/flow.ts";
import { FakeAgent, type FakeAgentOptions } from "../../src/testing/grpc/index.ts";
import { CollectedWarnings } from "../collected-warnings.ts";

export interface Connected {
  readonly agent: FakeAgent;
  readonly client: ApertureClient;
  readonly logger: CollectedWarnings;
}

/** A fake agent and a client that is connected to it, for the length of `work`. */
export async function connected(
  work: (connected: Connected) => Promise<void>,
  agentOptions: FakeAgentOptions = {},
  clientOptions: ApertureClientOptions = {},
): Promise<void> {
  const agent = await FakeAgent.start(agentOptions);
  const logger = new CollectedWarnings();
  // Ample time: a busy machine must not turn an answer into a timeout. Tests of timeouts set their own.
  const options: ApertureClientOptions = { address: agent.address, insecure: true, logger, timeoutMs: 10_000 };
  const client = new ApertureClient({ ...options, ...clientOptions });
  try {
    await client.ready(1000);
    await work({ agent, client, logger });
  } finally {
    await client.shutdown({ timeoutMs: 200 });
    await agent.stop();
  }
}

/** Waits until something is so; the test's own timeout ends a wait in vain. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Starts flows until there is one of which something is so. */
export async function untilFlow(client: ApertureClient, condition: (flow: Flow) => boolean): Promise<Flow> {
  for (;;) {
    const flow = await client.startFlow("checkout");
    await flow.end();
    if (condition(flow)) return flow;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
