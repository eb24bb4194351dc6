import { promises as dns } from "node:dns";
import type { ChannelOptions } from "@grpc/grpc-js";
import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import { FakeAgent } from "../../src/testing/grpc/index.ts";
import { accepted, rejected } from "../../src/testing/index.ts";
import { untilFlow } from "./connected.ts";

const QUIET = { warn: () => undefined };

/** The name of an agent leads to where nobody is, and then to where its successor is: flows run, and then ask that one. */
export async function findsMovedAgent(channelOptions: ChannelOptions = {}): Promise<void> {
  const { lookup } = dns;
  let address = "127.0.0.1";
  dns.lookup = (async () => [{ address, family: 4 }]) as unknown as typeof lookup;
  const agents = [await FakeAgent.start({ answers: [accepted()] })];
  const place = agents[0]?.address ?? "";
  const port = place.split(":")[1];
  const client = new ApertureClient({
    address: `agent.test:${port}`,
    insecure: true,
    logger: QUIET,
    timeoutMs: 5000,
    channelOptions,
  });
  try {
    expect((await client.startFlow("checkout")).decision).to.equal("accepted");
    await agents[0]?.stop();
    address = "127.0.0.2";
    const gone = await untilFlow(client, (flow) => /127\.0\.0\.2/.test(flow.error()?.message ?? ""));
    expect([gone.shouldRun(), gone.failOpenReason]).to.deep.equal([true, "unavailable"]);
    agents.push(await FakeAgent.start({ address: place, answers: [rejected()] }));
    address = "127.0.0.1";
    await untilFlow(client, ({ decision }) => decision === "rejected");
  } finally {
    dns.lookup = lookup;
    await client.shutdown({ timeoutMs: 200 });
    for (const agent of agents) await agent.stop();
  }
}
