import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import type { ApertureClientOptions } from "../../src/client-options.ts";
import { FakeAgent } from "../../src/testing/grpc/index.ts";
import { type SilentProxy, silentProxy } from "./silent-proxy.ts";

const QUIET = { warn: () => undefined };

/** A client whose connection to an agent is lost, and neither of them knows. */
export async function cutOff(
  work: (client: ApertureClient, proxy: SilentProxy) => Promise<void>,
  options: ApertureClientOptions = {},
): Promise<void> {
  const agent = await FakeAgent.start();
  const proxy = await silentProxy(agent.address);
  const client = new ApertureClient({ address: proxy.address, insecure: true, logger: QUIET, ...options });
  try {
    expect((await client.startFlow("checkout", { timeoutMs: 5000 })).decision).to.equal("accepted");
    proxy.vanish();
    await work(client, proxy);
  } finally {
    await client.shutdown({ timeoutMs: 200 });
    await proxy.close();
    await agent.stop();
  }
}

/** Starts flows until one is decided; all before it must run. Why they were not, in order of appearance. */
export async function untilDecided(client: ApertureClient, timeoutMs: number): Promise<readonly string[]> {
  const reasons = new Set<string>();
  for (;;) {
    const flow = await client.startFlow("checkout", { timeoutMs });
    expect(flow.shouldRun()).to.equal(true);
    await flow.end();
    if (flow.failOpenReason === undefined) return [...reasons];
    reasons.add(flow.failOpenReason);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
