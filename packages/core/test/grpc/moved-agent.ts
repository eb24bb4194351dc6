import dns, { type LookupAddress } from "node:dns";
import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import type { ApertureClientOptions } from "../../src/client-options.ts";
import { FakeAgent } from "../../src/testing/grpc/index.ts";
import { accepted, rejected } from "../../src/testing/index.ts";
import { untilFlow } from "./connected.ts";

const QUIET = { warn: () => undefined };

const NAME = "agent.test";

type Answered = (error: null, found: LookupAddress[]) => void;

/** The name of an agent leads to where nobody is, and then to where its successor is: flows run, and then ask that one. */
export async function findsMovedAgent(options: ApertureClientOptions = {}): Promise<void> {
  const { lookup } = dns;
  const { lookup: lookupLater } = dns.promises;
  let address = "127.0.0.1";
  const found = (): LookupAddress[] => [{ address, family: 4 }];
  dns.promises.lookup = (async () => found()) as unknown as typeof lookupLater;
  dns.lookup = ((name: string, ...rest: [object, Answered]) => {
    if (name === NAME) setImmediate(() => rest[1](null, found()));
    else (lookup as (name: string, ...rest: unknown[]) => void)(name, ...rest);
  }) as unknown as typeof lookup;
  const agents = [await FakeAgent.start({ answers: [accepted()] })];
  const place = agents[0]?.address ?? "";
  const port = place.split(":")[1];
  const client = new ApertureClient({
    address: `${NAME}:${port}`,
    insecure: true,
    logger: QUIET,
    timeoutMs: 5000,
    ...options,
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
    dns.promises.lookup = lookupLater;
    await client.shutdown({ timeoutMs: 200 });
    for (const agent of agents) await agent.stop();
  }
}
